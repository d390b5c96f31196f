/** @file Elementwise tfjs kernels. */
import type * as tf from '@tensorflow/tfjs';
import { SELU_ALPHA, SELU_SCALE } from '../gradients/selu.js';
import type { BinaryOp, UnaryOp } from '../graph/ops.js';
import { dtypeOf } from './dtype.js';
import { need, type Rule, type RuleTable, withAttrs } from './rule.js';

/** tfjs kernel -> canonical operation of the same meaning. */
const UNARY: Readonly<Record<string, UnaryOp>> = {
  Neg: 'Neg',
  Abs: 'Abs',
  Sign: 'Sign',
  Exp: 'Exp',
  Expm1: 'Expm1',
  Log: 'Log',
  Log1p: 'Log1p',
  Sqrt: 'Sqrt',
  Rsqrt: 'Rsqrt',
  Square: 'Square',
  Reciprocal: 'Reciprocal',
  Relu: 'Relu',
  Elu: 'Elu',
  Sigmoid: 'Sigmoid',
  Softplus: 'Softplus',
  Tanh: 'Tanh',
  Sin: 'Sin',
  Cos: 'Cos',
  Erf: 'Erf',
  LogicalNot: 'Not',
};

const BINARY: Readonly<Record<string, BinaryOp>> = {
  Add: 'Add',
  Sub: 'Sub',
  Multiply: 'Mul',
  RealDiv: 'Div',
  Maximum: 'Max',
  Minimum: 'Min',
  Pow: 'Pow',
  Greater: 'Greater',
  GreaterEqual: 'GreaterEqual',
  Less: 'Less',
  LessEqual: 'LessEqual',
  Equal: 'Equal',
  NotEqual: 'NotEqual',
  LogicalAnd: 'And',
  LogicalOr: 'Or',
};

const composed: RuleTable = {
  Identity: (_, inputs) => need(inputs, 'x'),
  Cast: withAttrs<tf.CastAttrs>((b, inputs, { dtype }) => b.cast(need(inputs, 'x'), dtypeOf(dtype))),
  Step: withAttrs<tf.StepAttrs>((b, inputs, { alpha }) => {
    const x = need(inputs, 'x');
    return b.add('Step', [x], { alpha }, x.shape, x.dtype);
  }),
  Select: (b, inputs) => b.select(need(inputs, 'condition'), need(inputs, 't'), need(inputs, 'e')),
  SquaredDifference: (b, inputs) => b.unary('Square', b.binary('Sub', need(inputs, 'a'), need(inputs, 'b'))),
  AddN: (b, inputs) => Object.values(inputs).reduce((sum, x) => b.binary('Add', sum, x)),
  ClipByValue: withAttrs<tf.ClipByValueAttrs>((b, inputs, { clipValueMin, clipValueMax }) =>
    b.withNumber('Min', b.withNumber('Max', need(inputs, 'x'), clipValueMin), clipValueMax),
  ),
  Relu6: (b, inputs) => b.withNumber('Min', b.unary('Relu', need(inputs, 'x')), 6),
  LeakyRelu: withAttrs<tf.LeakyReluAttrs>((b, inputs, { alpha }) => {
    const x = need(inputs, 'x');
    return b.select(b.withNumber('Greater', x, 0), x, b.withNumber('Mul', x, alpha));
  }),
  Prelu: (b, inputs) => {
    const x = need(inputs, 'x');
    return b.select(b.withNumber('Greater', x, 0), x, b.binary('Mul', x, need(inputs, 'alpha')));
  },
  Selu: (b, inputs) => {
    const x = need(inputs, 'x');
    const below = b.withNumber('Mul', b.unary('Elu', x), SELU_SCALE * SELU_ALPHA);
    return b.select(b.withNumber('Greater', x, 0), b.withNumber('Mul', x, SELU_SCALE), below);
  },
};

const table: Record<string, Rule> = { ...composed };
for (const [kernel, op] of Object.entries(UNARY))
  table[kernel] = (b, inputs) => b.unary(op, need(inputs, 'x'));
for (const [kernel, op] of Object.entries(BINARY))
  table[kernel] = (b, inputs) => b.binary(op, need(inputs, 'a'), need(inputs, 'b'));

export const ELEMENTWISE: RuleTable = table;
