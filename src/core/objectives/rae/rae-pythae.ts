/**
 * @file The gradient penalty of Pythae's RAE_GP (Chadebec et al. 2022, commit 6419e21): the gradient of the
 * summed output with respect to the data, hence through the encoder.
 */
import * as tf from '@tensorflow/tfjs';
import { gradient } from '../../derivatives.js';
import { objective, wrong } from '../define.js';
import { PRIOR_MISTAKES } from '../mistakes.js';
import { squaredNorm } from '../objective.js';
import {
  PENALISED,
  PENALISED_TERMS,
  type PenalisedHyper,
  penalised,
  RAE_RULES,
  type RaeRules,
} from './rae.js';

export interface RaePythaeRules extends RaeRules {
  /** What is penalised, [B, ...]: the gradient at x of the sum of the entries of f(mu(x)). */
  gradient(encode: (x: tf.Tensor) => tf.Tensor, decode: (z: tf.Tensor) => tf.Tensor, x: tf.Tensor): tf.Tensor;
  /** One number a sample, [B]. */
  measure(g: tf.Tensor): tf.Tensor;
}

export const RAE_PYTHAE_RULES: RaePythaeRules = {
  ...RAE_RULES,
  gradient: (encode, decode, x) => gradient(at => decode(encode(at)), x),
  measure: squaredNorm,
};

/** rec_i(mu_i) + lambda |J_{f o mu}(x_i)^T 1|^2 + beta/2 |mu_i|^2. */
export const RAE_PYTHAE = objective({
  name: 'rae-pythae',
  loss: "rec_i(mu_i) + lambda |J_{f o mu}(x_i)^T 1|^2 + beta/2 |mu_i|^2: Pythae's code",
  hyper: PENALISED,
  terms: PENALISED_TERMS,
  rules: RAE_PYTHAE_RULES,
  evaluate:
    rules =>
    (net, params, { x }, hyper: PenalisedHyper) =>
      penalised(net, params, x, hyper, rules, ({ decode }) =>
        rules.measure(rules.gradient(at => net.encode(params, at).mean, decode, x)),
      ),
  mistakes: {
    throughDecoder: wrong<RaePythaeRules>('the gradient with respect to the code in place of the data', {
      gradient: (encode, decode, x) => gradient(decode, encode(x)),
    }),
    meanPenalty: wrong<RaePythaeRules>('the mean of squares in place of their sum', {
      measure: g => tf.div(squaredNorm(g), g.size / g.shape[0]!),
    }),
    ...PRIOR_MISTAKES,
  },
});
