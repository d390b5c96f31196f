/**
 * @file The histories that the authors of SAMBA published beside their final results: see
 * golden/published/README.md.
 */
import { readFileSync } from 'node:fs';
import { type PublishedMetric, type PublishedModel, publishedRuns } from './samba.js';

/** A run on the way: a value a validation, as far as the shortest run of its sweep went. */
export interface PublishedHistory {
  readonly model: PublishedModel;
  /** The encoder's variance alpha^2; 0 where it is learned. */
  readonly alpha2: number;
  readonly seed: number;
  /** The same run's final values, after a training of its own length. */
  readonly final: { readonly [Metric in PublishedMetric]?: number };
  readonly history: { readonly [Metric in PublishedMetric]?: readonly number[] };
}

export interface PublishedSweep {
  readonly sweep: string;
  /** How many validations its histories have, one every 15 epochs. */
  readonly validations: number;
  readonly runs: readonly PublishedHistory[];
}

/** A value of a run, with the seed that the run shares with runs of other models. */
export interface Seeded {
  readonly seed: number;
  readonly value: number;
}

/** From dist/src/theory/published/ to golden/, which the package ships beside dist/. */
const FILE = new URL('../../../../golden/published/samba-histories.json', import.meta.url);

let known: readonly PublishedSweep[] | undefined;

/** @throws where the file is missing or a history has not one finite value a validation */
export function publishedSweeps(): readonly PublishedSweep[] {
  if (known !== undefined) return known;
  const { sweeps } = JSON.parse(readFileSync(FILE, 'utf8')) as { sweeps: readonly PublishedSweep[] };
  for (const { sweep, validations, runs } of sweeps)
    for (const { seed, history } of runs)
      for (const [metric, values] of Object.entries(history))
        if (values.length !== validations || !values.every(Number.isFinite))
          throw new Error(
            `published: ${metric} of ${sweep}, seed ${seed}, must have ${validations} finite values, got ${values.length} - restore golden/published`,
          );
  known = sweeps;
  return sweeps;
}

/** The sweep that the figures show of a model at a variance. */
function sweepOf(model: PublishedModel, alpha2: number): PublishedSweep {
  const name = publishedRuns().find(run => run.model === model && run.alpha2 === alpha2)?.sweep;
  const sweep = publishedSweeps().find(one => one.sweep === name);
  if (sweep === undefined)
    throw new Error(`published: no history of ${model} at ${alpha2} - see golden/published/README.md`);
  return sweep;
}

/** As many validations as the histories of these models have in common: what they can be compared after. */
export const commonLength = (models: readonly PublishedModel[], alpha2: number): number =>
  Math.min(...models.map(model => sweepOf(model, alpha2).validations));

/** Stored histories have seven digits, finals all that the authors' program printed. */
const DIGITS = 1e-6;

/**
 * Whether the final value of a metric is the last one stored: the run ended where the shortest of its sweep
 * did.
 */
export function endsWithHistory({ final, history }: PublishedHistory, metric: PublishedMetric): boolean {
  const [end, last] = [final[metric], history[metric]?.at(-1)];
  return end !== undefined && last !== undefined && Math.abs(end - last) <= DIGITS * Math.abs(last);
}

/**
 * A metric of each run of a model at a variance after so many validations. Final values stand in where a
 * metric has no history, if all runs ended at that length; otherwise there is no value at any length that
 * others can be compared at.
 * @throws RangeError for more validations than the histories have
 */
export function publishedAfter(
  model: PublishedModel,
  alpha2: number,
  metric: PublishedMetric,
  validations: number,
): readonly Seeded[] {
  const { runs, validations: stored } = sweepOf(model, alpha2);
  if (!(validations >= 1 && validations <= stored))
    throw new RangeError(
      `publishedAfter: validations of ${model} at ${alpha2} must be 1 to ${stored}, got ${validations}`,
    );
  const mine = runs.filter(run => run.model === model && run.alpha2 === alpha2);
  const ended = validations === stored && mine.every(run => endsWithHistory(run, 'val_loss'));
  return mine.flatMap(({ seed, history, final }) => {
    const value = history[metric]?.[validations - 1] ?? (ended ? final[metric] : undefined);
    return value === undefined ? [] : [{ seed, value }];
  });
}
