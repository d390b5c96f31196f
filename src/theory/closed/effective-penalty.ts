/**
 * @file What the VAE's KL term charges for a latent once its scale and variance are free: the logarithm, in
 * the limit.
 */
import { formula } from './formula.js';

const VARIABLES = { u: 'mean square of the code over gamma' };

/** psi(u) = min over m > 0 of log(1 + u/m) + m, u = c/gamma: 2w + 1 - exp(-2w) with w = asinh(sqrt(u)/2). */
export const EFFECTIVE_PENALTY = formula(
  'what the KL charges for a latent whose scale and variance are free',
  '2 * asinh(sqrt(u) / 2) - expm1(-2 * asinh(sqrt(u) / 2))',
  VARIABLES,
);

/** The minimiser m = (sqrt(u^2 + 4u) - u) / 2 = 1 - exp(-2w): the code's mean square in the optimal scale. */
export const EFFECTIVE_ENERGY = formula(
  "the code's mean square in the optimal scale",
  '-expm1(-2 * asinh(sqrt(u) / 2))',
  VARIABLES,
);

export const effectivePenalty = (u: number): number => EFFECTIVE_PENALTY.evaluate({ u });

export const effectiveEnergy = (u: number): number => EFFECTIVE_ENERGY.evaluate({ u });
