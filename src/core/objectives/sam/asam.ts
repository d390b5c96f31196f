/** @file Adaptive SAM (Kwon et al. 2021). */
import * as tf from '@tensorflow/tfjs';
import { mapParams } from '../../derivatives.js';
import { wrong } from '../define.js';
import type { Fields, HyperOf } from '../fields.js';
import { scalar } from '../objective.js';
import { DIAGONAL, diagonalLoss, metricMistakes, type SamRules, stepMistakes } from './diagonal.js';
import { ETA, RHO } from './fields.js';
import { classifierObjective } from './objective.js';

export const METRIC_FIELDS = { rho: RHO, eta: ETA } as const satisfies Fields;

export type MetricSamHyper = HyperOf<typeof METRIC_FIELDS>;

type Rules = SamRules<MetricSamHyper>;

/** A = T = diag(|w| + eta). */
export const ASAM_RULES: Rules = {
  ...DIAGONAL,
  root: ({ params, hyper }) => mapParams(params, w => tf.add(tf.abs(w), scalar(hyper.eta))),
  radius: ({ rho }) => rho,
};

/** grad L at w + rho T^2 g/|T g|. */
export const ASAM = classifierObjective({
  name: 'asam',
  hyper: METRIC_FIELDS,
  uses: 'none',
  rules: ASAM_RULES,
  loss: diagonalLoss,
  mistakes: {
    ...stepMistakes<MetricSamHyper>(),
    ...metricMistakes(ASAM_RULES, 'T', 'T^2'),
    biasesPlain: wrong<Rules>('T = 1 for the biases', {
      root: at => mapParams(ASAM_RULES.root(at), (a, name) => (name.endsWith('.bias') ? tf.onesLike(a) : a)),
    }),
    withoutAbsolute: wrong<Rules>('w + eta in place of |w| + eta', {
      root: ({ params, hyper }) => mapParams(params, w => tf.add(w, scalar(hyper.eta))),
    }),
  },
});

export const makeAsam = ASAM.make;
