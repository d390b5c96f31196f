/** @file Latents that samples of a trained decoder come from: the prior, or a Gaussian fitted to codes. */
import type { Random } from '../claims/random.js';
import { fitGaussian, samplerOf, standardNormal } from '../theory/density/gaussian.js';
import type { Matrix, Vector } from '../theory/numerics/matrix.js';

/**
 * Added to the diagonal of the fitted covariance, relative to its mean: latents that do not vary would make
 * it singular.
 */
const RIDGE = 1e-6;

/** N(0, I). */
export const PRIOR = {
  name: 'prior',
  sampler: async (dimension: number): Promise<(random: Random) => Vector> =>
    samplerOf(standardNormal(dimension)),
} as const;

/** A Gaussian fitted to the codes of training records: ex-post density estimation (Ghosh et al. 2020). */
export const FITTED = {
  name: 'codes',
  async sampler(dimension: number, codes: () => Promise<Matrix>): Promise<(random: Random) => Vector> {
    const { mean, covariance } = fitGaussian(await codes());
    const average = covariance.reduce((sum, row, k) => sum + row[k]!, 0) / dimension;
    const ridge = RIDGE * average + Number.EPSILON;
    return samplerOf({
      mean,
      covariance: covariance.map((row, k) => row.map((x, l) => (k === l ? x + ridge : x))),
    });
  },
} as const;
