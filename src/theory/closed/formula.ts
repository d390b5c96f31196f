/**
 * @file Closed forms of numbers as mathjs expressions: what is shown is what is evaluated. mathjs parses,
 * differentiates, renders and evaluates in 64 digits; in doubles the parsed tree is compiled to JavaScript,
 * operation by operation.
 */
import type { MathNode } from 'mathjs';
import math from 'mathjs/lib/browser/math.js';
import { texOf } from './tex.js';

export interface Formula<V extends string = string> {
  readonly says: string;
  readonly expression: string;
  /** What each variable stands for. */
  readonly variables: Readonly<Record<V, string>>;
  /** The expression in LaTeX, from mathjs's own rendering. */
  readonly tex: string;
  /** In doubles: every operation of the expression once, rounded, from left to right. */
  evaluate(scope: Readonly<Record<V, number>>): number;
  /** In 64 decimal digits, by mathjs, rounded at the end. */
  digits(scope: Readonly<Record<V, number>>): number;
  /** The partial derivative. Throws for functions that mathjs cannot differentiate (max). */
  derivative(variable: V): Formula<V>;
}

const doubles = math.create({});
const exact = math.create({ number: 'BigNumber', precision: 64 });

/** Functions of an expression that doubles have. */
const FUNCTIONS: ReadonlySet<string> = new Set([
  ...['abs', 'asinh', 'cos', 'exp', 'expm1', 'log', 'log1p', 'max', 'sin', 'sqrt'],
]);

const OPERATORS: Readonly<Record<string, string>> = { '+': '+', '-': '-', '*': '*', '/': '/', '^': '**' };

/** A tree as JavaScript over the named variables. */
function source(node: MathNode, variables: ReadonlySet<string>): string {
  const inner = (part: MathNode): string => source(part, variables);
  if (doubles.isConstantNode(node) && typeof node.value === 'number') return String(node.value);
  if (doubles.isParenthesisNode(node)) return inner(node.content);
  if (doubles.isSymbolNode(node) && variables.has(node.name)) return node.name;
  if (doubles.isFunctionNode(node) && FUNCTIONS.has(node.fn.toString()))
    return `Math.${node.fn.toString()}(${node.args.map(inner).join(', ')})`;
  if (doubles.isOperatorNode(node)) {
    const [a, b] = node.args.map(inner) as [string, string?];
    if (b === undefined && node.op === '-') return `(-${a})`;
    const operator = OPERATORS[node.op];
    if (b !== undefined && operator !== undefined) return `(${a} ${operator} ${b})`;
  }
  throw new Error(`formula: '${node.toString()}' is neither a variable nor an operation on numbers`);
}

/** The same function without what mathjs cannot differentiate: exp(x) - 1 for expm1, log(1 + x) for log1p. */
const differentiable = (tree: MathNode): MathNode =>
  tree.transform(node => {
    if (!doubles.isFunctionNode(node)) return node;
    const [x] = node.args;
    const replacement = { expm1: `exp(${x}) - 1`, log1p: `log(1 + ${x})` }[node.fn.toString()];
    return replacement === undefined ? node : differentiable(doubles.parse(`(${replacement})`));
  });

/** A closed form of the named variables, with the sentence that says what it is. */
export function formula<V extends string>(
  says: string,
  expression: string,
  variables: Readonly<Record<V, string>>,
): Formula<V> {
  const tree = doubles.parse(expression);
  const names = Object.keys(variables) as V[];
  const body = source(tree, new Set(names));
  const compiled = new Function(`{ ${names.join(', ')} }`, `return ${body};`) as Formula<V>['evaluate'];
  return {
    says,
    expression,
    variables,
    get tex() {
      return texOf(tree);
    },
    evaluate: compiled,
    digits: scope =>
      Number(
        exact.evaluate(expression, new Map(names.map(name => [name, exact.bignumber(scope[name])] as const))),
      ),
    derivative: variable =>
      formula(
        `derivative with respect to ${variable} of: ${says}`,
        doubles.derivative(differentiable(tree), variable).toString(),
        variables,
      ),
  };
}
