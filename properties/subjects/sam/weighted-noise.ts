/** @file Averages over weighted noises, and how large a ridge loss grows under them. */
import type { WeightedPoint } from '../../../src/theory/numerics/gauss-hermite.js';
import { add, norm, scale, type Vector } from '../../../src/theory/numerics/matrix.js';
import type { RidgeCase } from '../../arbitraries/functions.js';

/** The weighted mean of vectors, one for each noise. */
export function averaged(points: readonly WeightedPoint[], of: (noise: Vector) => Vector): number[] {
  return points.reduce<number[]>((sum, { point, weight }) => {
    const term = scale(weight, of(point));
    return sum.length === 0 ? term : add(sum, term);
  }, []);
}

/** E exp of the widest argument's noise: by how much the mean of an exponential exceeds it. */
export const largestReach = ({ ridge }: RidgeCase, variances: Vector): number =>
  ridge.kind === 'exp'
    ? Math.exp(Math.max(...ridge.terms.map(({ a }) => norm(a) ** 2 * Math.max(...variances))))
    : 1;
