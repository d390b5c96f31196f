/** @file Sharpness-aware minimisation and its relatives with a diagonal metric: SAM, ASAM, Fisher SAM, variational SAM. */
import * as tf from '@tensorflow/tfjs';
import { constant, detach } from '../../../engine/ops.js';
import { mapParams } from '../../derivatives.js';
import type { Params } from '../../net/network.js';
import { PERTURBATION_RULES, scaledNorm } from '../../perturbation.js';
import { type Scalar, scalar } from '../objective.js';
import {
  byParameter,
  type ClassifierInputs,
  type ClassifierObjective,
  lossGradient,
  meanLoss,
} from './objective.js';

/** What the metric may depend on; all by parameter. */
interface MetricAt<Hyper> {
  readonly params: Params;
  readonly gradient: Params;
  readonly inputs: ClassifierInputs;
  readonly hyper: Hyper;
}

/**
 * Everything about the step radius A^2 g / |A g| that an implementation can get wrong, one function each. A is
 * diagonal; `root`, `gradient` and their products are tensors shaped as a parameter.
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

export interface SamHyper {
  readonly rho: Scalar;
}

export interface MetricSamHyper extends SamHyper {
  readonly eta: Scalar;
}

export interface VsamHyper {
  readonly kappa: Scalar;
}

function jointNorm(whitened: Params): Params {
  const flat = Object.values(whitened).map(w => tf.reshape(w, [1, w.size]));
  const norm = tf.squeeze(scaledNorm(tf.concat(flat, 1)), [0]);
  return mapParams(whitened, () => norm);
}

const DIAGONAL = {
  whiten: (root: tf.Tensor, gradient: tf.Tensor) => tf.mul(root, gradient),
  norm: jointNorm,
  normalise: PERTURBATION_RULES.normalise,
  outer: (root: tf.Tensor, eta: tf.Tensor) => tf.mul(root, eta),
  detach,
  point: (w: tf.Tensor, step: tf.Tensor) => tf.add(w, step),
};

/** A = I: rho g/|g| (Foret et al. 2021). */
export const SAM_RULES: SamRules<SamHyper> = {
  ...DIAGONAL,
  root: ({ params }) => mapParams(params, () => constant(1)),
  radius: ({ rho }) => rho,
};

/** A = T = diag(|w| + eta) (Kwon et al. 2021). */
export const ASAM_RULES: SamRules<MetricSamHyper> = {
  ...DIAGONAL,
  root: ({ params, hyper }) => mapParams(params, w => tf.add(tf.abs(w), scalar(hyper.eta))),
  radius: ({ rho }) => rho,
};

/** A = F^(-1/2), F = diag(g^2 + eta) with g the batch's mean gradient (Kim et al. 2022). */
export const FISHER_SAM_RULES: SamRules<MetricSamHyper> = {
  ...DIAGONAL,
  root: ({ gradient, hyper }) =>
    mapParams(gradient, g => {
      const fisher = tf.add(tf.square(g), scalar(hyper.eta));
      // without eta an entry of g that is zero has no direction: zero, and not 0/0
      const mask = tf.step(fisher);
      return tf.div(mask, tf.sqrt(tf.add(fisher, tf.sub(1, mask))));
    }),
  radius: ({ rho }) => rho,
};

/** A = Sigma^(1/2), Sigma = diag(sigma2): the posterior's variances by parameter. */
export const VSAM_RULES: SamRules<VsamHyper> = {
  ...DIAGONAL,
  root: ({ params, inputs }) => mapParams(byParameter(inputs, 'sigma2', params), tf.sqrt),
  radius: ({ kappa }) => kappa,
};

const makeDiagonal = <Hyper>(
  name: string,
  uses: ClassifierObjective<Hyper>['uses'],
  rules: SamRules<Hyper>,
): ClassifierObjective<Hyper> => ({
  name,
  uses,
  loss(net, params, inputs, hyper) {
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
  },
});

/** grad L at w + rho g/|g|, one norm over all parameters. */
export const makeSam = (rules: SamRules<SamHyper> = SAM_RULES): ClassifierObjective<SamHyper> =>
  makeDiagonal('sam', 'none', rules);

/** grad L at w + rho T^2 g/|T g|. */
export const makeAsam = (rules: SamRules<MetricSamHyper> = ASAM_RULES): ClassifierObjective<MetricSamHyper> =>
  makeDiagonal('asam', 'none', rules);

/** grad L at w + rho F^-1 g/sqrt(g^T F^-1 g). */
export const makeFisherSam = (
  rules: SamRules<MetricSamHyper> = FISHER_SAM_RULES,
): ClassifierObjective<MetricSamHyper> => makeDiagonal('fisher-sam', 'none', rules);

/** grad L at w + kappa Sigma g/|Sigma^(1/2) g|. */
export const makeVsam = (rules: SamRules<VsamHyper> = VSAM_RULES): ClassifierObjective<VsamHyper> =>
  makeDiagonal('vsam', 'sigma2', rules);
