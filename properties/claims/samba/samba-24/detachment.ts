/** @file What the four ways to detach SAMBA's direction add to the RAE's gradient. */
import { draw, fc, mat } from '../../../kit.js';
import * as ae from '../../../subjects/autoencoder.js';

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((total, x, k) => total + x * b[k]!, 0);
const perSample = (
  c: ae.AutoencoderCase,
  v: Float64Array,
  f: (row: Float64Array, i: number) => Float64Array,
) => Float64Array.from(ae.rowsOf(v, c.shape.batch).flatMap((row, i) => [...f(row, i)]));

/** |g_i| of each sample. */
const slopes = (c: ae.AutoencoderCase): number[] =>
  ae.rowsOf(ae.atCode(c).gradient, c.shape.batch).map(ae.norm);

/** H_i u_i, one direction a sample: the jet is of the batch mean. */
const hessianTimes = (c: ae.AutoencoderCase, u: Float64Array): Float64Array =>
  ae
    .jet(c, u)
    .first('z')
    .map(x => c.shape.batch * x);

/** P_i v_i, where P_i = I - u_i u_i' takes out the direction of the gradient. */
export function across(c: ae.AutoencoderCase, v: Float64Array): Float64Array {
  const units = ae.rowsOf(ae.directions(c), c.shape.batch);
  return perSample(c, v, (row, i) => row.map((x, k) => x - dot(row, units[i]!) * units[i]![k]!));
}

/** v_i / |g_i| */
export function overSlope(c: ae.AutoencoderCase, v: Float64Array): Float64Array {
  const n = slopes(c);
  return perSample(c, v, (row, i) => row.map(x => x / n[i]!));
}

/** P H u / |g|: along it, an undetached step moves the gradient by rho^2. */
const drift = (c: ae.AutoencoderCase): Float64Array =>
  overSlope(c, across(c, hessianTimes(c, ae.directions(c))));

/**
 * H P H u / |g| for the codes, (d_theta grad_z L)' P H u / |g| for the decoder: what forgetting to detach
 * adds.
 */
export const undetached = (c: ae.AutoencoderCase, part: ae.Part): Float64Array =>
  ae.jet(c, drift(c)).first(part);

/** |H_i|, in the Frobenius norm. */
function curvatures(c: ae.AutoencoderCase): number[] {
  const { batch, net } = c.shape;
  const squares = mat.zeros(batch);
  for (const axis of mat.identity(net.latent)) {
    const column = hessianTimes(c, Float64Array.from(mat.zeros(batch).flatMap(() => axis)));
    for (const [i, row] of ae.rowsOf(column, batch).entries()) squares[i]! += dot(row, row);
  }
  return squares.map(Math.sqrt);
}

/** The largest |H_i| / |g_i|: how fast the direction of a gradient turns with the code. */
export function turning(c: ae.AutoencoderCase): number {
  const n = slopes(c);
  return Math.max(...curvatures(c).map((h, i) => h / n[i]!));
}

/** Radii small beside 1/|V_1| and beside |g| / |H|: where an undetached step is asymptotic. */
export const smallRadii = (c: ae.AutoencoderCase): number[] =>
  mat.scale(Math.min(1, ae.steepness(c) / turning(c)), ae.radii(c));

/**
 * Linear decoders whose columns are orthogonal and of equal length: the Hessian is a multiple of the
 * identity.
 */
export const isotropic: fc.Arbitrary<ae.AutoencoderCase> = fc
  .tuple(ae.autoencoderOf(ae.SHAPES.linear[0]), draw.orthogonal(ae.SHAPES.linear[0].net.decoder[1]!))
  .map(([c, q]) => {
    const weight = q.flatMap(row => row.slice(0, c.shape.net.latent).map(x => 1.5 * x));
    return { ...c, params: { ...c.params, 'decoder.0.weight': weight } };
  });
