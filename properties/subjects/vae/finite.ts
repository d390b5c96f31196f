/** @file Distributions on a finite set, and symmetries that move its points. */
import { draw, type fc, mat } from '../../kit.js';

/** Where each point of a finite set goes. */
export type Permutation = readonly number[];

function softmax(logits: mat.Vector): number[] {
  const powers = logits.map(Math.exp);
  const total = mat.sum(powers);
  return powers.map(x => x / total);
}

export const distributions = (n: number): fc.Arbitrary<number[]> =>
  draw.vector(n, draw.normal()).map(softmax);

/** r#q: the mass of each point moves with it. */
export const push = (q: mat.Vector, r: Permutation): number[] => q.map((_, i) => q[r.indexOf(i)]!);
