/**
 * @file What the published logs say: smoothness as plotted, and the size of the codes by the KL that was
 * logged.
 */
import { PUBLISHED, type PublishedModel, published } from './samba.js';

export interface LogRules {
  /** The logged scale of one sample: sqrt(d) / |std g|. */
  readonly scale: (d: number, norm: number) => number;
  /** How the scales of a batch are averaged. */
  readonly average: (values: readonly number[]) => number;
  /** What is plotted, before the logarithm, from the inverse of the averaged scale. */
  readonly plotted: (inverse: number, alpha: number, d: number) => number;
  /** The root mean square of all codes, from the mean KL of all entries. */
  readonly codesOfKl: (kl: number, alpha2: number) => number;
  /** The same from half of the norm of all codes. */
  readonly codesOfNorm: (half: number, batch: number, d: number) => number;
}

export const LOG_RULES: LogRules = {
  scale: (d, norm) => Math.sqrt(d) / norm,
  average: values => values.reduce((a, b) => a + b, 0) / values.length,
  plotted: (inverse, alpha, d) => (Math.sqrt(d) / alpha) * inverse,
  codesOfKl: (kl, alpha2) => Math.sqrt(2 * kl - (alpha2 - 1 - Math.log(alpha2))),
  codesOfNorm: (half, batch, d) => (2 * half) / Math.sqrt(batch * d),
};

/** The root mean square of the codes of a run, from its logged KL or prior term. */
export function codesOf(rules: LogRules, model: PublishedModel, alpha2: number, logged: number): number {
  const kl = logged / PUBLISHED.klCoefficient;
  return model === 'rae'
    ? rules.codesOfNorm(kl, PUBLISHED.batch, PUBLISHED.latents)
    : rules.codesOfKl(kl, alpha2);
}

/** The same of every run at its end: the runs of the RAE ended after different lengths. */
export const inferredCodes = (rules: LogRules, model: PublishedModel, alpha2: number): number[] =>
  published(model, alpha2, 'val_kl').map(logged => codesOf(rules, model, alpha2, logged));
