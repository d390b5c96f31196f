/**
 * @file The regularised autoencoder without a regulariser of its decoder, and the frame that penalties are
 * put into (Ghosh et al. 2020).
 */
import * as tf from '@tensorflow/tfjs';
import { halfSquaredNorm } from '../../gaussian.js';
import type { Autoencoder, Params } from '../../net/network.js';
import { objective } from '../define.js';
import { BETA, type Fields, type HyperOf, LAMBDA, REC } from '../fields.js';
import { PRIOR_MISTAKES } from '../mistakes.js';
import { type Evaluation, type Point, pointAt, weighted } from '../objective.js';

const hyper = { rec: REC, beta: BETA } as const satisfies Fields;

export interface RaeRules {
  /** [B] */
  prior(mean: tf.Tensor): tf.Tensor;
}

export const RAE_RULES: RaeRules = { prior: halfSquaredNorm };

/** rec_i(mu_i) + beta/2 |mu_i|^2. */
export const RAE = objective({
  name: 'rae',
  loss: 'rec_i(mu_i) + beta/2 |mu_i|^2',
  hyper,
  terms: ['reconstruction', 'prior'],
  rules: RAE_RULES,
  evaluate:
    rules =>
    (net, params, { x }, { rec, beta }: HyperOf<typeof hyper>) => {
      const { mean } = net.encode(params, x);
      const reconstruction = tf.mean(pointAt(net, params, x, rec, mean).loss(mean));
      const prior = tf.mean(rules.prior(mean));
      return { loss: weighted(reconstruction, [beta, prior]), terms: { reconstruction, prior } };
    },
  mistakes: PRIOR_MISTAKES,
});

export const makeRae = RAE.make;

/** What every penalised autoencoder takes. */
export const PENALISED = { rec: REC, beta: BETA, lambda: LAMBDA } as const satisfies Fields;

export type PenalisedHyper = HyperOf<typeof PENALISED>;

export const PENALISED_TERMS = ['reconstruction', 'penalty', 'prior'] as const;

/** The order in which their hyper-parameters are misread. */
export const MISREAD = ['beta', 'lambda', 'rec'] as const;

/**
 * rec_i(mu_i) + lambda penalty_i + beta/2 |mu_i|^2, the penalty [B] being a function of the decoder at the
 * code.
 */
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
