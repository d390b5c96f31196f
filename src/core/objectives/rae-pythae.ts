/**
 * @file The gradient penalty of Pythae's RAE_GP (Chadebec et al. 2022, commit 6419e21): the gradient of the summed output
 * with respect to the data, hence through the encoder.
 */
import type * as tf from '@tensorflow/tfjs';
import { gradient } from '../derivatives.js';
import { type Objective, squaredNorm } from './objective.js';
import { type PenalisedHyper, penalised, RAE_RULES, type RaeRules } from './rae.js';

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
export const makeRaePythae = (rules: RaePythaeRules = RAE_PYTHAE_RULES): Objective<PenalisedHyper> => ({
  name: 'rae-pythae',
  usesNoise: false,
  terms: ['reconstruction', 'penalty', 'prior'],
  evaluate: (net, params, { x }, hyper) =>
    penalised(net, params, x, hyper, rules, ({ decode }) =>
      rules.measure(rules.gradient(at => net.encode(params, at).mean, decode, x)),
    ),
});
