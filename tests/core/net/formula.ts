/** @file The made-up numbers of golden/pytorch-nets: its README says how. */
import { sizeOf } from '../support.js';

function seedOf(name: string): number {
  let h = 0x811c9dc5;
  for (const byte of Buffer.from(name)) h = Math.imul(h ^ byte, 0x01000193);
  return h;
}

/** Numbers in (0, 1). */
export function unit(name: string, size: number): Float64Array {
  const seed = seedOf(name);
  return new Float64Array(size).map((_, i) => {
    let h = (Math.imul(i + 1, 0x9e3779b1) + seed) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (((h ^ (h >>> 16)) >>> 0) + 0.5) / 2 ** 32;
  });
}

/** Numbers in (-1, 1). */
export const signed = (name: string, size: number): Float64Array => unit(name, size).map(u => 2 * u - 1);

export function parameterValues(name: string, shape: readonly number[]): Float64Array {
  const values = signed(name, sizeOf(shape));
  const root = Math.sqrt(sizeOf(shape.slice(1)));
  if (shape.length > 1) return values.map(x => x / root);
  return values.map(x => (name.endsWith('.weight') ? 1 + x / 4 : x / 4));
}

export const statisticValues = (name: string, shape: readonly number[]): Float64Array =>
  signed(name, sizeOf(shape)).map(x => (name.endsWith('.running_var') ? 1 + x / 2 : x / 4));

/** The norm of a tensor, and its products with vectors of numbers in (-1, 1). */
export function digest(name: string, values: Float64Array, probes: number): number[] {
  const products = Array.from({ length: probes }, (_, k) => {
    const probe = signed(`${name}#${k}`, values.length);
    return values.reduce((sum, x, i) => sum + x * probe[i]!, 0);
  });
  return [Math.sqrt(values.reduce((sum, x) => sum + x * x, 0)), ...products];
}

/**
 * An estimate of |a - b| / |b| from two digests: the difference of the norms, or the root mean square of the
 * products' differences, each of which is about |a - b| / sqrt(3).
 */
export function digestError(a: readonly number[], b: readonly number[]): number {
  const [norm, ...products] = a.map((x, i) => x - b[i]!) as [number, ...number[]];
  const squares = products.reduce((sum, x) => sum + x * x, 0);
  return Math.max(Math.abs(norm), Math.sqrt((3 * squares) / products.length)) / Math.abs(b[0]!);
}
