/** @file What all gradients share. */
import * as tf from '@tensorflow/tfjs';

/** A tensor of one number, made without an array of that size. */
export const filled = (shape: readonly number[], value: number): tf.Tensor => tf.fill([...shape], value);

/** Sums the gradient of a broadcast operand back to the operand's shape. */
export function unbroadcast(dy: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes([...shape], dy.shape);
  return tf.reshape(axes.length === 0 ? dy : tf.sum(dy, axes), [...shape]);
}

/** The shape with the reduced axes kept as length 1. */
export const keptShape = (shape: readonly number[], axes: readonly number[]): number[] =>
  shape.map((n, i) => (axes.includes(i) ? 1 : n));

/** The gradient of a one-argument kernel, from its input (never its output) and dy. */
export const unary = (
  kernelName: string,
  gradient: (dy: tf.Tensor, x: tf.Tensor, attrs: tf.NamedAttrMap) => tf.Tensor,
  input = 'x',
): tf.GradConfig => ({
  kernelName,
  inputsToSave: [input],
  gradFunc: (dy, saved, attrs) => ({ [input]: () => gradient(dy as tf.Tensor, saved[0]!, attrs) }),
});

/** The gradients of a two-argument elementwise kernel before they are summed back to the operands' shapes. */
export const binary = (
  kernelName: string,
  a: (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
  b: (dy: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => tf.Tensor,
): tf.GradConfig => ({
  kernelName,
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, saved) => {
    const [x, y] = saved as [tf.Tensor, tf.Tensor];
    return {
      a: () => unbroadcast(a(dy as tf.Tensor, x, y), x.shape),
      b: () => unbroadcast(b(dy as tf.Tensor, x, y), y.shape),
    };
  },
});
