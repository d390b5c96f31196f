/** @file The dense classifier of the conformance vectors, and the loss that the SAM family perturbs. */
import * as tf from '@tensorflow/tfjs';
import { logSoftmax } from '../engine/ops.js';
import { ACTIVATIONS, type ActivationName } from './net/activation.js';
import { checkSizes, dense, denseLayout, join } from './net/layers.js';
import type { ParamShapes, Params } from './net/network.js';

/** Field names as in a vector's `net`. */
export interface ClassifierSpec {
  /** [D, h, ..., C] */
  readonly layers: readonly number[];
  readonly activation: ActivationName;
}

export interface Classifier {
  readonly classes: number;
  readonly shapes: ParamShapes;
  /** Fan-in of the layer that a parameter belongs to; what initialisation needs. */
  readonly fanIn: Readonly<Record<string, number>>;
  /** x [B, D] -> [B, C], before the softmax. */
  logits(params: Params, x: tf.Tensor): tf.Tensor;
}

/** The activation follows all layers but the last. */
export function denseClassifier({ layers, activation }: ClassifierSpec): Classifier {
  checkSizes('network', layers);
  if (layers.length < 2)
    throw new Error(`network: a classifier needs layers [D, ..., C], got [${layers.join(', ')}]`);
  const { apply } = ACTIVATIONS[activation];
  const last = layers.length - 2;
  return {
    classes: layers.at(-1)!,
    ...join(layers.slice(1).map((size, i) => denseLayout(`layers.${i}`, layers[i]!, size))),
    logits(params, x) {
      let hidden = x;
      for (let i = 0; i < last; i++) hidden = apply(dense(params, `layers.${i}`, hidden));
      return dense(params, `layers.${last}`, hidden);
    },
  };
}

/**
 * The mean over the batch of -sum_c target_c log p_c, natural logarithm; targets [B, C], one-hot for labels.
 */
export const crossEntropy = (logits: tf.Tensor, targets: tf.Tensor): tf.Tensor =>
  tf.neg(tf.mean(tf.sum(tf.mul(targets, logSoftmax(logits)), 1)));
