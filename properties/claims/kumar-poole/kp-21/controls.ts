/** @file What KP-21 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { jacobian } from '../../../../src/core/derivatives.js';
import { GRAE } from '../../../../src/core/objectives/grae/grae.js';
import { GRAE_HADAMARD } from '../../../../src/core/objectives/grae/grae-hadamard.js';
import * as graeSampled from '../../../../src/core/objectives/grae/grae-sampled.js';
import type { Point } from '../../../../src/core/objectives/objective.js';
import { mat, wrong } from '../../../kit.js';
import { known } from '../../../subjects/mistaken.js';

export const SUBJECT = {
  sampled: graeSampled.GRAE_SAMPLED_RULES,
  /** Draws without replacement. */
  distinct: graeSampled.GRAE_DISTINCT_RULES,
  hadamard: GRAE_HADAMARD.rules,
  grae: GRAE.rules,
  /** The variance of an estimate from k independent draws, of the terms l with probabilities p. */
  variance: (l: readonly number[], p: readonly number[], k: number) =>
    (mat.sum(l.map((x, i) => x ** 2 / p[i]!)) - mat.sum(l) ** 2) / k,
  /** What that is multiplied by for uniform draws without replacement. */
  correction: (d: number, k: number) => (d === 1 ? 0 : (d - k) / (d - 1)),
};
export type Subject = typeof SUBJECT;

/** Rows of the Jacobian for its columns; there are at least as many. */
function rows({ decode, z }: Point, selected: tf.Tensor): tf.Tensor {
  const whole = jacobian(decode, z);
  const [batch, data, d] = whole.shape as [number, number, number];
  const padded = tf.concat([selected, tf.zeros([selected.shape[0]!, batch, data - d])], 2);
  const picked = tf.matMul(tf.transpose(padded, [1, 0, 2]), whole);
  return tf.transpose(picked, [1, 0, 2]);
}

/** The first column in the place of the last. */
function firstForLast(selected: tf.Tensor): tf.Tensor {
  const d = selected.shape[2]!;
  const [first, ...rest] = tf.split(selected, d, 2);
  const last = rest.pop();
  return last === undefined ? selected : tf.concat([tf.add(first!, last), ...rest, tf.zerosLike(last)], 2);
}

export const MUTANTS = {
  ...wrong.rules(SUBJECT, 'sampled', {
    ...known(graeSampled.GRAE_SAMPLED, {
      unweighted: 'unweighted',
      timesProbability: 'timesProbability',
      summed: 'summed',
      firstOnly: 'firstOnly',
      wrongColumn: 'wrongColumn',
      betaDropped: 'betaMissing',
      withoutOne: 'withoutOne',
      missingHalf: 'penaltyWithoutHalf',
      frozenColumns: 'frozenColumns',
    }),
    uniformWeights: ['d for 1 / p_c', { weight: s => tf.mul(tf.sum(s, 2), s.shape[2]!) }],
    rowsForColumns: ['rows instead of columns', { columns: rows }],
    outsideSupport: [
      'the last column is never drawn: the first in its place',
      { select: (noise, k, p) => firstForLast(SUBJECT.sampled.select(noise, k, p)) },
    ],
    noPrior: ['no prior on the code', { prior: mean => tf.zerosLike(tf.sum(mean, 1)) }],
    distinctForIndependent: ['draws without replacement under any p', SUBJECT.distinct],
  }),
  ...wrong.rules(SUBJECT, 'distinct', {
    independentForDistinct: ['draws with replacement for those without', SUBJECT.sampled],
    distinctSmallest: [
      'the same column k times for k different ones',
      { select: (noise, k, p) => tf.tile(SUBJECT.distinct.select(noise, 1, p), [k, 1, 1]) },
    ],
  }),
  ...wrong.formula(SUBJECT, 'variance', {
    varianceWithoutSquare: [
      'the variance without - (sum l)^2',
      (l, p, k) => SUBJECT.variance(l, p, k) + mat.sum(l) ** 2 / k,
    ],
    varianceOfOne: ['the variance of one draw', (l, p) => SUBJECT.variance(l, p, 1)],
  }),
  ...wrong.formula(SUBJECT, 'correction', {
    correctionForgotten: ['the variance of independent draws for distinct ones', () => 1],
  }),
  ...wrong.rules(SUBJECT, 'hadamard', known(GRAE_HADAMARD, { logDetForHadamard: 'logDeterminant' })),
};
