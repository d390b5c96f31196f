/**
 * @file Less memory for a little more work: values of a forward pass that are cheap to make from others are made again where a gradient
 * needs them. ONNX Runtime must not be let find common subexpressions afterwards.
 */

import { GraphBuilder } from '../../graph/builder.js';
import type { Graph, Node } from '../../graph/graph.js';
import { copyOf, rebuilt } from '../../graph/rewrite.js';
import { dce } from '../../passes/dce.js';
import { livenessWhenRun } from '../schedule/run-order.js';
import { choose, type Plan, plansOf } from './recompute/plan.js';

/** Uses so many positions from each other share what was made again. */
const NEAR = 40;

export interface RecomputeLimits {
  /** What should be in memory at once, as a share of what would be. */
  readonly share: number;
  /** Numbers written at most for one that is not kept. */
  readonly price: number;
  /** Numbers that may be in memory at once whatever the share. */
  readonly enough: number;
}

export const RECOMPUTE_LIMITS: RecomputeLimits = { share: 0.4, price: 8, enough: 2 ** 26 };

/** Values of less than this share of the peak stay as they are. */
const SMALL = 1 / 4000;

/** One copy of the nodes that a plan runs again. */
interface Copy {
  readonly plan: Plan;
  /** The value, and reshapes of it that are wanted. */
  readonly operands: Set<number>;
  readonly made: Map<number, Node>;
}

/** Copies for uses that are near each other, by what uses them, by value. */
function copiesOf(plans: readonly Plan[], position: Int32Array) {
  const byUser = new Map<number, Map<number, Copy>>();
  const byValue = new Map<number, Copy[]>();
  for (const plan of plans) {
    let before = Number.NEGATIVE_INFINITY;
    const copies: Copy[] = [];
    for (const { user, operand } of plan.later) {
      if (position[user]! - before > NEAR) copies.push({ plan, operands: new Set(), made: new Map() });
      before = position[user]!;
      const copy = copies.at(-1)!;
      copy.operands.add(operand);
      byUser.set(user, (byUser.get(user) ?? new Map<number, Copy>()).set(operand, copy));
    }
    byValue.set(plan.value, copies);
  }
  return { byUser, byValue };
}

/** The graph in which later uses of the values have copies of their own, written next to the values: so they run last among operands. */
function applied(graph: Graph, plans: readonly Plan[], position: Int32Array): Graph {
  const { nodes } = graph;
  const { byUser, byValue } = copiesOf(plans, position);
  const builder = new GraphBuilder();
  const made: Node[] = [];
  const fill = ({ plan, operands, made: copied }: Copy): void => {
    const copy = (id: number, operand: (input: number) => Node): Node => {
      const known = copied.get(id) ?? copyOf(nodes[id]!, nodes[id]!.inputs.map(operand), builder);
      copied.set(id, known);
      return known;
    };
    const within = (id: number): Node => (plan.again.has(id) ? copy(id, within) : made[id]!);
    within(plan.value);
    // between the value and an operand lie only reshapes
    const reshaped = (id: number): Node => copy(id, reshaped);
    for (const operand of operands) reshaped(operand);
  };
  for (const node of nodes) {
    const stands = byUser.get(node.id);
    const inputs = node.inputs.map(id => stands?.get(id)?.made.get(id) ?? made[id]!);
    made.push(copyOf(node, inputs, builder));
    for (const copy of byValue.get(node.id) ?? []) fill(copy);
  }
  return dce(rebuilt(graph, builder, id => made[id]!));
}

/** Values are bit-identical. */
export function recompute(graph: Graph, limits: RecomputeLimits = RECOMPUTE_LIMITS): Graph {
  const { share, price, enough } = limits;
  let [current, live] = [graph, livenessWhenRun(graph)];
  const [goal, least] = [Math.max(share * live.peak, enough), SMALL * live.peak];
  while (live.peak > goal) {
    const affordable = plansOf(current, live, least).filter(({ cost, freed }) => cost <= price * freed);
    const next = applied(current, choose(current, affordable, live.peak - goal), live.position);
    const after = livenessWhenRun(next);
    if (after.peak >= live.peak) break;
    [current, live] = [next, after];
  }
  return current;
}
