/** @file The operations that core uses beside tfjs's own. Importing this corrects tfjs's gradients. */
import * as tf from '@tensorflow/tfjs';

/** The name of the tfjs backend that records instead of computing. */
export const TRACE_BACKEND = 'trace';

/**
 * A tensor of the given numbers in full precision under a trace; tfjs would round them to float32 on their way in.
 * On other backends it is an ordinary float32 tensor.
 */
export function constant(value: number | readonly number[] | Float64Array, shape?: readonly number[]): tf.Tensor {
  const values = typeof value === 'number' ? Float64Array.of(value) : Float64Array.from(value);
  const dims = shape ?? (typeof value === 'number' ? [] : [values.length]);
  const kept = tf.getBackend() === TRACE_BACKEND ? values : Float32Array.from(values);
  return tf.engine().makeTensor(kept, [...dims], 'float32');
}

const detached = tf.customGrad(x => {
  const input = x as tf.Tensor;
  return { value: tf.clone(input), gradFunc: () => tf.zerosLike(input) };
});

/** The value of x with a gradient of zero (stop-gradient). */
export const detach = <T extends tf.Tensor>(x: T): T => detached(x) as T;
