/** @file SAM on the ellipsoid of a posterior over the weights (Ujváry et al. 2022, eq. 56). */
import * as tf from '@tensorflow/tfjs';
import { mapParams } from '../../derivatives.js';
import type { Fields, HyperOf } from '../fields.js';
import { DIAGONAL, diagonalLoss, metricMistakes, type SamRules, stepMistakes } from './diagonal.js';
import { RHO } from './fields.js';
import { byParameter, classifierObjective } from './objective.js';

const hyper = { kappa: RHO } as const satisfies Fields;

export type VsamHyper = HyperOf<typeof hyper>;

/** A = Sigma^(1/2), Sigma = diag(sigma2): the posterior's variances by parameter. */
export const VSAM_RULES: SamRules<VsamHyper> = {
  ...DIAGONAL,
  root: ({ params, inputs }) => mapParams(byParameter(inputs, 'sigma2', params), tf.sqrt),
  radius: ({ kappa }) => kappa,
};

/** grad L at w + kappa Sigma g/|Sigma^(1/2) g|. */
export const VSAM = classifierObjective({
  name: 'vsam',
  hyper,
  uses: 'sigma2',
  rules: VSAM_RULES,
  loss: diagonalLoss,
  mistakes: {
    ...stepMistakes<VsamHyper>(),
    ...metricMistakes(VSAM_RULES, 'Sigma^(1/2)', 'Sigma'),
  },
});

export const makeVsam = VSAM.make;
