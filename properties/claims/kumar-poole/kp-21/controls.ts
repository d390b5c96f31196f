/** @file What KP-21 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { type Mutant, mutant } from '../../../../src/claims/claim.js';
import { jacobian } from '../../../../src/core/derivatives.js';
import { GRAE_RULES, type GraeRules } from '../../../../src/core/objectives/grae/grae.js';
import { GRAE_HADAMARD_RULES } from '../../../../src/core/objectives/grae/grae-hadamard.js';
import {
  GRAE_DISTINCT_RULES,
  GRAE_SAMPLED_RULES,
  type GraeSampledRules,
} from '../../../../src/core/objectives/grae/grae-sampled.js';
import { detach } from '../../../../src/engine/ops.js';

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

const withSampled = (change: Partial<GraeSampledRules>) => {
  const sampled = { ...GRAE_SAMPLED_RULES, ...change };
  return (s: Subject): Subject => ({ ...s, sampled });
};
const withDistinct = (change: Partial<GraeSampledRules>) => {
  const distinct = { ...GRAE_DISTINCT_RULES, ...change };
  return (s: Subject): Subject => ({ ...s, distinct });
};

/** The selection with its last axis turned by one place. */
function turned(selected: tf.Tensor): tf.Tensor {
  const [k, batch, d] = selected.shape as [number, number, number];
  const last = tf.slice(selected, [0, 0, d - 1], [k, batch, 1]);
  return tf.concat([last, tf.slice(selected, [0, 0, 0], [k, batch, d - 1])], 2);
}

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
  unweighted: mutant('1 / p_c forgotten', withSampled({ weight: selected => tf.sum(selected, 2) })),
  uniformWeights: mutant(
    'd for 1 / p_c',
    withSampled({ weight: selected => tf.mul(tf.sum(selected, 2), selected.shape[2]!) }),
  ),
  timesProbability: mutant(
    'p_c for 1 / p_c',
    withSampled({ weight: (selected, p) => tf.sum(tf.mul(selected, p), 2) }),
  ),
  summed: mutant('1 / k forgotten', withSampled({ average: terms => tf.sum(terms, 0) })),
  firstOnly: mutant(
    'only the first of the k draws: unbiased, but of k times the variance',
    withSampled({
      average: terms => tf.reshape(tf.slice(terms, [0, 0], [1, terms.shape[1]!]), [terms.shape[1]!]),
    }),
  ),
  rowsForColumns: mutant('rows instead of columns', withSampled({ columns: rows })),
  wrongColumn: mutant(
    'the column after the one that was drawn',
    withSampled({ columns: (at, selected) => GRAE_SAMPLED_RULES.columns(at, turned(selected)) }),
  ),
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
  betaDropped: mutant('log(1 + |J_c|^2)', withSampled({ scaled: columns => columns })),
  withoutOne: mutant(
    'log |a|^2 for log(1 + |a|^2)',
    withSampled({ term: a => tf.log(tf.sum(tf.square(a), 2)) }),
  ),
  missingHalf: mutant('beta for beta / 2', withSampled({ prefactor: beta => beta })),
  frozenColumns: mutant(
    'no gradient through the columns',
    withSampled({ columns: (at, selected) => detach(GRAE_SAMPLED_RULES.columns(at, selected)) }),
  ),
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
