/**
 * @file Slices through the energy of a linear VAE with two latents on one direction of data, variances at
 * their best.
 */

import { linearTable } from '../core/net/table.js';
import type { GammaVaeRules } from '../core/objectives/gamma-vae/gamma-vae.js';
import { sigmaPoints } from '../theory/numerics/gauss-hermite.js';
import { dot, type Vector } from '../theory/numerics/matrix.js';
import { type Energy, energy } from './energy.js';

const [DATA, LATENT] = [2, 2];
const NET = linearTable(DATA, LATENT, 2);

/**
 * w(t), the weights of the two latents along the data's direction, and mu(t), their means for the datum
 * +sqrt(lambda).
 */
export interface Slice {
  readonly weight: Vector;
  readonly code: Vector;
  /** Their derivatives in t. */
  readonly weightRate: Vector;
  readonly codeRate: Vector;
}

/**
 * The rotation slice: weights sqrt(lambda) (cos t, sin t), codes (cos t, sin t): always a perfect
 * reconstruction.
 */
export function rotationSlice(lambda: number, t: number): Slice {
  const [code, codeRate] = [
    [Math.cos(t), Math.sin(t)],
    [-Math.sin(t), Math.cos(t)],
  ];
  const stretched = (v: Vector): number[] => v.map(x => Math.sqrt(lambda) * x);
  return { weight: stretched(code), code, weightRate: stretched(codeRate), codeRate };
}

/**
 * The straight line between two optima that exchange their latents: weights (1 - t, t), codes sqrt(lambda) (1
 * - t, t).
 */
export function segmentSlice(lambda: number, t: number): Slice {
  const stretched = (v: Vector): number[] => v.map(x => Math.sqrt(lambda) * x);
  return {
    weight: [1 - t, t],
    code: stretched([1 - t, t]),
    weightRate: [-1, 1],
    codeRate: stretched([-1, 1]),
  };
}

/**
 * A straight line in the decoder's weights through the sparse optimum for gamma < lambda, its codes held
 * fixed.
 */
export const decoderLine = (lambda: number, gamma: number, direction: Vector, t: number): Slice => ({
  weight: [Math.sqrt(lambda - gamma) + t * direction[0]!, t * direction[1]!],
  code: [Math.sqrt((lambda - gamma) / lambda), 0],
  weightRate: direction,
  codeRate: [0, 0],
});

/** Core's energy on a slice for the data +-sqrt(lambda) in the first of two entries. */
function at(rules: GammaVaeRules, { weight, code }: Slice, lambda: number, gamma: number): Energy {
  const logs = weight.map(w => -Math.log1p(w ** 2 / gamma));
  const params = {
    weight: [...weight, 0, 0],
    code: [...code, ...code.map(z => -z)],
    logvar: [...logs, ...logs],
  };
  const x = [Math.sqrt(lambda), 0, -Math.sqrt(lambda), 0];
  return energy(rules, NET, { params, x, gamma }, sigmaPoints(LATENT));
}

/** The energy and its derivative in t; the variances have no part in it, being at their best. */
export function onSlice(rules: GammaVaeRules, slice: Slice, lambda: number, gamma: number) {
  const found = at(rules, slice, lambda, gamma);
  const codes = found.gradient('code');
  const bothSigns = [codes[0]! - codes[2]!, codes[1]! - codes[3]!];
  return {
    value: found.loss,
    slope:
      dot(slice.weightRate, [...found.gradient('weight').slice(0, LATENT)]) + dot(slice.codeRate, bothSigns),
  };
}

/** How often slopes along a slice change from falling to rising. */
export const minima = (slopes: readonly number[]): number =>
  slopes.filter((slope, i) => i > 0 && slope >= 0 && slopes[i - 1]! < 0).length;
