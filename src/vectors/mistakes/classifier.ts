/** @file Known mistakes in the SAM family on a classifier's weights. */
import * as tf from '@tensorflow/tfjs';
import { mapParams } from '../../core/derivatives.js';
import type { Params } from '../../core/net/network.js';
import type { RandomSamRules } from '../../core/objectives/classifier/random-sam.js';
import {
  ASAM_RULES,
  FISHER_SAM_RULES,
  type MetricSamHyper,
  SAM_RULES,
  type SamHyper,
  type SamRules,
  VSAM_RULES,
  type VsamHyper,
} from '../../core/objectives/classifier/sam.js';
import { scalar } from '../../core/objectives/objective.js';
import { scaledNorm } from '../../core/perturbation.js';
import { constant } from '../../engine/ops.js';
import type { ObjectiveOf } from '../metadata.js';
import { misread, wrong } from './mistake.js';

const perLayer = (whitened: Params): Params =>
  mapParams(whitened, w => tf.squeeze(scaledNorm(tf.reshape(w, [1, w.size])), [0]));

const squared =
  (norm: (whitened: Params) => Params) =>
  (whitened: Params): Params =>
    mapParams(norm(whitened), n => tf.square(n));

/** Mistakes in the step itself, whatever the metric. */
const steps = <Hyper>(rules: SamRules<Hyper>) => ({
  perLayer: wrong<SamRules<Hyper>>('one norm for each parameter in place of one over all', {
    norm: perLayer,
  }),
  noDetach: wrong<SamRules<Hyper>>('the step differentiated', { detach: step => step }),
  unnormalised: wrong<SamRules<Hyper>>('the gradient not normalised', { normalise: w => w }),
  dividedBySquare: wrong<SamRules<Hyper>>('g/|g|^2 in place of g/|g|', { norm: squared(rules.norm) }),
  epsilonInDenominator: wrong<SamRules<Hyper>>('1e-12 added to the norm', {
    norm: w => mapParams(rules.norm(w), n => tf.add(n, constant(1e-12))),
  }),
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
});

/** Mistakes in how the metric enters. */
const metric = <Hyper>(rules: SamRules<Hyper>, root: string, square: string) => ({
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
});

const etaMissing = <K extends 'asam' | 'fisher-sam'>() =>
  misread<ObjectiveOf<K>>('eta unused', objective => ({ ...objective, eta: 0 }));

export const SAM_MISTAKES = steps<SamHyper>(SAM_RULES);

export const ASAM_MISTAKES = {
  ...steps<MetricSamHyper>(ASAM_RULES),
  ...metric<MetricSamHyper>(ASAM_RULES, 'T', 'T^2'),
  biasesPlain: wrong<SamRules<MetricSamHyper>>('T = 1 for the biases', {
    root: at => mapParams(ASAM_RULES.root(at), (a, name) => (name.endsWith('.bias') ? tf.onesLike(a) : a)),
  }),
  withoutAbsolute: wrong<SamRules<MetricSamHyper>>('w + eta in place of |w| + eta', {
    root: ({ params, hyper }) => mapParams(params, w => tf.add(w, scalar(hyper.eta))),
  }),
  etaUnused: etaMissing<'asam'>(),
};

export const FISHER_SAM_MISTAKES = {
  ...steps<MetricSamHyper>(FISHER_SAM_RULES),
  ...metric<MetricSamHyper>(FISHER_SAM_RULES, 'F^(-1/2)', 'F^-1'),
  inverted: wrong<SamRules<MetricSamHyper>>('F in place of F^-1', {
    root: at => mapParams(FISHER_SAM_RULES.root(at), a => tf.reciprocal(a)),
  }),
  absoluteGradient: wrong<SamRules<MetricSamHyper>>('|g| in place of g^2 in F', {
    root: ({ gradient, hyper }) => mapParams(gradient, g => tf.rsqrt(tf.add(tf.abs(g), scalar(hyper.eta)))),
  }),
  etaUnused: etaMissing<'fisher-sam'>(),
};

export const VSAM_MISTAKES = {
  ...steps<VsamHyper>(VSAM_RULES),
  ...metric<VsamHyper>(VSAM_RULES, 'Sigma^(1/2)', 'Sigma'),
};

export const RANDOM_SAM_MISTAKES = {
  rootMissing: wrong<RandomSamRules>('no sqrt(p)', { length: () => constant(1) }),
  countForRoot: wrong<RandomSamRules>('p in place of sqrt(p)', { length: p => constant(p) }),
  signFlip: wrong<RandomSamRules>('the noise of the opposite sign', { point: (w, step) => tf.sub(w, step) }),
  noStep: wrong<RandomSamRules>('the gradient at the unperturbed weights', { point: w => w }),
};
