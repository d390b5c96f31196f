/** @file How one tfjs kernel becomes nodes of the graph. */

import type { GraphBuilder } from '../graph/builder.js';
import type { Node } from '../graph/graph.js';

/**
 * The inputs of a kernel by name ('0', '1', ... where tfjs passes a list); absent optional inputs are left
 * out.
 */
export type RuleInputs = Readonly<Record<string, Node>>;

/** Records what a kernel computes and gives back its value, or its values where tfjs expects a list. */
export type Rule = (b: GraphBuilder, inputs: RuleInputs, attrs: unknown) => Node | Node[];

/** Rules by tfjs kernel name. */
export type RuleTable = Readonly<Record<string, Rule>>;

/** A rule that reads attributes: tfjs types them per kernel, its registry does not. */
export const withAttrs =
  <Attrs>(rule: (b: GraphBuilder, inputs: RuleInputs, attrs: Attrs) => Node | Node[]): Rule =>
  (b, inputs, attrs) =>
    rule(b, inputs, attrs as Attrs);

/** A required input. */
export function need(inputs: RuleInputs, name: string): Node {
  const node = inputs[name];
  if (node === undefined) throw new Error(`trace: kernel input '${name}' is missing`);
  return node;
}
