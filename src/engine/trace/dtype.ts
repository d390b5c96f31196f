/** @file The dtypes of tfjs and of the graph. */
import type { DType } from '../graph/graph.js';

export const TFJS_DTYPE = { float: 'float32', int: 'int32', bool: 'bool' } as const satisfies Record<
  DType,
  string
>;

/** The kind of number a tfjs dtype is; complex numbers and strings have no place in a graph. */
export function dtypeOf(dtype: string): DType {
  if (dtype === 'float32') return 'float';
  if (dtype === 'int32') return 'int';
  if (dtype === 'bool') return 'bool';
  throw new Error(`trace: tensors must be of dtype float32, int32 or bool, got ${dtype}`);
}
