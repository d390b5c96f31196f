/** @file Which values could be rematerialised after the peak of memory, and at what cost. */
import type { Graph, Node } from '../../../graph/graph.js';
import type { Liveness } from '../../../graph/liveness.js';
import type { OpName } from '../../../graph/ops.js';
import { holder, written } from '../../schedule/run-order.js';

/** A use of a value, directly or through views. */
export interface Use {
  readonly user: number;
  /** The operand: the value or a Reshape of it. */
  readonly operand: number;
}

export interface Plan {
  /** Id of the value. */
  readonly value: number;
  /** Ids of the nodes that are computed again for it, itself included. */
  readonly again: ReadonlySet<number>;
  /** Its uses after the peak, in the order of execution. */
  readonly later: readonly Use[];
  /** Elements freed at the peak, less those that are kept alive to compute it from. */
  readonly freed: number;
  /** Elements computed by the rematerialisation. */
  readonly cost: number;
}

const CHEAP: ReadonlySet<OpName> = new Set<OpName>([
  ...(['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Neg', 'Abs', 'Square', 'Relu', 'Step'] as const),
  ...(['Select', 'Cast', 'Greater', 'Not', 'Broadcast', 'Reshape', 'Transpose'] as const),
]);

/** The longest chain of nodes that is computed again for one value. */
const DEPTH = 6;
/** Operands may be kept alive for a value up to this share of its size. */
const KEPT = 0.6;

/**
 * Elementwise operations and views, and products with a constant matrix: the transforms of bilinear
 * algorithms.
 */
const isCheap = (nodes: readonly Node[], { op, inputs }: Node): boolean =>
  CHEAP.has(op) || (op === 'MatMul' && inputs.some(id => nodes[id]!.op === 'Constant'));

/** All uses of every value by nodes that execute, through views. */
function usesOf({ nodes }: Graph): (id: number) => Use[] {
  const users: number[][] = nodes.map(() => []);
  for (const { id, inputs } of nodes) for (const input of new Set(inputs)) users[input]!.push(id);
  const uses = (id: number): Use[] =>
    users[id]!.flatMap(user => (nodes[user]!.op === 'Reshape' ? uses(user) : [{ user, operand: id }]));
  return uses;
}

/** A plan for each cheap value of at least `least` elements that is live across the peak. */
export function plansOf(graph: Graph, live: Liveness, least: number): Plan[] {
  const { nodes } = graph;
  const { at, position, last } = live;
  const uses = usesOf(graph);
  const isLive = (id: number): boolean => position[id]! < at && last[id]! > at;

  const planOf = (value: number): Plan | undefined => {
    const size = written(nodes[value]!);
    if (size < least || position[value] === at || last[value] === Number.POSITIVE_INFINITY) return undefined;
    const later = uses(value)
      .filter(({ user }) => position[user]! > at)
      .sort((a, b) => position[a.user]! - position[b.user]!);
    if (later.length === 0) return undefined;
    const again = new Set<number>();
    const kept = new Set<number>();
    const reach = (id: number, depth: number): boolean => {
      const node = nodes[id]!;
      const held = holder(nodes, id);
      if (position[held]! < 0 || (held !== value && isLive(held))) return true;
      if (depth > DEPTH || !isCheap(nodes, node)) {
        kept.add(held);
        return held !== value && position[held]! <= at;
      }
      again.add(id);
      return node.inputs.every(input => reach(input, depth + 1));
    };
    if (!reach(value, 0)) return undefined;
    const sum = (ids: Iterable<number>): number => [...ids].reduce((all, id) => all + written(nodes[id]!), 0);
    const needed = sum(kept);
    if (needed > KEPT * size) return undefined;
    return { value, again, later, freed: size - needed, cost: needed + sum(again) };
  };
  return live.alive.flatMap(id => planOf(id) ?? []);
}

/**
 * The cheapest plans first, until they free `wanted` elements; none computes a value from one that another
 * frees.
 */
export function choose({ nodes }: Graph, plans: readonly Plan[], wanted: number): Plan[] {
  const price = ({ cost, freed }: Plan): number => cost / freed;
  const chosen: Plan[] = [];
  const [needed, gone] = [new Set<number>(), new Set<number>()];
  let left = wanted;
  for (const plan of plans.toSorted((a, b) => price(a) - price(b) || b.freed - a.freed)) {
    if (left <= 0) break;
    const from = [...plan.again]
      .flatMap(id => nodes[id]!.inputs.map(input => holder(nodes, input)))
      .filter(id => !plan.again.has(id));
    if (needed.has(plan.value) || from.some(id => gone.has(id))) continue;
    for (const id of from) needed.add(id);
    gone.add(plan.value);
    chosen.push(plan);
    left -= plan.freed;
  }
  return chosen;
}
