/**
 * @file Lowering of elementwise operations. ONNX Runtime's kernels are used as they are where there is one.
 * Of these, Elu (near 0) and Sigmoid (below -3) are good to a unit of 1, not of their own value; the rest to
 * a few units in the last place.
 */
import type { DType, Node } from '../graph/graph.js';
import type { BinaryOp, UnaryOp } from '../graph/ops.js';
import { operands, type Rule } from './rule.js';

const native =
  (op: string): Rule =>
  (node, [x], to) =>
    to.emitter.emit(op, [to.value(x!, node.dtype)]);

const arithmetic =
  (op: string): Rule =>
  (node, inputs, to) =>
    to.emitter.emit(op, operands(node, inputs, to, [node.dtype, node.dtype]));

/** ONNX compares numbers only, and only of one type. */
function comparable(inputs: readonly Node[]): DType {
  return inputs.some(input => input.dtype === 'float') ? 'float' : 'int';
}

const comparison =
  (op: string): Rule =>
  (node, inputs, to) => {
    const type = comparable(inputs);
    return to.emitter.emit(op, operands(node, inputs, to, [type, type]));
  };

const logical =
  (op: string): Rule =>
  (node, inputs, to) =>
    to.emitter.emit(op, operands(node, inputs, to, ['bool', 'bool']));

const equal = comparison('Equal');

/**
 * exp(x) - 1 as tanh(x/2) (exp(x) + 1): ONNX has no Expm1, and the plain difference has no correct digit for
 * |x| < 6e-8. A few units in the last place for every x.
 */
const expm1: Rule<'Expm1'> = (node, [x], to) => {
  const { emitter } = to;
  const value = to.value(x!, node.dtype);
  const half = emitter.emit('Mul', [value, emitter.scalar(0.5, 'float32')]);
  const sum = emitter.emit('Add', [emitter.emit('Exp', [value]), emitter.scalar(1, 'float32')]);
  return emitter.emit('Mul', [emitter.emit('Tanh', [half]), sum]);
};

/**
 * log(1 + x) as log(u) (x / (u - 1)) with u = 1 + x rounded, and x where u is 1: the error of u cancels
 * (Goldberg 1991, "What every computer scientist should know about floating-point arithmetic", theorem 4).
 * A few units in the last place; NaN at x = infinity.
 */
const log1p: Rule<'Log1p'> = (node, [x], to) => {
  const { emitter } = to;
  const value = to.value(x!, node.dtype);
  const one = emitter.scalar(1, 'float32');
  const u = emitter.emit('Add', [value, one]);
  const ratio = emitter.emit('Div', [value, emitter.emit('Sub', [u, one])]);
  const product = emitter.emit('Mul', [emitter.emit('Log', [u]), ratio]);
  return emitter.emit('Where', [emitter.emit('Equal', [u, one]), value, product]);
};

const rsqrt: Rule<'Rsqrt'> = (node, [x], to) =>
  to.emitter.emit('Reciprocal', [to.emitter.emit('Sqrt', [to.value(x!, node.dtype)])]);

const square: Rule<'Square'> = (node, [x], to) => {
  const value = to.value(x!, node.dtype);
  return to.emitter.emit('Mul', [value, value]);
};

/** Lowering of each elementwise operation of one argument. */
export const UNARY_RULES: { readonly [Op in UnaryOp]: Rule<Op> } = {
  Neg: native('Neg'),
  Abs: native('Abs'),
  Sign: native('Sign'),
  Exp: native('Exp'),
  Expm1: expm1,
  Log: native('Log'),
  Log1p: log1p,
  Sqrt: native('Sqrt'),
  Rsqrt: rsqrt,
  Square: square,
  Reciprocal: native('Reciprocal'),
  Relu: native('Relu'),
  Elu: native('Elu'),
  Sigmoid: native('Sigmoid'),
  Softplus: native('Softplus'),
  Tanh: native('Tanh'),
  Sin: native('Sin'),
  Cos: native('Cos'),
  Erf: native('Erf'),
  Not: native('Not'),
};

/** Lowering of each elementwise operation of two arguments. */
export const BINARY_RULES: { readonly [Op in BinaryOp]: Rule<Op> } = {
  Add: arithmetic('Add'),
  Sub: arithmetic('Sub'),
  Mul: arithmetic('Mul'),
  Div: arithmetic('Div'),
  Max: arithmetic('Max'),
  Min: arithmetic('Min'),
  Pow: arithmetic('Pow'),
  Greater: comparison('Greater'),
  GreaterEqual: comparison('GreaterOrEqual'),
  Less: comparison('Less'),
  LessEqual: comparison('LessOrEqual'),
  Equal: equal,
  NotEqual: (node, inputs, to) => to.emitter.emit('Not', [equal(node, inputs, to)]),
  And: logical('And'),
  Or: logical('Or'),
};

/**
 * 1 where x > 0, alpha where x <= 0, else (NaN) x. For alpha 0 as min(ceil(relu(x)), 1), three times faster
 * than Where.
 */
export const step: Rule<'Step'> = (node, [x], to) => {
  const { emitter } = to;
  const { alpha } = node.attrs;
  const value = to.value(x!);
  const one = emitter.scalar(1, 'float32');
  if (alpha === 0) return emitter.emit('Min', [emitter.emit('Ceil', [emitter.emit('Relu', [value])]), one]);
  const zero = emitter.scalar(0, 'float32');
  const rest = emitter.emit('LessOrEqual', [value, zero]);
  const low = emitter.emit('Where', [rest, emitter.scalar(alpha, 'float32'), value]);
  return emitter.emit('Where', [emitter.emit('Greater', [value, zero]), one, low]);
};

export const select: Rule<'Select'> = (node, inputs, to) =>
  to.emitter.emit('Where', operands(node, inputs, to, ['bool', node.dtype, node.dtype]));
