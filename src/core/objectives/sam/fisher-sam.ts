/** @file Fisher SAM (Kim et al. 2022). */
import * as tf from '@tensorflow/tfjs';
import { mapParams } from '../../derivatives.js';
import { wrong } from '../define.js';
import { scalar } from '../objective.js';
import { METRIC_FIELDS, type MetricSamHyper } from './asam.js';
import { DIAGONAL, diagonalLoss, metricMistakes, type SamRules, stepMistakes } from './diagonal.js';
import { classifierObjective } from './objective.js';

type Rules = SamRules<MetricSamHyper>;

/** A = F^(-1/2), F = diag(g^2 + eta) with g the batch's mean gradient. */
export const FISHER_SAM_RULES: Rules = {
  ...DIAGONAL,
  root: ({ gradient, hyper }) =>
    mapParams(gradient, g => {
      const fisher = tf.add(tf.square(g), scalar(hyper.eta));
      // without eta an entry of g that is zero has no direction: zero, and not 0/0
      const mask = tf.step(fisher);
      return tf.div(mask, tf.sqrt(tf.add(fisher, tf.sub(1, mask))));
    }),
  radius: ({ rho }) => rho,
};

/** grad L at w + rho F^-1 g/sqrt(g^T F^-1 g). */
export const FISHER_SAM = classifierObjective({
  name: 'fisher-sam',
  hyper: METRIC_FIELDS,
  uses: 'none',
  rules: FISHER_SAM_RULES,
  loss: diagonalLoss,
  mistakes: {
    ...stepMistakes<MetricSamHyper>(),
    ...metricMistakes(FISHER_SAM_RULES, 'F^(-1/2)', 'F^-1'),
    inverted: wrong<Rules>('F in place of F^-1', {
      root: at => mapParams(FISHER_SAM_RULES.root(at), a => tf.reciprocal(a)),
    }),
    absoluteGradient: wrong<Rules>('|g| in place of g^2 in F', {
      root: ({ gradient, hyper }) => mapParams(gradient, g => tf.rsqrt(tf.add(tf.abs(g), scalar(hyper.eta)))),
    }),
  },
});

export const makeFisherSam = FISHER_SAM.make;
