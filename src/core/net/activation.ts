/** @file Activation functions, and how smooth each is: what an order of convergence may be expected of. */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../../engine/ops.js';

/** `C1`: the second derivative jumps; `C0`: the first does. */
export type Smoothness = 'analytic' | 'C1' | 'C0';

export interface Activation {
  readonly smoothness: Smoothness;
  apply(x: tf.Tensor): tf.Tensor;
}

export const ACTIVATION_NAMES = [
  'tanh',
  'sigmoid',
  'softplus',
  'elu',
  'relu',
  'leakyRelu',
  'sin',
  'gelu',
  'identity',
] as const;

export type ActivationName = (typeof ACTIVATION_NAMES)[number];

const LEAK = 0.01;

export const ACTIVATIONS: { readonly [K in ActivationName]: Activation } = {
  tanh: { smoothness: 'analytic', apply: x => tf.tanh(x) },
  sigmoid: { smoothness: 'analytic', apply: x => tf.sigmoid(x) },
  softplus: { smoothness: 'analytic', apply: x => tf.softplus(x) },
  elu: { smoothness: 'C1', apply: x => tf.elu(x) },
  relu: { smoothness: 'C0', apply: x => tf.relu(x) },
  // composed, because tfjs's own has no second derivative
  leakyRelu: {
    smoothness: 'C0',
    apply: x => tf.sub(tf.relu(x), tf.mul(constant(LEAK), tf.relu(tf.neg(x)))),
  },
  sin: { smoothness: 'analytic', apply: x => tf.sin(x) },
  gelu: {
    smoothness: 'analytic',
    apply: x => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, constant(Math.SQRT1_2))), 1)),
  },
  identity: { smoothness: 'analytic', apply: x => x },
};

/** What follows the decoder's last layer. */
export type OutputName = 'identity' | 'sigmoid';
