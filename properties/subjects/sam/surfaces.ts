/** @file The SAM step and the first-order penalty of core, apart, on losses with known derivatives. */
import * as tf from '@tensorflow/tfjs';
import { gradient } from '../../../src/core/derivatives.js';
import { type PerturbationRules, perturb } from '../../../src/core/perturbation.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import { constant } from '../../../src/engine/ops.js';
import type { PenaltyRules } from './covariance.js';
import { rootOf } from './root.js';
import type { At } from './sam.js';

/** L, L after the step, and the penalty, for kappa^2 / p Sigma: radius kappa in whitened coordinates. */
export function measureOn(
  { loss: { shape, data }, point, factor }: At,
  step: PerturbationRules,
  penalty: PenaltyRules,
  kappa: number,
): { value: number; perturbed: number; penalty: number } {
  const p = shape.dimension;
  const specs = { ...shape.specs, point: { shape: [1, p] }, factor: { shape: [1, p, p] } };
  const scaled = factor.flat().map(x => (kappa * x) / Math.sqrt(p));
  const inputs = { ...data, point: Float64Array.from(point), factor: Float64Array.from(scaled) };
  const moved = programOf(step, shape, 'surface step', () => ({
    specs,
    fn: ({ point: w, factor: root, ...rest }) => {
      const value = (v: tf.Tensor): tf.Tensor => shape.value(v, rest);
      const { step: by } = perturb(rootOf(root!), gradient(value, w!), step);
      return { value: value(w!), perturbed: value(tf.add(w!, by)) };
    },
  })).run(inputs);
  const [value, perturbed] = [moved.value![0]!, moved.perturbed![0]!];
  const first = programOf(penalty, shape, 'surface penalty', () => ({
    specs,
    fn: ({ point: w, factor: root, ...rest }) => {
      const g = gradient(v => shape.value(v, rest), w!);
      return { penalty: tf.mul(constant(penalty.radius(p)), penalty.measure(rootOf(root!), g)) };
    },
  })).run(inputs);
  return { value, perturbed, penalty: first.penalty![0]! };
}
