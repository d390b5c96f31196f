/** @file The KL to the prior, by its closed form. */
import { klToStandard } from '../../../src/theory/closed/gaussian.js';
import { mat } from '../../kit.js';
import type { Prior } from './weight-posteriors.js';

interface Spread extends Prior {
  readonly variances: mat.Vector;
}

/** KL(N(mean, diag(variances)) || N(0, prior I)) / N. */
export const klPerExample = (mean: mat.Vector, { variances, prior, examples }: Spread): number =>
  klToStandard(
    mat.scale(1 / Math.sqrt(prior), mean),
    mat.diagonal(variances.map(v => Math.sqrt(v / prior))),
  ) / examples;

/** The size of its terms. */
export const klSize = ({ variances, prior, examples }: Spread, mean: mat.Vector): number =>
  (mat.norm(mean) ** 2 / prior + variances.reduce((sum, v) => sum + v / prior + 8, 0)) / examples;
