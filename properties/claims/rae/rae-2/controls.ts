/** @file RAE-2: what is tested, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { RAE, RAE_RULES } from '../../../../src/core/objectives/rae/rae.js';
import { RAE_GHOSH_CODE } from '../../../../src/core/objectives/rae/rae-ghosh-code.js';
import { RAE_JACOBIAN } from '../../../../src/core/objectives/rae/rae-jacobian.js';
import { decayOf, RAE_L2 } from '../../../../src/core/objectives/rae/rae-l2.js';
import { RAE_PYTHAE } from '../../../../src/core/objectives/rae/rae-pythae.js';
import { wrong } from '../../../kit.js';
import { known } from '../../../subjects/mistaken.js';
import { RULES } from '../../../subjects/rae/step.js';

export const SUBJECT = {
  ...RULES,
  /** Weight decay as the authors' code has it: the first layer of the decoder has no kernel_regularizer. */
  scopedL2: {
    ...RULES.l2,
    decay: decayOf(name => name.startsWith('decoder.') && !name.startsWith('decoder.0.')),
  },
  /** The best loss along the rescaling of a solution, beyond its reconstruction error. */
  best: (prior: number, penalty: number) => 2 * Math.sqrt(prior * penalty),
  /** The largest mean |z|^2 that a loss allows. */
  largestCode: (loss: number, beta: number) => (2 * loss) / beta,
};
export type Subject = typeof SUBJECT;

export const MUTANTS = {
  ...wrong.rules(SUBJECT, 'rae', {
    ...known(RAE, { withoutHalf: 'priorWithoutHalf' }),
    signedPrior: ['the penalty on the codes with the wrong sign', { prior: z => tf.neg(RAE_RULES.prior(z)) }],
    scaleFreePrior: [
      'a penalty on codes divided by their norm',
      { prior: z => tf.div(RAE_RULES.prior(z), tf.sum(tf.square(z), 1)) },
    ],
  }),
  ...wrong.formula(SUBJECT, 'scopedL2', {
    decayEverywhere: ['weight decay on all of the decoder in place of the released scope', SUBJECT.l2],
  }),
  ...wrong.formula(SUBJECT, 'l2', {
    decayScoped: ['weight decay in the released scope in place of all of the decoder', SUBJECT.scopedL2],
  }),
  ...wrong.rules(SUBJECT, 'l2', known(RAE_L2, { decayHalf: 'decayHalf' })),
  ...wrong.rules(
    SUBJECT,
    'jacobian',
    known(RAE_JACOBIAN, { jacobianPower: 'otherPower', jacobianMean: 'meanPenalty' }),
  ),
  ...wrong.rules(SUBJECT, 'ghosh', known(RAE_GHOSH_CODE, { ghoshSum: 'sumOfSquares' })),
  ...wrong.rules(SUBJECT, 'pythae', known(RAE_PYTHAE, { pythaeAtCode: 'throughDecoder' })),
  ...wrong.formula(SUBJECT, 'best', {
    sumForProduct: ['the arithmetic mean for the geometric one', (b, g) => b + g],
    rootOfProduct: ['sqrt(B G) without its 2', (b, g) => Math.sqrt(b * g)],
  }),
  ...wrong.formula(SUBJECT, 'largestCode', {
    boundHalved: ['L0 / beta', (loss, beta) => loss / beta],
    boundOfWeights: ['2 beta L0', (loss, beta) => 2 * beta * loss],
  }),
};
