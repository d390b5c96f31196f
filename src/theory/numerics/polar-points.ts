/**
 * @file Gaussian expectations in the plane by a rule that no rotation of few degrees of freedom can tell from
 * its rotated self.
 */
import { symmetricEigen } from './eigen.js';
import type { WeightedPoint } from './gauss-hermite.js';

/**
 * For N(0, I_2): r^2/2 at the nodes of Gauss and Laguerre, so many angles at equal distances. Exact for
 * polynomials of degree below min(4 radii, angles). A product rule of Gauss and Hermite prefers its axes,
 * which decides where a posterior that may be rotated freely ends up; this one has the symmetry of a polygon.
 */
export function polarPoints(radii: number, angles: number): WeightedPoint[] {
  // Golub and Welsch: the recurrence of the Laguerre polynomials as a symmetric matrix
  const recurrence = Array.from({ length: radii }, (_, i) =>
    Array.from({ length: radii }, (__, j) => {
      if (i === j) return 2 * i + 1;
      return Math.abs(i - j) === 1 ? Math.max(i, j) : 0;
    }),
  );
  const { values, vectors } = symmetricEigen(recurrence);
  return values.flatMap((half, k) =>
    Array.from({ length: angles }, (_, j) => {
      const [r, angle] = [Math.sqrt(2 * half), (2 * Math.PI * j) / angles];
      return { point: [r * Math.cos(angle), r * Math.sin(angle)], weight: vectors[k]![0]! ** 2 / angles };
    }),
  );
}
