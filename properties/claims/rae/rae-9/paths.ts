/** @file RAE-9: EM step by step. */
import fc from 'fast-check';
import { stream } from '../../../../src/claims/random.js';
import { emStep, startMixture } from '../../../../src/theory/density/em.js';
import { fitGaussian } from '../../../../src/theory/density/gaussian.js';
import type { Mixture } from '../../../../src/theory/density/mixture.js';
import { symmetricEigen } from '../../../../src/theory/numerics/eigen.js';
import { type Matrix, norm, trace } from '../../../../src/theory/numerics/matrix.js';
import { plainRecord } from '../../../arbitraries/record.js';
import { clouds, seeds } from '../../../subjects/rae/density-cases.js';
import type { Subject } from './controls.js';

export interface EmCase {
  readonly points: Matrix;
  readonly seed: number;
}

export const COUNT = 48;
export const emCases = (d: number): fc.Arbitrary<EmCase> =>
  plainRecord({ points: clouds(d, COUNT), seed: seeds });
export const cases = fc.oneof(emCases(1), emCases(2));

export const startOf = ({ points, seed }: EmCase, components: number): Mixture =>
  startMixture(points, stream(seed, 'start'), components);

/** A mixture and those after it. */
export function path(
  points: Matrix,
  start: Mixture,
  steps: number,
  floor: number,
  { rules }: Subject,
): Mixture[] {
  const found = [start];
  for (let i = 0; i < steps; i++) found.push(emStep(points, found.at(-1)!, floor, rules).mixture);
  return found;
}

export const spreadOf = (points: Matrix): number => {
  const { mean, covariance } = fitGaussian(points);
  return trace(covariance) + norm(mean) ** 2;
};

/** The size of the terms of a log-likelihood: squared distances in the metric of each component. */
export const sizeOf = (points: Matrix, { components }: Mixture): number =>
  points.length *
  (4 +
    spreadOf(points) *
      components.reduce((sum, { covariance }) => sum + 1 / symmetricEigen(covariance).values.at(-1)!, 0));
