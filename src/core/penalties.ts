/**
 * @file Functions g, h of a squared error or a mean squared code, to penalise it with (Dai, Wenliang & Wipf
 * 2021, eq. 7).
 */
import * as tf from '@tensorflow/tfjs';
import { type Scalar, scalar } from './objectives/objective.js';

/** Applied entry by entry to values >= 0. */
export type Penalty = (u: tf.Tensor) => tf.Tensor;

export interface NamedPenalty {
  readonly apply: Penalty;
  /** The supremum of its slope over u >= 0. */
  readonly slope: number;
}

/** Penalties without a parameter. */
export const PENALTIES = {
  /** u */
  identity: { apply: u => u, slope: 1 },
  /** u / (1 + u) */
  saturating: { apply: u => tf.div(u, tf.add(u, 1)), slope: 1 },
  /** 1 - exp(-u) */
  exponential: { apply: u => tf.neg(tf.expm1(tf.neg(u))), slope: 1 },
  /** u^2 / 2 below 1, u - 1/2 above */
  huber: {
    apply: u => {
      const below = tf.minimum(u, 1);
      return tf.add(tf.mul(tf.square(below), 0.5), tf.sub(u, below));
    },
    slope: 1,
  },
  /** sqrt u, of unbounded slope at 0 */
  root: { apply: tf.sqrt, slope: Infinity },
  /** log u, -Infinity at 0 */
  log: { apply: tf.log, slope: Infinity },
} as const satisfies Record<string, NamedPenalty>;

/** log(u + delta): of slope 1/delta at 0. */
export const shiftedLog =
  (delta: Scalar): Penalty =>
  u =>
    tf.log(tf.add(u, scalar(delta)));

/** sqrt(u + delta): of slope 1/(2 sqrt delta) at 0. */
export const shiftedRoot =
  (delta: Scalar): Penalty =>
  u =>
    tf.sqrt(tf.add(u, scalar(delta)));

/** u^p */
export const power =
  (p: Scalar): Penalty =>
  u =>
    tf.pow(u, scalar(p));
