/** @file Negative controls of the VAE: known mistakes of the objective, named as in the claims. */

import type { Mistake } from '../../../src/core/objectives/define.js';
import { VAE, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import type { Mutant } from '../../kit.js';
import { mistaken } from '../mistaken.js';

type Wrong = Readonly<Record<string, Mistake<VaeRules>>>;

const { mistakes } = VAE;

/** Wrong in the divergence from the prior. */
export const KL_WRONG = {
  dimensionAdded: mistakes.klDimensionSign,
  dimensionDropped: mistakes.klWithoutDimension,
  traceDropped: mistakes.klWithoutTrace,
  logDeterminantSign: mistakes.klLogSign,
  halfDropped: mistakes.klWithoutHalf,
  klSign: mistakes.klSign,
  klMissing: mistakes.klMissing,
  otherDirection: mistakes.klOtherDirection,
} satisfies Wrong;

/** Wrong in the noise. */
export const NOISE_WRONG = {
  noNoise: mistakes.noNoise,
  covarianceForRoot: mistakes.varianceForDeviation,
  covarianceMissing: mistakes.deviationMissing,
  noiseOnBall: mistakes.noiseOnBall,
} satisfies Wrong;

/** The same beside a wrong step, whose negative controls have these names already. */
export const NOISE_BESIDE_STEP = {
  noNoise: mistakes.noNoise,
  noiseCovarianceForRoot: mistakes.varianceForDeviation,
  noiseCovarianceMissing: mistakes.deviationMissing,
  noiseOnBall: mistakes.noiseOnBall,
} satisfies Wrong;

const WEIGHT_WRONG = { betaIgnored: mistakes.betaIgnored } satisfies Wrong;

/** All of these. */
export const VAE_WRONG = { ...KL_WRONG, ...NOISE_WRONG, ...WEIGHT_WRONG };

/** The mutants of a subject whose VAE is wrong; all checks share the programs of the same rules. */
export const inVae = <Subject extends { readonly vae: VaeRules }>(
  wrong: Wrong,
): Record<string, Mutant<Subject>> =>
  Object.fromEntries(
    Object.entries(wrong).map(([name, mistake]) => [
      name,
      mistaken<VaeRules, Subject>(mistake, (subject, vae) => ({ ...subject, vae })),
    ]),
  );
