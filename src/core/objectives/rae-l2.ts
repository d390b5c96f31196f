/** @file The regularised autoencoder with weight decay on its decoder (Ghosh et al. 2020, RAE-L2). */
import * as tf from '@tensorflow/tfjs';
import { halfSquaredNorm } from '../gaussian.js';
import type { Params } from '../net/network.js';
import { type Objective, pointAt, type Reconstruction, type Scalar, weighted } from './objective.js';

export interface RaeL2Hyper {
  readonly rec: Reconstruction;
  readonly beta: Scalar;
  readonly lambda: Scalar;
}

export interface RaeL2Rules {
  /** The sum of squares of what is decayed: the decoder's weights and biases. A scalar. */
  decay(params: Params): tf.Tensor;
  /** [B] */
  prior(mean: tf.Tensor): tf.Tensor;
}

export const RAE_L2_RULES: RaeL2Rules = {
  decay: params =>
    tf.addN(
      Object.entries(params)
        .filter(([name]) => name.startsWith('decoder.'))
        .map(([, w]) => tf.sum(tf.square(w))),
    ),
  prior: halfSquaredNorm,
};

/** rec_i(mu_i) + beta/2 |mu_i|^2, plus lambda times the sum of squares, once. */
export const makeRaeL2 = (rules: RaeL2Rules = RAE_L2_RULES): Objective<RaeL2Hyper> => ({
  name: 'rae-l2',
  usesNoise: false,
  terms: ['reconstruction', 'penalty', 'prior'],
  evaluate(net, params, { x }, { rec, beta, lambda }) {
    const { mean } = net.encode(params, x);
    const reconstruction = tf.mean(pointAt(net, params, x, rec, mean).loss(mean));
    const penalty = rules.decay(params);
    const prior = tf.mean(rules.prior(mean));
    const loss = weighted(reconstruction, [lambda, penalty], [beta, prior]);
    return { loss, terms: { reconstruction, penalty, prior } };
  },
});
