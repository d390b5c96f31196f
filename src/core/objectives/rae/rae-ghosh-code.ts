/**
 * @file The gradient penalty of the released code of Ghosh et al. 2020 (commit 9478b8f, loss_functions.py):
 * the gradient of the squared output, not the decoder's Jacobian.
 */
import * as tf from '@tensorflow/tfjs';
import { objective, wrong } from '../define.js';
import { PRIOR_MISTAKES } from '../mistakes.js';
import { type Point, squaredNorm } from '../objective.js';
import { decoderJacobian, squaredOutputGradient } from './gradients.js';
import {
  PENALISED,
  PENALISED_TERMS,
  type PenalisedHyper,
  penalised,
  RAE_RULES,
  type RaeRules,
} from './rae.js';

export interface RaeGhoshCodeRules extends RaeRules {
  /** What is penalised: the gradient of |f(z)|^2 with respect to the code, 2 J^T f, [B, d]. */
  gradient(at: Point): tf.Tensor;
  /** Mean of squares, one number a sample, [B]. */
  measure(g: tf.Tensor): tf.Tensor;
}

export const RAE_GHOSH_CODE_RULES: RaeGhoshCodeRules = {
  ...RAE_RULES,
  gradient: squaredOutputGradient,
  measure: g => tf.mean(tf.square(g), 1),
};

/**
 * rec_i(mu_i) + lambda (4/d) |J_f(mu_i)^T f(mu_i)|^2 + beta/2 |mu_i|^2. The code itself has rec 'mean' and a
 * mean of squared codes: its weight b of the latter is beta = 2 b / d here.
 */
export const RAE_GHOSH_CODE = objective({
  name: 'rae-ghosh-code',
  loss: 'rec_i(mu_i) + lambda 4/d |J_f^T f|^2 + beta/2 |mu_i|^2: the code of Ghosh et al.',
  hyper: PENALISED,
  terms: PENALISED_TERMS,
  rules: RAE_GHOSH_CODE_RULES,
  evaluate:
    rules =>
    (net, params, { x }, hyper: PenalisedHyper) =>
      penalised(net, params, x, hyper, rules, at => rules.measure(rules.gradient(at))),
  mistakes: {
    sumOfSquares: wrong<RaeGhoshCodeRules>('the sum of squares in place of their mean', {
      measure: squaredNorm,
    }),
    jacobian: wrong<RaeGhoshCodeRules>('the squared Jacobian of the decoder, as the paper has it', {
      gradient: decoderJacobian,
      measure: squaredNorm,
    }),
    ...PRIOR_MISTAKES,
  },
});
