/** @file The circle decoder g(z) = rho (cos z, sin z) at x = g(h): the beta-VAE objective in closed form. */

/** E |x - g(h + e)|^2 / 2 = rho^2 (1 - exp(-s/2)), e ~ N(0, s). */
export const circleReconstruction = (rho: number, s: number): number => -(rho ** 2) * Math.expm1(-s / 2);

/** F(s) = rho^2 (1 - exp(-s/2)) + beta (h^2 + s - 1 - log s) / 2. */
export const circleObjective = (rho: number, h: number, s: number, beta: number): number =>
  circleReconstruction(rho, s) + (beta / 2) * (h ** 2 + s - 1 - Math.log(s));

/** The variance that minimises F near 0: the fixed point of 1/s = 1 + rho^2 exp(-s/2) / beta. */
export function circleOptimum(rho: number, beta: number): number {
  let s = beta / (beta + rho ** 2);
  for (let i = 0; i < 500; i++) {
    const next = beta / (beta + rho ** 2 * Math.exp(-s / 2));
    if (Math.abs(next - s) <= Number.EPSILON * s) return next;
    s = next;
  }
  throw new Error(
    `circle decoder: the optimal variance must settle in 500 steps, got beta ${beta} - use a smaller beta`,
  );
}
