/** @file Inputs of a run, checked and made into tensors of ONNX Runtime. */
import type { Tensor } from 'onnxruntime-node';
import type { DType, Graph } from '../graph/graph.js';
import { type Shape, sizeOf } from '../graph/shapes.js';
import { ELEMENT_OF } from './rule.js';
import { onnxRuntime } from './runtime.js';

/** Numbers row-major, or a tensor as an earlier run gave it (or `allocate` made it). */
export type OnnxInput = Float32Array | Float64Array | Int32Array | Tensor;

const isTensor = (input: OnnxInput): input is Tensor => input instanceof onnxRuntime().Tensor;

export type OnnxInputs = Readonly<Record<string, OnnxInput>>;

export type OnnxTensors = Readonly<Record<string, Tensor>>;

/** What is known of an input or output before a run. */
export interface Slot {
  readonly shape: Shape;
  readonly dtype: DType;
}

export type Slots = Readonly<Record<string, Slot>>;

export const slotsOf = (graph: Graph, ids: Readonly<Record<string, number>>): Slots =>
  Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, graph.nodes[id]!]));

/** A tensor of zeros that fits a slot. */
export function zeros({ shape, dtype }: Slot): Tensor {
  const size = sizeOf(shape);
  const { Tensor } = onnxRuntime();
  if (dtype === 'float') return new Tensor('float32', new Float32Array(size), shape);
  if (dtype === 'int') return new Tensor('int32', new Int32Array(size), shape);
  return new Tensor('bool', new Uint8Array(size), shape);
}

/** Throws unless a tensor has the slot's type and shape. */
export function checkTensor(what: string, name: string, tensor: Tensor, { shape, dtype }: Slot): void {
  const type = ELEMENT_OF[dtype];
  if (tensor.type !== type)
    throw new Error(`onnx: ${what} '${name}' must be of type ${type}, got ${tensor.type}`);
  if (tensor.dims.length !== shape.length || tensor.dims.some((size, i) => size !== shape[i]))
    throw new Error(`onnx: ${what} '${name}' must have shape [${shape}], got [${tensor.dims}]`);
}

function integers(name: string, values: Float32Array | Float64Array): Int32Array {
  const whole = Int32Array.from(values);
  const wrong = values.findIndex((value, i) => value !== whole[i]);
  if (wrong >= 0)
    throw new Error(`onnx: input '${name}' must hold 32-bit integers, got ${values[wrong]} at ${wrong}`);
  return whole;
}

/** The tensor of one input; arrays of the right type are not copied. */
export function feed(name: string, input: OnnxInput, slot: Slot): Tensor {
  if (isTensor(input)) {
    checkTensor('input', name, input, slot);
    return input;
  }
  const { Tensor } = onnxRuntime();
  const { shape, dtype } = slot;
  const size = sizeOf(shape);
  if (input.length !== size)
    throw new Error(
      `onnx: input '${name}' of shape [${shape}] must have ${size} numbers, got ${input.length}`,
    );
  if (dtype === 'int')
    return new Tensor('int32', input instanceof Int32Array ? input : integers(name, input), shape);
  if (input instanceof Int32Array)
    throw new Error(`onnx: input '${name}' must hold floats, got an Int32Array`);
  return new Tensor('float32', input instanceof Float32Array ? input : Float32Array.from(input), shape);
}
