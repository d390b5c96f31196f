/** @file Numbers that keep their double precision on the way into a trace. */
import * as tf from '@tensorflow/tfjs';

/** The name of the tfjs backend that records instead of computing. */
export const TRACE_BACKEND = 'trace';

/**
 * A tensor of the given numbers in full precision under a trace; tfjs would round them to float32 on their
 * way in. On other backends it is an ordinary float32 tensor. The shape is that of a scalar or a list when
 * not given. Throws when the shape asks for another number of values.
 */
export function constant(
  value: number | readonly number[] | Float64Array,
  shape?: readonly number[],
): tf.Tensor {
  const values = typeof value === 'number' ? Float64Array.of(value) : Float64Array.from(value);
  const dims = shape ?? (typeof value === 'number' ? [] : [values.length]);
  const size = dims.reduce((a, b) => a * b, 1);
  if (size !== values.length)
    throw new Error(
      `constant: shape [${dims}] must hold all values, got ${values.length} - give ${size} values`,
    );
  const kept = tf.getBackend() === TRACE_BACKEND ? values : Float32Array.from(values);
  // tfjs types the values of a float32 tensor as Float32Array; the trace backend alone takes doubles.
  return tf.engine().makeTensor(kept as Float32Array, [...dims], 'float32');
}
