/** @file RAE-9: EM step by step. */

import { emStep, startMixture } from '../../../../src/theory/density/em.js';
import { fitGaussian } from '../../../../src/theory/density/gaussian.js';
import type { Mixture } from '../../../../src/theory/density/mixture.js';
import { draw, fc, mat, stream } from '../../../kit.js';
import { clouds, seeds } from '../../../subjects/rae/density-cases.js';
import type { Subject } from './controls.js';

export const COUNT = 48;
export const emCases = (d: number) => draw.record({ points: clouds(d, COUNT), seed: seeds });
export const cases = fc.oneof(emCases(1), emCases(2));
export type EmCase = draw.Of<typeof cases>;

export const startOf = ({ points, seed }: EmCase, components: number): Mixture =>
  startMixture(points, stream(seed, 'start'), components);

/** A mixture and those after it. */
export function path(points: mat.Matrix, start: Mixture, steps: number, floor: number, { rules }: Subject) {
  const found = [start];
  for (let i = 0; i < steps; i++) found.push(emStep(points, found.at(-1)!, floor, rules).mixture);
  return found;
}

export const spreadOf = (points: mat.Matrix): number => {
  const { mean, covariance } = fitGaussian(points);
  return mat.trace(covariance) + mat.norm(mean) ** 2;
};

/** The size of the terms of a log-likelihood: squared distances in the metric of each component. */
export const sizeOf = (points: mat.Matrix, { components }: Mixture): number =>
  points.length *
  (4 +
    spreadOf(points) *
      mat.sum(components.map(({ covariance }) => 1 / mat.symmetricEigen(covariance).values.at(-1)!)));
