/** @file The posterior variances at which SAMBA and the VAE stop, for a frozen gradient or Hessian. */
import { norm, type Vector } from '../numerics/matrix.js';
import { formula } from './formula.js';

export const SAMBA_VARIANCE = formula('variance at which SAMBA stops', '1 / (1 + c * g * g)', {
  g: 'entry of the gradient',
  c: 'sqrt(d) / (beta |sigma o g|)',
});

export const VAE_VARIANCE = formula('variance at which the VAE stops', '1 / (1 + H / beta)', {
  H: "entry of the Hessian's diagonal",
  beta: 'weight of the KL',
});

/** sigma_i^2 = 1/(1 + c g_i^2) for a given c. */
const variances = (gradient: Vector, c: number): number[] =>
  gradient.map(g => SAMBA_VARIANCE.evaluate({ g, c }));

/**
 * Minimises sqrt(d) |sigma o g| + beta KL(N(mu, diag sigma^2) || N(0, I)) over sigma: sigma_i^2 = 1/(1 + c
 * g_i^2) with c = sqrt(d) / (beta |sigma o g|). By bisection on log c: the right side falls slower than 1/c.
 * Ones for g = 0.
 */
export function sambaVariances(g: Vector, beta: number): number[] {
  const size = norm(g);
  if (size === 0) return g.map(() => 1);
  const unit = g.map(x => x / size);
  // in units of the largest possible |sigma o g|: c |g|^2 = t lies above sqrt(d) |g| / beta
  const demand = (Math.sqrt(g.length) * size) / beta;
  const given = (t: number): number => {
    const sigma2 = variances(unit, t);
    return t * Math.sqrt(unit.reduce((sum, x, i) => sum + sigma2[i]! * x * x, 0));
  };
  let [lo, hi] = [demand, 2 * demand];
  while (given(hi) < demand) hi *= 2;
  for (let i = 0; i < 200; i++) {
    const middle = (lo + hi) / 2;
    if (middle <= lo || middle >= hi) break;
    if (given(middle) < demand) lo = middle;
    else hi = middle;
  }
  return variances(unit, (lo + hi) / 2);
}

/**
 * Minimises E L + beta KL over diagonal covariances for a quadratic L: sigma_i^2 = 1/(1 + H_ii/beta), for
 * H_ii > -beta.
 */
export const vaeVariances = (diagonal: Vector, beta: number): number[] =>
  diagonal.map(H => VAE_VARIANCE.evaluate({ H, beta }));
