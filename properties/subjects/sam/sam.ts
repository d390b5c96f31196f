/**
 * @file One SAM step on a loss over parameters, and the penalised loss that approximates it, as core makes
 * them.
 */
import * as tf from '@tensorflow/tfjs';
import { gradient, gradients } from '../../../src/core/derivatives.js';
import type { CholeskyScale } from '../../../src/core/gaussian.js';
import type { SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { perturb } from '../../../src/core/perturbation.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import { constant } from '../../../src/engine/ops.js';
import type { mat } from '../../kit.js';
import type { PenaltyRules } from './covariance.js';
import type { Loss } from './losses.js';

export interface SamRules {
  /** The step that trains. */
  readonly samba: SambaRules;
  /** sqrt(p) |Sigma^(1/2) grad L| */
  readonly penalty: PenaltyRules;
}

/** A loss at a point, with a covariance Sigma = factor factor^T. */
export interface At {
  readonly loss: Loss;
  readonly point: mat.Vector;
  readonly factor: mat.Matrix;
}

export interface Sam {
  readonly value: number;
  readonly step: readonly number[];
  /** L after the step, and its gradient with the step held fixed as the rules say. */
  readonly perturbed: number;
  readonly perturbedGradient: readonly number[];
  /** L plus the penalty, and its gradient. */
  readonly penalised: number;
  readonly penalisedGradient: readonly number[];
}

const scaleOf = (factor: tf.Tensor): CholeskyScale => ({
  kind: 'cholesky',
  factor,
  logDiagonal: tf.zeros([1, factor.shape[1]!]),
});

export function samOn({ samba, penalty }: SamRules, { loss: { shape, data }, point, factor }: At): Sam {
  const p = shape.dimension;
  const specs = { ...shape.specs, point: { shape: [1, p] }, factor: { shape: [1, p, p] } };
  const inputs = { ...data, point: Float64Array.from(point), factor: Float64Array.from(factor.flat()) };
  const moved = programOf(samba, shape, 'step of SAM', () => ({
    specs,
    fn: ({ point: at, factor: root, ...rest }) => {
      const value = (w: tf.Tensor): tf.Tensor => shape.value(w, rest);
      const { loss, aux, grads } = gradients(
        ({ w }) => {
          const { step } = perturb(scaleOf(root!), gradient(value, w!), samba);
          return { loss: tf.sum(value(samba.point(w!, step))), aux: { step } };
        },
        { w: at! },
      );
      return { value: value(at!), perturbed: loss, step: aux.step!, gradient: grads.w! };
    },
  })).run(inputs);
  const found = {
    value: moved.value![0]!,
    step: [...moved.step!],
    perturbed: moved.perturbed![0]!,
    perturbedGradient: [...moved.gradient!],
  };
  const first = programOf(penalty, shape, 'penalty of SAM', () => ({
    specs,
    fn: ({ point: at, factor: root, ...rest }) => {
      const value = (w: tf.Tensor): tf.Tensor => shape.value(w, rest);
      const { loss, grads } = gradients(
        ({ w }) => {
          const length = penalty.measure(scaleOf(root!), gradient(value, w!));
          return {
            loss: tf.sum(tf.add(value(w!), tf.mul(constant(penalty.radius(p)), length))),
            aux: {},
          };
        },
        { w: at! },
      );
      return { loss, gradient: grads.w! };
    },
  })).run(inputs);
  return { ...found, penalised: first.loss![0]!, penalisedGradient: [...first.gradient!] };
}
