/**
 * @file Elementwise operations as JavaScript expressions of their operands. Operands are names or number
 * literals made by `literal`; nothing a user wrote ever becomes source text.
 */
import type { Node } from '../graph/graph.js';
import type { ElementwiseOp, OpName } from '../graph/ops.js';
import { erf } from './erf.js';

type Expression<Op extends OpName> = (args: readonly string[], node: Node<Op>) => string;

/** A double as source text that reads back as the same double. */
export function literal(value: number): string {
  if (Object.is(value, -0)) return '(-0)';
  return value < 0 ? `(${value})` : String(value);
}

const call =
  (name: string): Expression<OpName> =>
  args =>
    `${name}(${args.join(', ')})`;

const infix =
  (symbol: string): Expression<OpName> =>
  ([a, b]) =>
    `${a} ${symbol} ${b}`;

const test =
  (condition: (a: string, b: string) => string): Expression<OpName> =>
  ([a, b]) =>
    `${condition(a!, b!)} ? 1 : 0`;

const compare = (symbol: string) => test((a, b) => `${a} ${symbol} ${b}`);

/**
 * Every elementwise operation. NaN goes through Relu, Step, Max and Min; comparisons with NaN are false but
 * NotEqual. Sigmoid and Softplus neither overflow nor cancel for large |x|.
 */
export const SCALAR: { readonly [K in ElementwiseOp]: Expression<K> } = {
  Neg: ([x]) => `-${x}`,
  Abs: call('Math.abs'),
  Sign: call('Math.sign'),
  Exp: call('Math.exp'),
  Expm1: call('Math.expm1'),
  Log: call('Math.log'),
  Log1p: call('Math.log1p'),
  Sqrt: call('Math.sqrt'),
  Rsqrt: ([x]) => `1 / Math.sqrt(${x})`,
  Square: ([x]) => `${x} * ${x}`,
  Reciprocal: ([x]) => `1 / ${x}`,
  Relu: ([x]) => `${x} <= 0 ? 0 : ${x}`,
  Elu: ([x]) => `${x} > 0 ? ${x} : Math.expm1(${x})`,
  Sigmoid: call('sigmoid'),
  Softplus: ([x]) => `Math.max(${x}, 0) + Math.log1p(Math.exp(-Math.abs(${x})))`,
  Tanh: call('Math.tanh'),
  Sin: call('Math.sin'),
  Cos: call('Math.cos'),
  Erf: call('erf'),
  Not: ([x]) => `${x} === 0 ? 1 : 0`,
  Add: infix('+'),
  Sub: infix('-'),
  Mul: infix('*'),
  Div: infix('/'),
  Max: call('Math.max'),
  Min: call('Math.min'),
  Pow: call('Math.pow'),
  Greater: compare('>'),
  GreaterEqual: compare('>='),
  Less: compare('<'),
  LessEqual: compare('<='),
  Equal: compare('==='),
  NotEqual: compare('!=='),
  And: test((a, b) => `${a} !== 0 && ${b} !== 0`),
  Or: test((a, b) => `${a} !== 0 || ${b} !== 0`),
  Step: ([x], node) => `${x} > 0 ? 1 : ${x} !== ${x} ? ${x} : ${literal(node.attrs.alpha)}`,
  Cast: ([x], node) =>
    node.dtype === 'bool' ? `${x} !== 0 ? 1 : 0` : node.dtype === 'int' ? `Math.trunc(${x})` : `${x}`,
  Select: ([c, a, b]) => `${c} !== 0 ? ${a} : ${b}`,
};

/** The logistic function without overflow: both branches keep full relative precision. */
function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

/** The functions that expressions call by name, besides Math. */
export const SCALAR_LIBRARY = { erf, sigmoid } as const;

/** The expression of an elementwise node. */
export function expressionOf(node: Node<ElementwiseOp>, args: readonly string[]): string {
  // The table maps each name to a rule for that very node type; TypeScript cannot follow the correlation.
  const rule = SCALAR[node.op] as (args: readonly string[], node: Node) => string;
  return rule(args, node);
}
