/** @file What the VAE's KL term charges for a latent once its scale and variance are free: the logarithm, in the limit. */

/** psi(u) = min over m > 0 of log(1 + u/m) + m, u = c/gamma: 2w + 1 - exp(-2w) with w = asinh(sqrt(u)/2). */
export function effectivePenalty(u: number): number {
  const w = Math.asinh(Math.sqrt(u) / 2);
  return 2 * w - Math.expm1(-2 * w);
}

/** The minimiser m = (sqrt(u^2 + 4u) - u) / 2 = 1 - exp(-2w): the code's mean square in the optimal scale. */
export const effectiveEnergy = (u: number): number => -Math.expm1(-2 * Math.asinh(Math.sqrt(u) / 2));
