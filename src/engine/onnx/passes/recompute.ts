/**
 * @file Rematerialisation: values of the forward pass that are cheap to compute are computed again where a
 * gradient needs them, instead of being kept, which lowers the peak memory. ONNX Runtime must not eliminate
 * common subexpressions afterwards.
 */

import { GraphBuilder } from '../../graph/builder.js';
import type { Graph, Node } from '../../graph/graph.js';
import { copyOf, rebuilt } from '../../graph/rewrite.js';
import { dce } from '../../passes/dce.js';
import { livenessWhenRun } from '../schedule/run-order.js';
import { choose, type Plan, plansOf } from './recompute/plan.js';

/** Uses at most so many positions apart in the order share one rematerialised copy. */
const NEAR = 40;

export interface RecomputeLimits {
  /** The peak memory aimed at, as a share of the peak without rematerialisation. */
  readonly share: number;
  /** The cost of a plan at most, in elements computed for each element freed. */
  readonly price: number;
  /** Peak memory, in elements, below which nothing is rematerialised. */
  readonly enough: number;
}

export const RECOMPUTE_LIMITS: RecomputeLimits = { share: 0.4, price: 8, enough: 2 ** 26 };

/** Values smaller than this share of the peak memory are never rematerialised. */
const SMALL = 1 / 4000;

/** One copy of the nodes that a plan rematerialises. */
interface Copy {
  readonly plan: Plan;
  /** The value, and views of it that later users read. */
  readonly operands: Set<number>;
  readonly made: Map<number, Node>;
}

/** Copies for uses that are close in the order, by user and by value. */
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

/**
 * The graph in which later uses of the values read copies of their own. A copy stands next to its value in
 * the graph, so that ONNX Runtime runs it last among the operands of its user.
 */
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
    // only views lie between the value and an operand
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

/** Lowers the peak memory by rematerialisation. Values are bit-identical. */
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
