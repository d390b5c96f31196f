/** @file What the four ways to detach SAMBA's direction add to the RAE's gradient. */

import { type AutoencoderCase, autoencoderOf, SHAPES } from '../../../arbitraries/autoencoders.js';
import { draw, fc, mat } from '../../../kit.js';
import { atCode, jet, rowsOf } from '../../../subjects/network/jets.js';
import type { Part } from '../../../subjects/network/network.js';
import { directions, radii, steepness } from '../../../subjects/sam/pair.js';

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, k) => sum + x * b[k]!, 0);
const flat = (rows: readonly Float64Array[]): Float64Array =>
  Float64Array.from(rows.flatMap(row => [...row]));

/** |g_i| of each sample. */
const slopes = (c: AutoencoderCase): number[] =>
  rowsOf(atCode(c).gradient, c.shape.batch).map(g => mat.norm([...g]));

/** H_i u_i, one direction a sample: the jet is of the batch mean. */
const hessianTimes = (c: AutoencoderCase, u: Float64Array): Float64Array =>
  jet(c, u)
    .first('z')
    .map(x => c.shape.batch * x);

/** P_i v_i, where P_i = I - u_i u_i' takes out the direction of the gradient. */
export function across(c: AutoencoderCase, v: Float64Array): Float64Array {
  const units = rowsOf(directions(c), c.shape.batch);
  return flat(
    rowsOf(v, c.shape.batch).map((row, i) => row.map((x, k) => x - dot(row, units[i]!) * units[i]![k]!)),
  );
}

/** v_i / |g_i| */
export function overSlope(c: AutoencoderCase, v: Float64Array): Float64Array {
  const n = slopes(c);
  return flat(rowsOf(v, c.shape.batch).map((row, i) => row.map(x => x / n[i]!)));
}

/** P H u / |g|: along it, an undetached step moves the gradient by rho^2. */
const drift = (c: AutoencoderCase): Float64Array => overSlope(c, across(c, hessianTimes(c, directions(c))));

/** H P H u / |g| for the codes, (d_theta grad_z L)' P H u / |g| for the decoder: what forgetting to detach adds. */
export const undetached = (c: AutoencoderCase, part: Part): Float64Array => jet(c, drift(c)).first(part);

/** |H_i|, in the Frobenius norm. */
function curvatures(c: AutoencoderCase): number[] {
  const { latent } = c.shape.net;
  const squares = new Array<number>(c.shape.batch).fill(0);
  for (let axis = 0; axis < latent; axis++) {
    const e = new Float64Array(c.shape.batch * latent).map((_, k) => (k % latent === axis ? 1 : 0));
    for (const [i, row] of rowsOf(hessianTimes(c, e), c.shape.batch).entries()) squares[i]! += dot(row, row);
  }
  return squares.map(Math.sqrt);
}

/** The largest |H_i| / |g_i|: how fast the direction of a gradient turns with the code. */
export function turning(c: AutoencoderCase): number {
  const n = slopes(c);
  return Math.max(...curvatures(c).map((h, i) => h / n[i]!));
}

/** Radii small beside 1/|V_1| and beside |g| / |H|: where an undetached step is asymptotic. */
export function smallRadii(c: AutoencoderCase): number[] {
  const ratio = steepness(c) / turning(c);
  return radii(c).map(rho => rho * Math.min(1, ratio));
}

/** Linear decoders whose columns are orthogonal and of equal length: the Hessian is a multiple of the identity. */
export const isotropic: fc.Arbitrary<AutoencoderCase> = fc
  .tuple(autoencoderOf(SHAPES.linear[0]), draw.orthogonal(SHAPES.linear[0].net.decoder[1]!))
  .map(([c, q]) => {
    const weight = q.flatMap(row => row.slice(0, c.shape.net.latent).map(x => 1.5 * x));
    return { ...c, params: { ...c.params, 'decoder.0.weight': weight } };
  });
