/** @file How each operation is lowered. A missing rule does not compile. */
import type { OpName } from '../graph/ops.js';
import { conv2D, conv2DFilterGrad, conv2DInputGrad, matMul } from './contraction.js';
import { BINARY_RULES, select, step, UNARY_RULES } from './elementwise.js';
import { ELEMENT_OF, type Rule } from './rule.js';
import {
  broadcast,
  cast,
  concat,
  gather,
  oneHot,
  padded,
  reduceMax,
  reshaped,
  reverse,
  sliced,
  sum,
  transpose,
} from './shaping.js';

export const RULES: { readonly [Op in OpName]: Rule<Op> } = {
  ...UNARY_RULES,
  ...BINARY_RULES,
  Input: node => node.attrs.name,
  Constant: (node, _, to) => to.emitter.constant(node.attrs.values, ELEMENT_OF[node.dtype], node.shape),
  Step: step,
  Cast: cast,
  Select: select,
  Sum: sum,
  ReduceMax: reduceMax,
  Reshape: reshaped,
  Broadcast: broadcast,
  Transpose: transpose,
  Slice: sliced,
  Pad: padded,
  Concat: concat,
  Reverse: reverse,
  Gather: gather,
  OneHot: oneHot,
  MatMul: matMul,
  Conv2D: conv2D,
  Conv2DInputGrad: conv2DInputGrad,
  Conv2DFilterGrad: conv2DFilterGrad,
};
