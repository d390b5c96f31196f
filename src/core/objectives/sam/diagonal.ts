/**
 * @file The step radius A^2 g / |A g| with a diagonal A, which SAM and its relatives share, and the ways to
 * get it wrong.
 */
import * as tf from '@tensorflow/tfjs';
import { constant, detach } from '../../../engine/ops.js';
import { mapParams } from '../../derivatives.js';
import type { Params } from '../../net/network.js';
import { PERTURBATION_RULES, scaledNorm } from '../../perturbation.js';
import { claimsOnly, diagnosisOnly, wrong } from '../define.js';
import { type Scalar, scalar } from '../objective.js';
import { type ClassifierInputs, type ClassifierObjective, lossGradient, meanLoss } from './objective.js';

/** What the metric may depend on; all by parameter. */
interface MetricAt<Hyper> {
  readonly params: Params;
  readonly gradient: Params;
  readonly inputs: ClassifierInputs;
  readonly hyper: Hyper;
}

/**
 * Everything about the step radius A^2 g / |A g| that an implementation can get wrong, one function each. A
 * is diagonal; `root`, `gradient` and their products are tensors shaped as a parameter.
 */
export interface SamRules<Hyper> {
  /** The entries of A: the square root of the metric's inverse. */
  root(at: MetricAt<Hyper>): Params;
  /** A g */
  whiten(root: tf.Tensor, gradient: tf.Tensor): tf.Tensor;
  /** What each parameter is divided by: one norm over all of them. */
  norm(whitened: Params): Params;
  /** w / norm, and zero where the norm is zero. */
  normalise(w: tf.Tensor, norm: tf.Tensor): tf.Tensor;
  /** A eta */
  outer(root: tf.Tensor, eta: tf.Tensor): tf.Tensor;
  radius(hyper: Hyper): Scalar;
  /** The step is a constant for the gradient. */
  detach(step: tf.Tensor): tf.Tensor;
  /** Where the loss and its gradient are taken. */
  point(w: tf.Tensor, step: tf.Tensor): tf.Tensor;
}

function jointNorm(whitened: Params): Params {
  const flat = Object.values(whitened).map(w => tf.reshape(w, [1, w.size]));
  const norm = tf.squeeze(scaledNorm(tf.concat(flat, 1)), [0]);
  return mapParams(whitened, () => norm);
}

/** All rules but the metric and the radius. */
export const DIAGONAL = {
  whiten: (root: tf.Tensor, gradient: tf.Tensor) => tf.mul(root, gradient),
  norm: jointNorm,
  normalise: PERTURBATION_RULES.normalise,
  outer: (root: tf.Tensor, eta: tf.Tensor) => tf.mul(root, eta),
  detach,
  point: (w: tf.Tensor, step: tf.Tensor) => tf.add(w, step),
};

/** The loss at w + radius A^2 g / |A g|. */
export const diagonalLoss =
  <Hyper>(rules: SamRules<Hyper>): ClassifierObjective<Hyper>['loss'] =>
  (net, params, inputs, hyper) => {
    const gradient = lossGradient(net, params, inputs);
    const root = rules.root({ params, gradient, inputs, hyper });
    const whitened = mapParams(gradient, (g, name) => rules.whiten(root[name]!, g));
    const norm = rules.norm(whitened);
    const radius = scalar(rules.radius(hyper));
    const perturbed = mapParams(params, (w, name) => {
      const eta = rules.normalise(whitened[name]!, norm[name]!);
      return rules.point(w, rules.detach(tf.mul(radius, rules.outer(root[name]!, eta))));
    });
    return meanLoss(net, perturbed, inputs);
  };

const normOf = (w: tf.Tensor): tf.Tensor => tf.squeeze(scaledNorm(tf.reshape(w, [1, w.size])), [0]);

const addedToNorm =
  (epsilon: number) =>
  (whitened: Params): Params =>
    mapParams(jointNorm(whitened), n => tf.add(n, constant(epsilon)));

/** Mistakes in the step itself, whatever the metric. */
export const stepMistakes = <Hyper>() => ({
  perLayer: wrong<SamRules<Hyper>>('one norm for each parameter in place of one over all', {
    norm: whitened => mapParams(whitened, normOf),
  }),
  noDetach: wrong<SamRules<Hyper>>('the step differentiated', { detach: step => step }),
  unnormalised: wrong<SamRules<Hyper>>('the gradient not normalised', { normalise: w => w }),
  dividedBySquare: wrong<SamRules<Hyper>>('g/|g|^2 in place of g/|g|', {
    norm: whitened => mapParams(jointNorm(whitened), n => tf.square(n)),
  }),
  // the 1e-12 of common code shows only where a gradient is about as small: 1e-3 is one that checks can see
  epsilonInDenominator: wrong<SamRules<Hyper>>('1e-3 added to the norm', { norm: addedToNorm(1e-3) }),
  tinyEpsilon: diagnosisOnly<SamRules<Hyper>>('1e-12 added to the norm', { norm: addedToNorm(1e-12) }),
  absoluteSumNorm: wrong<SamRules<Hyper>>('the sum of absolute values as the norm', {
    norm: whitened => {
      const sum = tf.addN(Object.values(whitened).map(w => tf.sum(tf.abs(w))));
      return mapParams(whitened, () => sum);
    },
  }),
  signStep: wrong<SamRules<Hyper>>('the signs of the gradient as the direction', {
    normalise: w => tf.sign(w),
  }),
  signFlip: wrong<SamRules<Hyper>>('a step downhill', { point: (w, step) => tf.sub(w, step) }),
  noStep: wrong<SamRules<Hyper>>('the gradient at the unperturbed weights', { point: w => w }),
  firstLayer: claimsOnly<SamRules<Hyper>>('the norm of the first parameter in place of one over all', {
    norm: whitened => {
      const norm = normOf(Object.values(whitened)[0]!);
      return mapParams(whitened, () => norm);
    },
  }),
});

/** Mistakes in how the metric enters; `root` and `square` name A and A^2. */
export const metricMistakes = <Hyper>(rules: SamRules<Hyper>, root: string, square: string) => ({
  rootOuter: wrong<SamRules<Hyper>>(`no second ${root} in front of the direction`, {
    outer: (_root, eta) => eta,
  }),
  squareInNorm: wrong<SamRules<Hyper>>(`${square} in place of ${root} inside the norm`, {
    whiten: (root, g) => tf.mul(root, tf.mul(root, g)),
    outer: (_root, eta) => eta,
  }),
  plainNorm: wrong<SamRules<Hyper>>(`the norm of g without ${root}`, {
    whiten: (_root, g) => g,
    outer: (root, eta) => tf.mul(tf.square(root), eta),
  }),
  noMetric: wrong<SamRules<Hyper>>('no metric: the step of sam', {
    root: at => mapParams(rules.root(at), a => tf.onesLike(a)),
  }),
  squaredMetric: wrong<SamRules<Hyper>>(`${square} in place of ${root} throughout`, {
    root: at => mapParams(rules.root(at), a => tf.square(a)),
  }),
  notWhitened: claimsOnly<SamRules<Hyper>>(`g in place of ${root} g before it is normalised`, {
    whiten: (_root, g) => g,
  }),
  squareOuter: claimsOnly<SamRules<Hyper>>(`${square} in place of ${root} in front of the direction`, {
    outer: (root, eta) => tf.mul(tf.square(root), eta),
  }),
});
