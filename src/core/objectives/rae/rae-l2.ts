/** @file The regularised autoencoder with weight decay on its decoder (Ghosh et al. 2020, RAE-L2). */
import * as tf from '@tensorflow/tfjs';
import { halfSquaredNorm } from '../../gaussian.js';
import type { Params } from '../../net/network.js';
import { objective, wrong } from '../define.js';
import { PRIOR_MISTAKES } from '../mistakes.js';
import { pointAt, weighted } from '../objective.js';
import { MISREAD, PENALISED, PENALISED_TERMS, type PenalisedHyper } from './rae.js';

export interface RaeL2Rules {
  /** The sum of squares of what is decayed: the decoder's weights and biases. A scalar. */
  decay(params: Params): tf.Tensor;
  /** [B] */
  prior(mean: tf.Tensor): tf.Tensor;
}

/** The decay of the parameters whose names are kept. */
export const decayOf =
  (keep: (name: string) => boolean): RaeL2Rules['decay'] =>
  params =>
    tf.addN(
      Object.entries(params)
        .filter(([name]) => keep(name))
        .map(([, w]) => tf.sum(tf.square(w))),
    );

export const RAE_L2_RULES: RaeL2Rules = {
  decay: decayOf(name => name.startsWith('decoder.')),
  prior: halfSquaredNorm,
};

/** rec_i(mu_i) + beta/2 |mu_i|^2, plus lambda times the sum of squares, once. */
export const RAE_L2 = objective({
  name: 'rae-l2',
  loss: "rec_i(mu_i) + beta/2 |mu_i|^2 + lambda times the squares of the decoder's weights and biases, once",
  hyper: PENALISED,
  terms: PENALISED_TERMS,
  rules: RAE_L2_RULES,
  evaluate:
    rules =>
    (net, params, { x }, { rec, beta, lambda }: PenalisedHyper) => {
      const { mean } = net.encode(params, x);
      const reconstruction = tf.mean(pointAt(net, params, x, rec, mean).loss(mean));
      const penalty = rules.decay(params);
      const prior = tf.mean(rules.prior(mean));
      const loss = weighted(reconstruction, [lambda, penalty], [beta, prior]);
      return { loss, terms: { reconstruction, penalty, prior } };
    },
  mistakes: {
    weightsOnly: wrong<RaeL2Rules>('weight decay without the biases', {
      decay: decayOf(name => name.startsWith('decoder.') && name.endsWith('.weight')),
    }),
    allParameters: wrong<RaeL2Rules>('weight decay on the encoder too', { decay: decayOf(() => true) }),
    decayHalf: wrong<RaeL2Rules>('weight decay with a 1/2', {
      decay: params => tf.mul(RAE_L2_RULES.decay(params), 0.5),
    }),
    decayUnsquared: wrong<RaeL2Rules>('the norm of the decoder in place of the sum of squares', {
      decay: params => tf.sqrt(RAE_L2_RULES.decay(params)),
    }),
    ...PRIOR_MISTAKES,
  },
  vector: { terms: ['penalty'], misread: MISREAD },
});
