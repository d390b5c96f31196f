/** @file The circle decoder g(z) = rho (cos z, sin z) at x = g(h): the beta-VAE objective in closed form. */
import { formula } from './formula.js';

const VARIABLES = { rho: 'radius of the circle', s: 'posterior variance' };

/** E |x - g(h + e)|^2 / 2 = rho^2 (1 - exp(-s/2)), e ~ N(0, s). */
export const CIRCLE_RECONSTRUCTION = formula(
  'mean reconstruction error of the circle decoder',
  '-rho^2 * expm1(-s / 2)',
  VARIABLES,
);

/** F(s) = rho^2 (1 - exp(-s/2)) + beta (h^2 + s - 1 - log s) / 2. */
export const CIRCLE_OBJECTIVE = formula(
  'beta-VAE objective of the circle decoder',
  '-rho^2 * expm1(-s / 2) + beta / 2 * (h^2 + s - 1 - log(s))',
  { ...VARIABLES, h: 'posterior mean', beta: 'weight of the KL' },
);

/** The map whose fixed point is the best variance: 1/s = 1 + rho^2 exp(-s/2) / beta. */
export const CIRCLE_OPTIMUM = formula(
  'map whose fixed point is the best variance of the circle decoder',
  'beta / (beta + rho^2 * exp(-s / 2))',
  { ...VARIABLES, beta: 'weight of the KL' },
);

export const circleReconstruction = (rho: number, s: number): number =>
  CIRCLE_RECONSTRUCTION.evaluate({ rho, s });

export const circleObjective = (rho: number, h: number, s: number, beta: number): number =>
  CIRCLE_OBJECTIVE.evaluate({ rho, h, s, beta });

/** The variance that minimises F near 0. */
export function circleOptimum(rho: number, beta: number): number {
  let s = beta / (beta + rho ** 2);
  for (let i = 0; i < 500; i++) {
    const next = CIRCLE_OPTIMUM.evaluate({ rho, s, beta });
    if (Math.abs(next - s) <= Number.EPSILON * s) return next;
    s = next;
  }
  throw new Error(
    `circle decoder: the optimal variance must settle in 500 steps, got beta ${beta} - use a smaller beta`,
  );
}
