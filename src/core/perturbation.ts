/**
 * @file The step of sharpness-aware minimisation: norms that neither overflow nor divide by zero, and the
 * direction made of them.
 */
import * as tf from '@tensorflow/tfjs';
import { constant, detach } from '../engine/ops.js';
import { type Scale, scaleUp, whiten } from './gaussian.js';

/** 1 where x > 0, 0 elsewhere; its derivative is zero. */
const positive = (x: tf.Tensor): tf.Tensor => tf.step(x);

/** x where it is positive, 1 elsewhere: something to divide by. */
const orOne = (x: tf.Tensor, mask: tf.Tensor): tf.Tensor => tf.add(x, tf.sub(1, mask));

/**
 * The Euclidean norm [B] over all but the first dimension. The entries are divided by the largest first, so
 * that 1e-25 and 1e+25 work in single precision; that number is held fixed, which changes no derivative
 * because c |g/c| = |g| for every c > 0. At g = 0 the norm and all its derivatives are zero.
 */
export function scaledNorm(g: tf.Tensor): tf.Tensor {
  const flat = tf.reshape(g, [g.shape[0]!, g.size / g.shape[0]!]);
  const largest = detach(tf.max(tf.abs(flat), 1, true));
  const mask = positive(largest);
  const unit = tf.div(flat, orOne(largest, mask));
  // the mask guards the inside of the root: its slope at zero is infinite
  const length = tf.sqrt(tf.add(tf.sum(tf.square(unit), 1, true), tf.sub(1, mask)));
  return tf.squeeze(tf.mul(length, largest), [1]);
}

/**
 * Everything about the step that an implementation can get wrong, one function each. Shapes: w [B, d], norm
 * [B, 1].
 */
export interface PerturbationRules {
  /** The gradient in the coordinates where the ball is round: Sigma^(1/2) g. */
  whiten(scale: Scale, gradient: tf.Tensor): tf.Tensor;
  /** One norm a sample, [B, 1]. */
  norm(w: tf.Tensor): tf.Tensor;
  /** What of the direction is a constant for the outer gradient. */
  detach(w: tf.Tensor, norm: tf.Tensor): readonly [tf.Tensor, tf.Tensor];
  /** w / norm, and zero where the norm is zero. */
  normalise(w: tf.Tensor, norm: tf.Tensor): tf.Tensor;
  /** Radius in whitened coordinates for d latents. */
  radius(d: number): tf.Tensor;
  /** From whitened coordinates back to the latent space: Sigma^(1/2) eta. */
  outer(scale: Scale, eta: tf.Tensor): tf.Tensor;
}

/**
 * eta = sqrt(d) Sigma^(1/2) g / |Sigma^(1/2) g|, detached; the step is Sigma^(1/2) eta (Reizinger & Huszar
 * 2023, eq. 8-10, read in full).
 */
export const PERTURBATION_RULES: PerturbationRules = {
  whiten,
  norm: w => tf.expandDims(scaledNorm(w), 1),
  detach: (w, norm) => [detach(w), detach(norm)],
  normalise: (w, norm) => {
    const mask = positive(norm);
    return tf.mul(tf.div(w, orOne(norm, mask)), mask);
  },
  radius: d => constant(Math.sqrt(d)),
  outer: scaleUp,
};

export interface Perturbation {
  /** What is added to the code, [B, d]; zero where the direction is undefined. */
  readonly step: tf.Tensor;
  /** Scalar: how many samples have a gradient of exactly zero. */
  readonly zeroDirections: tf.Tensor;
}

/** The perturbation of codes whose loss gradients are `gradient` [B, d]. */
export function perturb(scale: Scale, gradient: tf.Tensor, rules: PerturbationRules): Perturbation {
  const [batch, d] = gradient.shape as [number, number];
  const whitened = rules.whiten(scale, gradient);
  const [w, norm] = rules.detach(whitened, rules.norm(whitened));
  const eta = tf.mul(rules.radius(d), rules.normalise(w, norm));
  // asked of the largest entry and not of the norm, which a rule may have changed
  const defined = tf.sum(positive(tf.max(tf.abs(detach(whitened)), 1)));
  return { step: rules.outer(scale, eta), zeroDirections: tf.sub(batch, defined) };
}
