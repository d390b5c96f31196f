/** @file The tfjs backend that records kernels instead of computing them. */
import '../gradients/register.js';
import * as tf from '@tensorflow/tfjs';
import { TRACE_BACKEND } from '../gradients/constant.js';
import type { GraphBuilder } from '../graph/builder.js';
import type { Node } from '../graph/graph.js';
import { checkConstants } from './constants.js';
import { dtypeOf, TFJS_DTYPE } from './dtype.js';
import { ELEMENTWISE } from './elementwise.js';
import { LINEAR } from './linear.js';
import { recording, TracedData } from './recording.js';
import { REDUCTIONS } from './reductions.js';
import type { Rule, RuleTable } from './rule.js';
import { checkScopes } from './scopes.js';
import { SHAPES } from './shapes.js';

/** Every tfjs kernel that can be traced. */
export const RULES: RuleTable = { ...ELEMENTWISE, ...REDUCTIONS, ...SHAPES, ...LINEAR };

/**
 * tfjs keeps numbers of any kind in the array type of the dtype; under a trace a Float64Array may stand in.
 */
function record(values: tf.backend_util.BackendValues, shape: readonly number[], dtype: string): Node {
  const { builder, allowFloat32Constants } = recording();
  const kind = dtypeOf(dtype);
  const numbers = Float64Array.from(values as ArrayLike<number>);
  checkScopes();
  if (values instanceof Float32Array && !allowFloat32Constants) checkConstants(numbers);
  return builder.constant(numbers, shape, kind);
}

class TraceBackend extends tf.KernelBackend {
  #count = 0;

  made(node: Node, builder: GraphBuilder): TracedData {
    this.#count++;
    return new TracedData(node, builder);
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): object {
    return this.made(record(values, shape, dtype), recording().builder);
  }

  override disposeData(data: TracedData): boolean {
    if (--data.references > 0) return false;
    this.#count--;
    return true;
  }

  override numDataIds(): number {
    return this.#count;
  }

  override refCount(data: TracedData): number {
    return data.references;
  }

  override incRef(data: TracedData): void {
    data.references++;
  }

  override readSync(): never {
    throw new Error(
      'trace: the values of a tensor cannot be read while tracing - keep the computation in tensors',
    );
  }

  override async read(): Promise<never> {
    return this.readSync();
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override dispose(): void {}
}

/** The node behind a tensor; a tensor that lives on another backend becomes a constant. */
export function nodeOf(tensor: tf.TensorInfo): Node {
  const { dataId } = tensor;
  if (!(dataId instanceof TracedData))
    return record(tf.engine().readSync(dataId), tensor.shape, tensor.dtype);
  if (dataId.builder !== recording().builder) throw new Error('trace: a tensor of an earlier trace was used');
  return dataId.node;
}

const backend = new TraceBackend();

const infoOf = (node: Node): tf.TensorInfo => ({
  dataId: backend.made(node, recording().builder),
  shape: [...node.shape],
  dtype: TFJS_DTYPE[node.dtype],
});

/** A tensor of the trace in progress for an existing node. */
export const tensorOf = (node: Node): tf.Tensor => tf.engine().makeTensorFromTensorInfo(infoOf(node));

function kernelOf(name: string, rule: Rule): tf.KernelFunc {
  return ({ inputs, attrs }) => {
    const { builder, kernels } = recording();
    checkScopes();
    kernels.add(name);
    const given = Object.entries(inputs).filter(([, tensor]) => tensor !== undefined && tensor !== null);
    const nodes = Object.fromEntries(given.map(([key, tensor]) => [key, nodeOf(tensor as tf.TensorInfo)]));
    const result = rule(builder, nodes, attrs);
    return Array.isArray(result) ? result.map(infoOf) : infoOf(result);
  };
}

// Priority 0: never chosen by itself.
tf.registerBackend(TRACE_BACKEND, () => backend, 0);
for (const [kernelName, rule] of Object.entries(RULES))
  tf.registerKernel({ kernelName, backendName: TRACE_BACKEND, kernelFunc: kernelOf(kernelName, rule) });
