/** @file `--only ID`: one run in this process, started by a launcher or by hand. */

import { runLabel } from '../../claims/experiment/summary.js';
import { sha256 } from '../../formats/files.js';
import { InUseError } from '../../formats/lock.js';
import { executeRun } from '../../train/experiment/execute.js';
import { openExperimentFolder, runFolder } from '../../train/experiment/folder.js';
import type { PlannedRun } from '../../train/experiment/plan.js';
import { interruption } from '../../train/interrupt.js';
import { EXIT, type ExitCode } from '../exit.js';
import { progressOn } from '../progress.js';
import { requirementFor } from '../verify/certify.js';
import { moduleDigest } from '../verify/sources.js';
import { runInfo } from '../verify/verify.js';
import { type Choice, runOf } from './choose.js';
import { tell } from './messages.js';

const BETWEEN_MESSAGES = 250;

export async function runOnly(choice: Choice, id: string): Promise<ExitCode> {
  const run = runOf(choice, id);
  openExperimentFolder(choice.out, choice.shared);
  const progress = progressOn();
  const { signal, dispose } = interruption();
  const orphaned = new AbortController();
  const orphan = (): void => orphaned.abort(); // the launcher is gone: stop with a checkpoint
  process.once('disconnect', orphan);
  try {
    const status = await execute(choice, run, AbortSignal.any([signal, orphaned.signal]), progress.show);
    progress.clear();
    console.log(`${status}: ${runFolder(choice.out, id)} (${runLabel(run)})`);
    return status === 'complete' ? EXIT.fine : EXIT.interrupted;
  } catch (error) {
    if (error instanceof InUseError) tell({ kind: 'busy' });
    throw error;
  } finally {
    progress.clear();
    dispose();
    process.off('disconnect', orphan);
    if (process.connected) process.disconnect();
  }
}

function execute(choice: Choice, run: PlannedRun, signal: AbortSignal, show: (text: string) => void) {
  const { registry, experiment, module, shared, out, dataFolder, unverified } = choice;
  const { code, digest, commit, versions, integrity } = runInfo(run.seed, registry);
  const codeDigest = run.job.kind === 'train' ? code : sha256(digest, moduleDigest(module));
  let said = 0;
  return executeRun(experiment, shared.setting, run, {
    folder: runFolder(out, run.id),
    dataFolder,
    threads: shared.threads,
    certificateFor: async objective =>
      unverified ? 'unverified' : await requirementFor(objective, registry),
    source: { codeDigest, commit, versions, integrity },
    signal,
    onProgress: (done, total) => {
      if (performance.now() - said < BETWEEN_MESSAGES && done < total) return;
      said = performance.now();
      tell({ kind: 'progress', done, total });
      show(`${run.id}: ${done} of ${total}`);
    },
    onNote: note => {
      if (process.send === undefined) console.error(`${run.id}: ${note}`);
    },
  });
}
