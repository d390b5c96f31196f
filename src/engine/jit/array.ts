/** @file Numbers with a shape: what a compiled function takes and gives. */
import * as tf from '@tensorflow/tfjs';
import type { Tensor } from 'onnxruntime-node';
import type { DType } from '../graph/graph.js';
import { type Shape, sizeOf } from '../graph/shapes.js';
import { TFJS_DTYPE } from '../trace/dtype.js';

/**
 * Row by row. Floats are Float32Array from `jit` and Float64Array from `float64`; integers Int32Array, truth
 * values Uint8Array.
 */
export type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

const dtypeOf = (data: Numbers): DType =>
  data instanceof Int32Array ? 'int' : data instanceof Uint8Array ? 'bool' : 'float';

/** The tensors of ONNX Runtime behind arrays that `jit` made; one that was donated has none any more. */
const native = new WeakMap<NumberArray, Tensor | 'donated'>();

/** Numbers with a shape, outside of tfjs: nothing to dispose of. A scalar has the shape []. */
export class NumberArray {
  readonly #data: Numbers;

  /** Throws unless the shape asks for as many numbers as there are. */
  constructor(
    data: Numbers,
    readonly shape: Shape,
    readonly dtype: DType = dtypeOf(data),
  ) {
    if (sizeOf(shape) !== data.length)
      throw new Error(`array: shape [${shape}] asks for ${sizeOf(shape)} numbers, got ${data.length}`);
    this.#data = data;
  }

  /** The numbers themselves, not a copy. */
  get data(): Numbers {
    if (native.get(this) === 'donated')
      throw new Error(
        'array: it was donated to a later call, which has overwritten it - keep a copy, or do not donate',
      );
    return this.#data;
  }

  /** The only number. */
  item(): number {
    if (this.data.length !== 1)
      throw new Error(`array: item() wants one number, got shape [${this.shape}] - use data`);
    return this.data[0]!;
  }

  /** A tensor on tfjs's current backend, in float32; to be disposed of as any other. */
  toTensor(): tf.Tensor {
    const data = this.data instanceof Float64Array ? Float32Array.from(this.data) : this.data;
    return tf.tensor(data, [...this.shape], TFJS_DTYPE[this.dtype]);
  }
}

/** The array of a tensor that a session made. */
export function arrayOf(tensor: Tensor): NumberArray {
  const array = new NumberArray(tensor.data as Numbers, tensor.dims);
  native.set(array, tensor);
  return array;
}

/** The session's tensor behind an array, when it has one. */
export function tensorBehind(array: NumberArray): Tensor | undefined {
  const tensor = native.get(array);
  return tensor === 'donated' ? undefined : tensor;
}

/** Takes the tensor away from an array, which cannot be read from then on. */
export function takeTensor(array: NumberArray): Tensor | undefined {
  const tensor = tensorBehind(array);
  if (tensor !== undefined) native.set(array, 'donated');
  return tensor;
}
