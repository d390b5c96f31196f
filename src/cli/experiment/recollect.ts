/** @file The result of an experiment from its folder alone, as far as its runs are. */
import { join } from 'node:path';
import { EXPERIMENT_NAMES, isExperimentName, loadExperiment } from '../../../experiments/registry.js';
import type { ExperimentResult } from '../../claims/experiment/model.js';
import { runLabel } from '../../claims/experiment/summary.js';
import { InputError } from '../../formats/input-error.js';
import { collect } from '../../train/experiment/collect.js';
import { readShared } from '../../train/experiment/folder.js';
import { planOf } from '../../train/experiment/plan.js';
import { readOwn } from '../../train/own-files.js';
import { runInfo } from '../verify/verify.js';

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

/** Reads the runs again and renews result.json; `say` is told of every damaged run. */
export async function recollect(out: string, say: (message: string) => void): Promise<ExperimentResult> {
  const shared = readShared(out);
  const { name, setting } = shared;
  if (!isExperimentName(name))
    throw new InputError(
      `report: ${join(out, 'experiment.json')} must name an experiment, got '${name}' (there are ${EXPERIMENT_NAMES.join(', ')})`,
    );
  const experiment = await loadExperiment(name);
  const { commit, versions } = runInfo(0);
  const { data, verified } = lastWords(out, say);
  return collect({
    ...{ experiment, shared, out, commit, versions, verified },
    plan: planOf(experiment, setting),
    data: data ?? setting.data?.kind ?? 'data that the experiment makes',
    onDamaged: (run, message) => say(`${name}: ${runLabel(run)}: ${message}`),
  });
}
