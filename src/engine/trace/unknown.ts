/** @file What to do about a kernel that cannot be traced. */
import { TRACE_BACKEND } from '../gradients/constant.js';

const HINTS: Readonly<Record<string, string>> = {
  Multinomial: 'random numbers would become constants: pass them as inputs',
  AvgPool: 'reshape to blocks and take the mean',
  MaxPool: 'reshape to blocks and take the max',
  ResizeBilinear: 'use resizeNearestNeighbor',
  FloorDiv: 'integer division: cast to float32 first',
  StridedSlice: 'use slice or gather',
  _FusedMatMul: 'use tf.matMul',
  FusedConv2D: 'use tf.conv2d',
  Einsum: 'use matMul',
};

const UNREGISTERED = new RegExp(`^Kernel '(\\w+)' not registered for backend '${TRACE_BACKEND}'`);

/** tfjs's own complaint about a missing kernel in our words; any other error as it is. */
export function explain(error: unknown): unknown {
  const kernel = error instanceof Error ? UNREGISTERED.exec(error.message)?.[1] : undefined;
  if (kernel === undefined) return error;
  const hint = HINTS[kernel] ?? 'compose it from operations in src/engine/trace, or add a rule there';
  return new Error(`trace: tfjs kernel ${kernel} cannot be traced - ${hint}`, { cause: error });
}
