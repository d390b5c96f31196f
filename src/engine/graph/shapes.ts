/** @file Arithmetic of shapes. */

export type Shape = readonly number[];

/** Whether two shapes, or other lists of numbers by dimension (axes, permutations), are the same. */
export const same = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i]);

/** Number of elements. */
export const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

/** Row-major strides of a shape, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
}

/** The shape two operands broadcast to; throws when they do not. */
export function broadcastShape(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1)
      throw new Error(`broadcast: shapes [${a}] and [${b}] do not fit together at dimension ${i}`);
    return x === 1 ? y : x;
  });
}

/**
 * Strides with which a value of shape `from` is read when it is broadcast to `to` (trailing dimensions
 * aligned).
 */
export function broadcastStrides(strides: readonly number[], from: Shape, to: Shape): number[] {
  const lead = to.length - from.length;
  return to.map((_, i) => (i < lead || from[i - lead] === 1 ? 0 : strides[i - lead]!));
}
