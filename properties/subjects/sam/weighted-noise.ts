/** @file Averages over weighted noises, and how large a ridge loss grows under them. */
import { type draw, mat, type quad } from '../../kit.js';

/** The weighted mean of vectors, one for each noise. */
export function averaged(
  points: readonly quad.WeightedPoint[],
  value: (noise: mat.Vector) => mat.Vector,
): number[] {
  return points.reduce<number[]>((sum, { point, weight }) => {
    const term = mat.scale(weight, value(point));
    return sum.length === 0 ? term : mat.add(sum, term);
  }, []);
}

/** E exp of the widest argument's noise: by how much the mean of an exponential exceeds it. */
export const largestReach = ({ ridge }: draw.RidgeCase, variances: mat.Vector): number =>
  ridge.kind === 'exp'
    ? Math.exp(Math.max(...ridge.terms.map(({ a }) => mat.norm(a) ** 2 * Math.max(...variances))))
    : 1;
