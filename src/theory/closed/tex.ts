/** @file The LaTeX of a mathjs expression, as it is written on paper. */
import type { MathNode } from 'mathjs';
import math from 'mathjs/lib/browser/math.js';

/** How a call that mathjs would spell out is written. */
const CALLS: Readonly<Record<string, (args: string) => string>> = {
  transpose: args => `{${args}}^\\top`,
  identity: () => ' I',
  trace: args => `\\operatorname{tr}\\left(${args}\\right)`,
  diag: args => `\\operatorname{diag}\\left(${args}\\right)`,
  prod: args => `\\prod ${args}`,
  inv: args => `\\left(${args}\\right)^{-1}`,
};

/** From mathjs's own rendering, but for what it has no usual notation for. */
export function texOf(tree: MathNode): string {
  const handler = (node: MathNode, options: object): string | undefined => {
    if (math.isSymbolNode(node) && /^[A-Za-z]$/.test(node.name)) return ` ${node.name}`;
    if (!math.isFunctionNode(node)) return undefined;
    return CALLS[node.fn.toString()]?.(node.args.map(arg => arg.toTex(options)).join(', '));
  };
  return tree.toTex({ handler, parenthesis: 'auto' }).trim();
}
