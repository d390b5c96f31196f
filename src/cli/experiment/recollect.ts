/** @file The result of an experiment from its folder alone, as far as its runs are. */
import { join } from 'node:path';
import type { ExperimentResult } from '../../claims/experiment/model.js';
import { runLabel } from '../../claims/experiment/summary.js';
import { InputError } from '../../formats/input-error.js';
import { collect } from '../../train/experiment/collect.js';
import { readShared } from '../../train/experiment/folder.js';
import { planOf } from '../../train/experiment/plan.js';
import { readOwn } from '../../train/own-files.js';
import type { Registry } from '../registry.js';
import { ownCommit } from '../verify/commit.js';
import { versionsHere } from '../verify/verify.js';

/** What only the command that ran the experiment knew, from the result that it wrote last. */
function lastWords(
  out: string,
  say: (message: string) => void,
): { readonly data?: string; readonly verified: boolean } {
  const path = join(out, 'result.json');
  try {
    const last = readOwn<ExperimentResult>(path, {
      ...{ what: 'report', kind: 'experimentResult' },
      todo: 'it is made anew from the runs, and counts as unverified',
    });
    if (last === undefined) return { verified: true };
    return { data: last.setting.data, verified: last.provenance.verified };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    say(error.message);
    return { verified: false };
  }
}

/** Reads the runs again and renews result.json where it can; `say` is told of every damaged run. */
export async function recollect(
  out: string,
  { experiments }: Registry,
  say: (message: string) => void,
  onUnwritten: (error: unknown) => void,
): Promise<ExperimentResult> {
  const shared = readShared(out);
  const { name, setting } = shared;
  const entry = experiments.get(name);
  if (entry === undefined)
    throw new InputError(
      `report: ${join(out, 'experiment.json')} must name an experiment, got '${name}' (there are ${[...experiments.keys()].join(', ')})`,
    );
  const experiment = await entry.load();
  const { data, verified } = lastWords(out, say);
  return collect({
    ...{ experiment, shared, out, commit: ownCommit(), versions: versionsHere(), verified },
    plan: planOf(experiment, setting),
    data: data ?? setting.data?.kind ?? 'data that the experiment makes',
    onUnwritten,
    onDamaged: (run, message) => say(`${name}: ${runLabel(run)}: ${message}`),
  });
}
