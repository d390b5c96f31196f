/** @file The baseline file: figures, what they were measured with, and why they were last changed. */
import type { RunInfo } from '../claims/result.js';
import type { Figures } from './figures.js';

export interface Baseline {
  readonly schema: 2;
  /** What the figures were measured with; only such a run can be held to them. */
  readonly run: Pick<RunInfo, 'engine' | 'seed' | 'alpha'>;
  /** Why each version of the baseline replaced the one before, newest last. */
  readonly history: readonly string[];
  readonly figures: Figures;
}

/** The next baseline: this run's figures, with the reason added. */
export const updated = (
  previous: Pick<Baseline, 'history'> | null,
  { engine, seed, alpha }: RunInfo,
  figures: Figures,
  reason: string,
): Baseline => ({
  schema: 2,
  run: { engine, seed, alpha },
  history: [...(previous?.history ?? []), reason],
  figures,
});

/** The file's text, a line for each figure, so that a change of one is a change of one line. */
export function baselineText({ figures, ...head }: Baseline): string {
  const lines = Object.entries(figures).map(
    ([name, of]) => `  ${JSON.stringify(name)}: ${JSON.stringify(of)}`,
  );
  return `${JSON.stringify(head, null, 1).slice(0, -2)},\n "figures": {\n${lines.join(',\n')}\n }\n}\n`;
}

/** Why a run cannot be held to the baseline; undefined where it can. */
export function otherRun(baseline: Pick<Baseline, 'run'>, run: RunInfo): string | undefined {
  for (const field of ['engine', 'seed', 'alpha'] as const)
    if (baseline.run[field] !== run[field])
      return `${field} must be ${baseline.run[field]}, as in the baseline, got ${run[field]}`;
  return undefined;
}
