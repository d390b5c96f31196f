/** @file What KP-21 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { jacobian } from '../../../../src/core/derivatives.js';
import { GRAE_RULES, type GraeRules } from '../../../../src/core/objectives/grae/grae.js';
import { GRAE_HADAMARD_RULES } from '../../../../src/core/objectives/grae/grae-hadamard.js';
import {
  GRAE_DISTINCT_RULES,
  GRAE_SAMPLED,
  GRAE_SAMPLED_RULES,
  type GraeSampledRules,
} from '../../../../src/core/objectives/grae/grae-sampled.js';
import { type Mutant, mutant } from '../../../kit.js';
import { mistaken } from '../../../subjects/mistaken.js';

export interface Subject {
  readonly sampled: GraeSampledRules;
  /** Draws without replacement. */
  readonly distinct: GraeSampledRules;
  readonly hadamard: GraeRules;
  readonly grae: GraeRules;
  /** The variance of an estimate from k independent draws, of the terms l with probabilities p. */
  readonly variance: (l: readonly number[], p: readonly number[], k: number) => number;
  /** What that is multiplied by for uniform draws without replacement. */
  readonly correction: (d: number, k: number) => number;
}

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

export const SUBJECT: Subject = {
  sampled: GRAE_SAMPLED_RULES,
  distinct: GRAE_DISTINCT_RULES,
  hadamard: GRAE_HADAMARD_RULES,
  grae: GRAE_RULES,
  variance: (l, p, k) => (total(l.map((x, i) => x ** 2 / p[i]!)) - total(l) ** 2) / k,
  correction: (d, k) => (d === 1 ? 0 : (d - k) / (d - 1)),
};

const inSampled = (s: Subject, sampled: GraeSampledRules): Subject => ({ ...s, sampled });
const withSampled = (change: Partial<GraeSampledRules>) => {
  const sampled = { ...GRAE_SAMPLED_RULES, ...change };
  return (s: Subject): Subject => ({ ...s, sampled });
};
const withDistinct = (change: Partial<GraeSampledRules>) => {
  const distinct = { ...GRAE_DISTINCT_RULES, ...change };
  return (s: Subject): Subject => ({ ...s, distinct });
};

/** Rows of the Jacobian for its columns; there are at least as many. */
function rows(at: Parameters<GraeSampledRules['columns']>[0], selected: tf.Tensor): tf.Tensor {
  const whole = jacobian(at.decode, at.z);
  const [batch, data, d] = whole.shape as [number, number, number];
  const padded = tf.pad(selected, [
    [0, 0],
    [0, 0],
    [0, data - d],
  ]);
  return tf
    .transpose(tf.matMul(tf.transpose(padded, [1, 0, 2]), whole), [1, 0, 2])
    .reshape([selected.shape[0]!, batch, d]);
}

export const MUTANTS = {
  unweighted: mistaken(GRAE_SAMPLED.mistakes.unweighted, inSampled),
  uniformWeights: mutant(
    'd for 1 / p_c',
    withSampled({ weight: selected => tf.mul(tf.sum(selected, 2), selected.shape[2]!) }),
  ),
  timesProbability: mistaken(GRAE_SAMPLED.mistakes.timesProbability, inSampled),
  summed: mistaken(GRAE_SAMPLED.mistakes.summed, inSampled),
  firstOnly: mistaken(GRAE_SAMPLED.mistakes.firstOnly, inSampled),
  rowsForColumns: mutant('rows instead of columns', withSampled({ columns: rows })),
  wrongColumn: mistaken(GRAE_SAMPLED.mistakes.wrongColumn, inSampled),
  outsideSupport: mutant(
    'the last column is never drawn: the first in its place',
    withSampled({
      select: (noise, k, p) => {
        const selected = GRAE_SAMPLED_RULES.select(noise, k, p);
        const [count, batch, d] = selected.shape as [number, number, number];
        if (d === 1) return selected;
        const last = tf.slice(selected, [0, 0, d - 1], [count, batch, 1]);
        const rest = tf.slice(selected, [0, 0, 1], [count, batch, d - 2]);
        return tf.concat(
          [tf.add(tf.slice(selected, [0, 0, 0], [count, batch, 1]), last), rest, tf.zerosLike(last)],
          2,
        );
      },
    }),
  ),
  distinctForIndependent: mutant('draws without replacement under any p', s => ({
    ...s,
    sampled: s.distinct,
  })),
  independentForDistinct: mutant('draws with replacement for those without', s => ({
    ...s,
    distinct: s.sampled,
  })),
  distinctSmallest: mutant(
    'the same column k times for k different ones',
    withDistinct({
      select: (noise, k, p) => {
        const first = GRAE_DISTINCT_RULES.select(noise, 1, p);
        return tf.add(tf.zeros([k, ...first.shape.slice(1)]), first);
      },
    }),
  ),
  betaDropped: mistaken(GRAE_SAMPLED.mistakes.betaMissing, inSampled),
  withoutOne: mistaken(GRAE_SAMPLED.mistakes.withoutOne, inSampled),
  missingHalf: mistaken(GRAE_SAMPLED.mistakes.penaltyWithoutHalf, inSampled),
  frozenColumns: mistaken(GRAE_SAMPLED.mistakes.frozenColumns, inSampled),
  noPrior: mutant('no prior on the code', withSampled({ prior: mean => tf.zerosLike(tf.sum(mean, 1)) })),
  varianceWithoutSquare: mutant('the variance without - (sum l)^2', s => ({
    ...s,
    variance: (l, p, k) => s.variance(l, p, k) + total(l) ** 2 / k,
  })),
  varianceOfOne: mutant('the variance of one draw', s => ({
    ...s,
    variance: (l, p) => s.variance(l, p, 1),
  })),
  correctionForgotten: mutant('the variance of independent draws for distinct ones', s => ({
    ...s,
    correction: () => 1,
  })),
  logDetForHadamard: mutant('the log det for the Hadamard bound', s => ({ ...s, hadamard: s.grae })),
} satisfies Readonly<Record<string, Mutant<Subject>>>;
