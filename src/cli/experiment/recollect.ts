/** @file The result of an experiment from its folder alone, as far as its runs are. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { ExperimentResult } from '../../claims/experiment/model.js';
import { runLabel } from '../../claims/experiment/summary.js';
import { readText } from '../../formats/files.js';
import { InputError } from '../../formats/input-error.js';
import { isObject, parseJson } from '../../formats/json.js';
import { collect } from '../../train/experiment/collect.js';
import { readShared } from '../../train/experiment/folder.js';
import { planOf } from '../../train/experiment/plan.js';
import type { Registry } from '../registry.js';
import { runInfo } from '../verify/verify.js';

/** What only the command that ran the experiment knew, from the result that it wrote last. */
function lastWords(out: string): { readonly data?: string; readonly verified: boolean } {
  const path = join(out, 'result.json');
  if (!existsSync(path)) return { verified: true };
  const last = parseJson(readText('report', path, 1 << 28), `report: ${path}`);
  const [setting, provenance] = isObject(last) ? [last.setting, last.provenance] : [];
  return {
    ...(isObject(setting) && typeof setting.data === 'string' && { data: setting.data }),
    verified: !(isObject(provenance) && provenance.verified === false),
  };
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
  const { commit, versions } = runInfo(0);
  const { data, verified } = lastWords(out);
  return collect({
    ...{ experiment, shared, out, commit, versions, verified },
    plan: planOf(experiment, setting),
    data: data ?? setting.data?.kind ?? 'data that the experiment makes',
    onUnwritten,
    onDamaged: (run, message) => say(`${name}: ${runLabel(run)}: ${message}`),
  });
}
