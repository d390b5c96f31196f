/**
 * @file The published runs of two models after the same number of validations, with the seeds that they
 * share.
 */
import { pairsOf, type Sample } from '../../../../src/claims/experiment/sample.js';
import { type MeanTest, paired, welch } from '../../../../src/claims/experiment/welch.js';
import {
  PUBLISHED,
  type PublishedMetric,
  type PublishedModel,
} from '../../../../src/theory/published/samba.js';
import { publishedAfter } from '../../../../src/theory/published/samba-histories.js';
import { codesOf, LOG_RULES } from '../../../../src/theory/published/samba-logs.js';
import { check } from '../../../kit.js';

export const SUBJECT = {
  ...LOG_RULES,
  after: publishedAfter,
  pairs: pairsOf,
  paired: (differences: readonly number[]): MeanTest => paired(differences),
  welch,
};
export type Subject = typeof SUBJECT;

export type Level = 1e-6 | 1e-4 | 1e-2 | 1;

export const at = (...levels: readonly [Level, ...Level[]]) => check.only<Level>(levels);

/** Validations that all histories of a figure have. */
export const AFTER = { figure2: 33, figure3: 15, figure4: 16 } as const;

/** A metric of the runs of a model, each with its seed. */
export function metricOf(
  s: Subject,
  metric: PublishedMetric,
  model: PublishedModel,
  alpha2: number,
  after: number,
): Sample {
  const runs = s.after(model, alpha2, metric, after);
  return { name: model, values: runs.map(run => run.value), seeds: runs.map(run => run.seed) };
}

const mapped = (sample: Sample, change: (value: number, i: number) => number): Sample => ({
  ...sample,
  values: sample.values.map(change),
});

/** log10 of what the figures plot; nothing divides by alpha where the variance is learned. */
export const logs = (s: Subject, model: PublishedModel, alpha2: number, after: number): Sample =>
  mapped(metricOf(s, 'val_scale_inv', model, alpha2, after), inverse =>
    Math.log10(s.plotted(inverse, alpha2 === 0 ? 1 : Math.sqrt(alpha2), PUBLISHED.latents)),
  );

/** The same times the root mean square of the codes: stretching the latent space leaves it as it is. */
export function invariant(s: Subject, model: PublishedModel, alpha2: number, after: number): Sample {
  const prior = metricOf(s, 'val_kl', model, alpha2, after).values;
  return mapped(
    logs(s, model, alpha2, after),
    (value, i) => value + Math.log10(codesOf(s, model, alpha2, prior[i]!)),
  );
}

/** The change from one set of runs to another, seed by seed. */
export function change(s: Subject, from: Sample, to: Sample): Sample {
  const pairs = s.pairs(to, from);
  return { name: to.name, values: pairs.a.map((value, i) => value - pairs.b[i]!), seeds: pairs.seeds };
}

const twoSided = (test: MeanTest): number => 2 * Math.min(test.below(0), test.above(0));

/**
 * A difference with the probability of one as large either way, in pairs and by Welch's test over all runs.
 */
export interface Contrast {
  readonly pairs: number;
  readonly difference: number;
  readonly p: number;
  readonly all: { readonly difference: number; readonly p: number };
}

export function contrast(s: Subject, a: Sample, b: Sample): Contrast {
  const pairs = s.pairs(a, b);
  const [test, all] = [s.paired(pairs.a.map((value, i) => value - pairs.b[i]!)), s.welch(a.values, b.values)];
  return {
    pairs: pairs.seeds.length,
    difference: test.difference,
    p: twoSided(test),
    all: { difference: all.difference, p: twoSided(all) },
  };
}
