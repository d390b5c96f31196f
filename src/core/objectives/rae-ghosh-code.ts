/**
 * @file The gradient penalty of the released code of Ghosh et al. 2020 (commit 9478b8f, loss_functions.py): the gradient
 * of the squared output, not the decoder's Jacobian.
 */
import * as tf from '@tensorflow/tfjs';
import { gradient } from '../derivatives.js';
import { type Objective, type Point, squaredNorm } from './objective.js';
import { type PenalisedHyper, penalised, RAE_RULES, type RaeRules } from './rae.js';

export interface RaeGhoshCodeRules extends RaeRules {
  /** What is penalised: the gradient of |f(z)|^2 with respect to the code, 2 J^T f, [B, d]. */
  gradient(at: Point): tf.Tensor;
  /** Mean of squares, one number a sample, [B]. */
  measure(g: tf.Tensor): tf.Tensor;
}

export const RAE_GHOSH_CODE_RULES: RaeGhoshCodeRules = {
  ...RAE_RULES,
  gradient: at => gradient(z => squaredNorm(at.decode(z)), at.z),
  measure: g => tf.mean(tf.square(g), 1),
};

/**
 * rec_i(mu_i) + lambda (4/d) |J_f(mu_i)^T f(mu_i)|^2 + beta/2 |mu_i|^2. The code itself has rec 'mean' and a mean of
 * squared codes: its weight b of the latter is beta = 2 b / d here.
 */
export const makeRaeGhoshCode = (
  rules: RaeGhoshCodeRules = RAE_GHOSH_CODE_RULES,
): Objective<PenalisedHyper> => ({
  name: 'rae-ghosh-code',
  usesNoise: false,
  terms: ['reconstruction', 'penalty', 'prior'],
  evaluate: (net, params, { x }, hyper) =>
    penalised(net, params, x, hyper, rules, at => rules.measure(rules.gradient(at))),
});
