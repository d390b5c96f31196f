/**
 * @file Cases at the edge: codes with a gradient of exactly zero or nearly so, and kinks of piecewise linear
 * decoders.
 */
import type { AutoencoderCase } from '../../arbitraries/autoencoders.js';
import { atCode, rowsOf } from './jets.js';

/** The same case with an encoder that ignores the data: every code is `mu.bias`, whatever x is. */
function withConstantEncoder(c: AutoencoderCase): AutoencoderCase {
  const weight = c.params['mu.weight']!.map(() => 0);
  return { ...c, params: { ...c.params, 'mu.weight': weight } };
}

/**
 * The same case with the data moved to f(z_i) + size_i x_i, so that the residuals have the sizes given: a
 * reconstruction error of exactly zero, and hence a gradient of exactly zero, for a size of 0. The encoder
 * ignores the data, so that the codes stay where they are.
 */
export function withResiduals(c: AutoencoderCase, sizes: readonly number[]): AutoencoderCase {
  const fixed = withConstantEncoder(c);
  const { decoded } = atCode(fixed);
  const perSample = c.x.length / c.shape.batch;
  return {
    ...fixed,
    x: c.x.map((x, i) => decoded[i]! + sizes[Math.floor(i / perSample) % sizes.length]! * x),
  };
}

/** A unit this near to its kink is on it: rounding decides its sign. */
const ON_KINK = 2 ** -20;

/**
 * The radius at which the first hidden unit of a one-hidden-layer decoder changes sign on the way from the
 * codes along the unit directions: min of -pre / (V_1 u) over units and samples where it is positive.
 * Infinite where none does, 0 where a unit is on its kink already.
 */
export function firstKink(c: AutoencoderCase, directions: Float64Array): number {
  const { batch, net } = c.shape;
  const codes = rowsOf(atCode(c).mean, batch);
  const weight = rowsOf(Float64Array.from(c.params['decoder.0.weight']!), net.decoder[1]!);
  const bias = c.params['decoder.0.bias']!;
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  const radiusOf = (pre: number, slope: number): number => {
    if (Math.abs(pre) < ON_KINK) return 0;
    return pre * slope < 0 ? -pre / slope : Infinity;
  };
  return Math.min(
    ...rowsOf(directions, batch).flatMap((u, i) =>
      weight.map((row, k) => radiusOf(dot(row, codes[i]!) + bias[k]!, dot(row, u))),
    ),
  );
}
