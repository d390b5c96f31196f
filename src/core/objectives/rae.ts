/** @file The regularised autoencoder without a regulariser of its decoder, and the frame that penalties are put into (Ghosh et al. 2020). */
import * as tf from '@tensorflow/tfjs';
import { halfSquaredNorm } from '../gaussian.js';
import type { Autoencoder, Params } from '../net/network.js';
import {
  type Evaluation,
  type Objective,
  type Point,
  pointAt,
  type Reconstruction,
  type Scalar,
  weighted,
} from './objective.js';

export interface RaeHyper {
  readonly rec: Reconstruction;
  readonly beta: Scalar;
}

export interface RaeRules {
  /** [B] */
  prior(mean: tf.Tensor): tf.Tensor;
}

export const RAE_RULES: RaeRules = { prior: halfSquaredNorm };

/** rec_i(mu_i) + beta/2 |mu_i|^2. */
export const makeRae = (rules: RaeRules = RAE_RULES): Objective<RaeHyper> => ({
  name: 'rae',
  usesNoise: false,
  terms: ['reconstruction', 'prior'],
  evaluate(net, params, { x }, { rec, beta }) {
    const { mean } = net.encode(params, x);
    const reconstruction = tf.mean(pointAt(net, params, x, rec, mean).loss(mean));
    const prior = tf.mean(rules.prior(mean));
    return { loss: weighted(reconstruction, [beta, prior]), terms: { reconstruction, prior } };
  },
});

export interface PenalisedHyper extends RaeHyper {
  readonly lambda: Scalar;
}

/** rec_i(mu_i) + lambda penalty_i + beta/2 |mu_i|^2, the penalty [B] being a function of the decoder at the code. */
export function penalised(
  net: Autoencoder,
  params: Params,
  x: tf.Tensor,
  { lambda, ...hyper }: PenalisedHyper,
  rules: RaeRules,
  penaltyAt: (at: Point) => tf.Tensor,
): Evaluation {
  const { loss, terms } = makeRae(rules).evaluate(net, params, { x }, hyper);
  const { mean } = net.encode(params, x);
  const penalty = tf.mean(penaltyAt(pointAt(net, params, x, hyper.rec, mean)));
  return { loss: weighted(loss, [lambda, penalty]), terms: { ...terms, penalty } };
}
