/**
 * @file GRAE with k sampled columns of the decoder's Jacobian (Kumar & Poole 2020, eq. 14): each column is
 * one forward-mode derivative, so that the whole Jacobian is never made.
 */
import * as tf from '@tensorflow/tfjs';
import { constant, detach } from '../../../engine/ops.js';
import { jvp } from '../../derivatives.js';
import { halfSquaredNorm } from '../../gaussian.js';
import { objective, type WrongRules, wrong } from '../define.js';
import { type Fields, type HyperOf, POSITIVE_BETA } from '../fields.js';
import { PRIOR_MISTAKES } from '../mistakes.js';
import { noiseOf, type Point, pointAt, scalar, weighted } from '../objective.js';
import { GRAE_TERMS } from './grae.js';

const hyper = {
  beta: POSITIVE_BETA,
  columns: { kind: 'count', says: 'how many columns are drawn for every sample, at most d' },
} as const satisfies Fields;

export type GraeSampledHyper = HyperOf<typeof hyper> & {
  /** p_c of each column [d], positive, adding up to one; uniform when not said. A tensor is not checked. */
  readonly probabilities?: readonly number[] | tf.Tensor;
};

export interface GraeSampledRules {
  /** The columns that standard normal numbers [B, d] choose with probabilities [d], one-hot [k, B, d]. */
  select(noise: tf.Tensor, columns: number, probabilities: tf.Tensor): tf.Tensor;
  /** J t for tangents [k, B, d], [k, B, D]. */
  columns(at: Point, tangents: tf.Tensor): tf.Tensor;
  /** The a of log(1 + |a|^2): a column / sqrt(beta). */
  scaled(columns: tf.Tensor, beta: tf.Tensor): tf.Tensor;
  /** log(1 + |a|^2) of each column, [k, B]. */
  term(a: tf.Tensor): tf.Tensor;
  /** What a drawn term is multiplied by: 1 / p_c, [k, B] from the selection and p [d]. */
  weight(selected: tf.Tensor, probabilities: tf.Tensor): tf.Tensor;
  /** The k weighted terms of each sample as one number, [B]. */
  average(terms: tf.Tensor): tf.Tensor;
  /** What the estimated sum is multiplied by. */
  prefactor(beta: tf.Tensor): tf.Tensor;
  /** [B] */
  prior(mean: tf.Tensor): tf.Tensor;
}

/** Phi(noise), uniform in (0, 1). */
const uniformOf = (noise: tf.Tensor): tf.Tensor =>
  tf.mul(tf.add(tf.erf(tf.mul(noise, constant(Math.SQRT1_2))), 1), 0.5);

/**
 * k independent draws, with replacement: the inverse distribution function at the first k numbers of each
 * sample.
 */
function independent(noise: tf.Tensor, columns: number, probabilities: tf.Tensor): tf.Tensor {
  const [batch, d] = noise.shape as [number, number];
  const u = tf.expandDims(uniformOf(tf.transpose(tf.slice(noise, [0, 0], [batch, columns]))), 2);
  // sums of the probabilities before each column but the first
  const before = Float64Array.from({ length: d * (d - 1) }, (_, i) => (i % d <= Math.floor(i / d) ? 1 : 0));
  const edges = tf.reshape(tf.matMul(constant(before, [d - 1, d]), tf.expandDims(probabilities, 1)), [d - 1]);
  // the outer intervals have no outer ends, whatever the probabilities' sum rounds to
  const above = tf.greater(u, tf.concat([constant([-1]), edges]));
  const below = tf.lessEqual(u, tf.concat([edges, constant([2])]));
  return tf.cast(tf.logicalAnd(above, below), 'float32');
}

/** k different columns, the ones of the largest numbers: uniform, without replacement. */
function distinct(noise: tf.Tensor, columns: number): tf.Tensor {
  const larger = tf.greater(tf.expandDims(noise, 1), tf.expandDims(noise, 2));
  const rank = tf.expandDims(tf.sum(tf.cast(larger, 'float32'), 2), 0);
  const wanted = constant(
    Array.from({ length: columns }, (_, i) => i),
    [columns, 1, 1],
  );
  return tf.cast(tf.equal(rank, wanted), 'float32');
}

/** k tangents at once, on a batch tiled k times. Samples must not mix in the decoder. */
function forward({ decode, z }: Point, tangents: tf.Tensor): tf.Tensor {
  const [k, batch, d] = tangents.shape as [number, number, number];
  const codes = tf.reshape(tf.broadcastTo(tf.expandDims(z, 0), [k, batch, d]), [k * batch, d]);
  const columns = jvp(decode, codes, tf.reshape(tangents, [k * batch, d]));
  return tf.reshape(columns, [k, batch, columns.size / (k * batch)]);
}

export const GRAE_SAMPLED_RULES: GraeSampledRules = {
  select: independent,
  columns: forward,
  scaled: (columns, beta) => tf.div(columns, tf.sqrt(beta)),
  term: a => tf.log1p(tf.sum(tf.square(a), 2)),
  weight: (selected, probabilities) => tf.reciprocal(tf.sum(tf.mul(selected, probabilities), 2)),
  average: terms => tf.mean(terms, 0),
  prefactor: beta => tf.mul(beta, 0.5),
  prior: halfSquaredNorm,
};

/** Draws without replacement: for uniform probabilities only, and exact at k = d. */
export const GRAE_DISTINCT_RULES: GraeSampledRules = { ...GRAE_SAMPLED_RULES, select: distinct };

/** The selection with its last axis turned by one place. */
function turned(selected: tf.Tensor): tf.Tensor {
  const [k, batch, d] = selected.shape as [number, number, number];
  const last = tf.slice(selected, [0, 0, d - 1], [k, batch, 1]);
  return tf.concat([last, tf.slice(selected, [0, 0, 0], [k, batch, d - 1])], 2);
}

const SAMPLED_MISTAKES = {
  unweighted: wrong<GraeSampledRules>('1 / p_c forgotten', { weight: selected => tf.sum(selected, 2) }),
  timesProbability: wrong<GraeSampledRules>('p_c in place of 1 / p_c', {
    weight: (selected, p) => tf.sum(tf.mul(selected, p), 2),
  }),
  summed: wrong<GraeSampledRules>('1 / k forgotten', { average: terms => tf.sum(terms, 0) }),
  firstOnly: wrong<GraeSampledRules>('only the first of the k draws: unbiased, but of k times the variance', {
    average: terms => tf.reshape(tf.slice(terms, [0, 0], [1, terms.shape[1]!]), [terms.shape[1]!]),
  }),
  wrongColumn: wrong<GraeSampledRules>('the column after the one that was drawn', {
    columns: (at, selected) => forward(at, turned(selected)),
  }),
  frozenColumns: wrong<GraeSampledRules>('no gradient through the columns', {
    columns: (at, selected) => detach(forward(at, selected)),
  }),
  betaMissing: wrong<GraeSampledRules>('J in place of J/sqrt(beta)', { scaled: columns => columns }),
  withoutOne: wrong<GraeSampledRules>('log |a|^2 in place of log(1 + |a|^2)', {
    term: a => tf.log(tf.sum(tf.square(a), 2)),
  }),
  penaltyWithoutHalf: wrong<GraeSampledRules>('beta in place of beta/2 in front of the penalty', {
    prefactor: beta => beta,
  }),
  ...PRIOR_MISTAKES,
} satisfies Record<string, WrongRules<GraeSampledRules>>;

function checked({ columns, probabilities }: GraeSampledHyper, d: number): tf.Tensor {
  if (!Number.isInteger(columns) || columns < 1 || columns > d)
    throw new Error(
      `grae-sampled: columns must be an integer from 1 to ${d}, the number of latents, got ${columns} - for all of them use grae-hadamard`,
    );
  if (probabilities === undefined) return constant(new Array<number>(d).fill(1 / d));
  if (probabilities instanceof tf.Tensor) return probabilities;
  const total = probabilities.reduce((a, b) => a + b, 0);
  if (probabilities.length !== d || !probabilities.every(x => x > 0) || !(Math.abs(total - 1) <= 1e-9))
    throw new Error(
      `grae-sampled: probabilities must be ${d} positive numbers that add up to 1, got [${probabilities.join(', ')}]`,
    );
  return constant(probabilities);
}

/**
 * 1/2 |x_i - f(mu_i)|^2 + beta/2 |mu_i|^2 + beta/2 1/k sum_j log(1 + |J[:, c_j]|^2 / beta) / p_{c_j}: for
 * independent draws an unbiased estimate of GRAE with Hadamard's bound. The draws come from the batch's
 * normal noise.
 */
export const GRAE_SAMPLED = objective({
  name: 'grae-sampled',
  loss: 'an unbiased estimate of `grae-hadamard` from `columns` drawn columns',
  hyper,
  needs: { noise: true, jacobian: true },
  terms: GRAE_TERMS,
  rules: GRAE_SAMPLED_RULES,
  evaluate: rules => (net, params, inputs, hyper: GraeSampledHyper) => {
    const beta = scalar(hyper.beta);
    const p = checked(hyper, net.latent);
    const { mean } = net.encode(params, inputs.x);
    const at = pointAt(net, params, inputs.x, 'half', mean);
    const reconstruction = tf.mean(at.loss(mean));
    const selected = rules.select(noiseOf(inputs), hyper.columns, p);
    const terms = rules.term(rules.scaled(rules.columns(at, selected), beta));
    const drawn = tf.mul(terms, rules.weight(selected, p));
    const penalty = tf.mean(rules.average(drawn));
    const prior = tf.mean(rules.prior(mean));
    const loss = weighted(reconstruction, [rules.prefactor(beta), penalty], [beta, prior]);
    return { loss, terms: { reconstruction, penalty, prior } };
  },
  mistakes: SAMPLED_MISTAKES,
});

export const makeGraeSampled = GRAE_SAMPLED.make;
