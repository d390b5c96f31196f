/**
 * @file GRAE with k sampled columns of the decoder's Jacobian (Kumar & Poole 2020, eq. 14): each column is one forward-mode
 * derivative, so that the whole Jacobian is never made.
 */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../../engine/ops.js';
import { jvp } from '../derivatives.js';
import { halfSquaredNorm } from '../gaussian.js';
import { noiseOf, type Objective, type Point, pointAt, type Scalar, scalar, weighted } from './objective.js';

export interface GraeSampledHyper {
  readonly beta: Scalar;
  /** k: how many columns are drawn for every sample, at most d. */
  readonly columns: number;
  /** p_c of each column [d], positive, adding up to one; uniform when not said. A tensor is not checked. */
  readonly probabilities?: readonly number[] | tf.Tensor;
}

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

/** k independent draws, with replacement: the inverse distribution function at the first k numbers of each sample. */
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
 * 1/2 |x_i - f(mu_i)|^2 + beta/2 |mu_i|^2 + beta/2 1/k sum_j log(1 + |J[:, c_j]|^2 / beta) / p_{c_j}: for independent draws an
 * unbiased estimate of GRAE with Hadamard's bound. The draws come from the batch's normal noise.
 */
export const makeGraeSampled = (
  rules: GraeSampledRules = GRAE_SAMPLED_RULES,
): Objective<GraeSampledHyper> => ({
  name: 'grae-sampled',
  usesNoise: true,
  terms: ['reconstruction', 'penalty', 'prior'],
  evaluate(net, params, inputs, hyper) {
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
});
