/** @file What KP-22 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { GRAE } from '../../../../src/core/objectives/grae/grae.js';
import { RAE_JACOBIAN } from '../../../../src/core/objectives/rae/rae-jacobian.js';
import { mat, wrong } from '../../../kit.js';
import { known } from '../../../subjects/mistaken.js';

const { rules: RAE } = RAE_JACOBIAN;

export const SUBJECT = {
  grae: GRAE.rules,
  rae: RAE,
  /** The coefficient of |J|_F^2. */
  lambda: 0.5,
  /** The first Taylor term for observations with -H_p. */
  firstTerm: (j: mat.Matrix, precision: mat.Matrix) =>
    mat.traceOfProduct(precision, mat.multiply(j, mat.transpose(j))) / 2,
  /** Bounds of what is left of the series after so many terms, for x = s^2 / beta of each singular value. */
  remainder: (ratios: mat.Vector, terms: number): readonly [lower: number, upper: number] => {
    const upper = ratios.map(x => x ** (terms + 1) / (terms + 1));
    return [mat.sum(upper.map((x, i) => x / (1 + ratios[i]!))), mat.sum(upper)];
  },
};
export type Subject = typeof SUBJECT;

export const MUTANTS = {
  ...wrong.formula(SUBJECT, 'lambda', { withoutHalf: ['|J|_F^2 for 1/2 |J|_F^2', 1] }),
  ...wrong.rules(SUBJECT, 'rae', {
    unsquared: ['the norm of J for its square', { measure: matrix => RAE.measure(matrix, 1) }],
    raePrior: ['beta |h|^2 in the RAE', { prior: mean => tf.mul(RAE.prior(mean), 2) }],
    raeColumns: [
      'only the first column of J',
      { jacobian: at => tf.slice(RAE.jacobian(at), [0, 0, 0], [-1, -1, 1]) },
    ],
  }),
  ...wrong.rules(
    SUBJECT,
    'grae',
    known(GRAE, {
      betaKept: 'betaMissing',
      graeMissingHalf: 'penaltyWithoutHalf',
      firstOrderForLogDet: 'firstOrder',
    }),
  ),
  ...wrong.formula(SUBJECT, 'firstTerm', {
    firstTermDoubled: [
      '-tr(J^T H_p J) without the half',
      (j, precision) => 2 * SUBJECT.firstTerm(j, precision),
    ],
    hessianSquared: [
      'H_p for its root',
      (j, precision) => SUBJECT.firstTerm(j, mat.multiply(precision, precision)),
    ],
    hessianIgnored: ['1/2 |J|_F^2 whatever H_p is', j => SUBJECT.firstTerm(j, mat.identity(j.length))],
  }),
  ...wrong.formula(SUBJECT, 'remainder', {
    remainderOfTheNextTerm: [
      'a remainder of one order more',
      (ratios, terms) => SUBJECT.remainder(ratios, terms + 1),
    ],
    remainderVanishes: [
      'a remainder that shrinks for every x, as if the series converged',
      (ratios, terms) =>
        SUBJECT.remainder(
          ratios.map(x => Math.min(1, x)),
          terms,
        ),
    ],
  }),
};
