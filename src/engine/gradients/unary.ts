/** @file Gradients of elementwise kernels of one argument, each from the input. */
import * as tf from '@tensorflow/tfjs';
import { constant } from './constant.js';
import { filled, unary } from './gradient.js';
import { SELU_ALPHA, SELU_SCALE } from './selu.js';

/** d softmax = s (dy - sum(dy s)). */
function softmaxGradient(dy: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  const s = tf.softmax(logits);
  return tf.mul(s, tf.sub(dy, tf.sum(tf.mul(dy, s), -1, true)));
}

/** Inside the limits, these included, as PyTorch has it. */
function clipGradient(dy: tf.Tensor, x: tf.Tensor, low: number, high: number): tf.Tensor {
  const inside = tf.logicalAnd(tf.greaterEqual(x, constant(low)), tf.lessEqual(x, constant(high)));
  return tf.where(inside, dy, tf.zerosLike(dy));
}

function seluGradient(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  // The exponent is kept from overflowing where it is not chosen: 0 times infinity would be NaN in the next
  // gradient.
  const below = tf.mul(constant(SELU_SCALE * SELU_ALPHA), tf.exp(tf.neg(tf.relu(tf.neg(x)))));
  return tf.mul(dy, tf.where(tf.greater(x, 0), constant(SELU_SCALE), below));
}

/** Truncation and truth values have no slope. */
const castGradient = (dy: tf.Tensor, x: tf.Tensor, dtype: unknown): tf.Tensor =>
  dtype === 'float32' ? tf.clone(dy) : filled(x.shape, 0);

export const UNARY_GRADIENTS: readonly tf.GradConfig[] = [
  unary('Exp', (dy, x) => tf.mul(dy, tf.exp(x))),
  unary('Tanh', (dy, x) => tf.mul(dy, tf.sub(1, tf.square(tf.tanh(x))))),
  unary('Sigmoid', (dy, x) => {
    const s = tf.sigmoid(x);
    return tf.mul(dy, tf.mul(s, tf.sub(1, s)));
  }),
  // exp(min(x, 0)) is 1 above 0, and differentiates again.
  unary('Elu', (dy, x) => tf.mul(dy, tf.exp(tf.neg(tf.relu(tf.neg(x)))))),
  unary('Selu', seluGradient),
  unary('LeakyRelu', (dy, x, { alpha }) =>
    tf.where(tf.greater(x, 0), dy, tf.mul(dy, constant(alpha as number))),
  ),
  unary('ClipByValue', (dy, x, { clipValueMin, clipValueMax }) =>
    clipGradient(dy, x, clipValueMin as number, clipValueMax as number),
  ),
  unary('Erf', (dy, x) => tf.mul(dy, tf.mul(constant(2 / Math.sqrt(Math.PI)), tf.exp(tf.neg(tf.square(x)))))),
  unary('Rsqrt', (dy, x) => tf.mul(dy, tf.mul(-0.5, tf.div(tf.rsqrt(x), x)))),
  unary('Abs', (dy, x) => tf.mul(dy, tf.sign(x))),
  unary('Cast', (dy, x, { dtype }) => castGradient(dy, x, dtype)),
  unary('LogicalNot', (_, x) => filled(x.shape, 0)),
  unary('Softmax', softmaxGradient, 'logits'),
];
