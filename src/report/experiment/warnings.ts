/** @file What a reader must know before any number: at the top of the page. */
import type { ExperimentResult } from '../../claims/experiment/model.js';
import { NORMAL_COVERAGE, runLabel } from '../../claims/experiment/summary.js';

/** In the order of how much they take away from the results. */
export function warnings({ setting, provenance, runs, summaries }: ExperimentResult): string[] {
  const damaged = runs.filter(({ status }) => status === 'damaged');
  const done = runs.filter(({ status }) => status === 'complete');
  const diverged = done.filter(({ numbers }) => !Object.values(numbers).every(Number.isFinite));
  const fewest = Math.min(...summaries.map(({ n }) => n));
  const coverage = NORMAL_COVERAGE[fewest];
  return [
    setting.generated &&
      'The images were made up: no number below says anything about real ones, or about the paper.',
    !provenance.verified &&
      'Unverified: the claims behind the objectives had not passed for this code when these runs were made.',
    ...damaged.map(run => `Damaged and left out: ${runLabel(run)} (${run.id}): ${run.damage}`),
    done.length + damaged.length < runs.length &&
      `${runs.length - done.length - damaged.length} of ${runs.length} runs are not complete: run the same command again to go on.`,
    diverged.length > 0 &&
      `${diverged.length} complete ${diverged.length === 1 ? 'run has a value that is' : 'runs have values that are'} not finite; means over them are left out.`,
    setting.scale !== 'paper' &&
      `Scale ${setting.scale}: smaller networks and fewer steps than the paper's. What holds or fails here may be otherwise at the paper's scale.`,
    fewest === 1 &&
      'An arm with a single run has no interval: of what depends on chance, nothing can be told from it.',
    coverage !== undefined &&
      `With ${fewest} runs an interval called 95 % holds the mean in about ${Math.round(100 * coverage)} % of cases; judgements rest on tests of the means, in pairs where arms share seeds.`,
  ].filter(line => line !== false);
}
