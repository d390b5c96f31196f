/**
 * @file Which layout each value should have. Elementwise operations tie values of one shape together; each
 * such group takes the layout that most of its producers give and its consumers need, so that data are
 * transposed where a group is entered or left, if at all.
 */
import { type Graph, isElementwise, type Node } from '../../../graph/graph.js';
import { same } from '../../../graph/shapes.js';
import { CHANNELS_FIRST, FILTER, inverse, straight } from './permutation.js';

/** Disjoint sets of node ids (union-find). */
class Groups {
  private readonly parent: number[];

  constructor(size: number) {
    this.parent = Array.from({ length: size }, (_, i) => i);
  }

  rootOf(id: number): number {
    let root = id;
    while (this.parent[root] !== root) root = this.parent[root]!;
    this.parent[id] = root;
    return root;
  }

  merge(a: number, b: number): void {
    this.parent[this.rootOf(a)] = this.rootOf(b);
  }
}

const isImages = (node: Node): boolean => node.op === 'Conv2D' || node.op === 'Conv2DInputGrad';

/** The layout that an operation gives its value, where its operands do not decide. */
function made(node: Node): readonly number[] | undefined {
  if (isImages(node)) return CHANNELS_FIRST.perm;
  if (node.op === 'Conv2DFilterGrad') return FILTER.perm;
  return isElementwise(node) || node.op === 'Transpose' ? undefined : straight(node.shape.length);
}

/** The layouts that the producer and the consumers of a value wish for. */
function* wishesFor(node: Node, { nodes }: Graph, users: readonly (readonly Node[])[]) {
  if (node.op === 'Transpose') {
    const source = made(nodes[node.inputs[0]!]!);
    if (source !== undefined) yield node.attrs.perm.map(axis => source[axis]!);
  } else {
    const own = made(node);
    if (own !== undefined) yield own;
  }
  for (const user of users[node.id]!) {
    const convolved = isImages(user) ? user.inputs[0] === node.id : user.op === 'Conv2DFilterGrad';
    if (convolved) yield CHANNELS_FIRST.perm;
    // a reshape needs numbers in the order of its operand
    if (user.op === 'Transpose' && users[user.id]!.some(next => next.op === 'Reshape'))
      yield inverse(user.attrs.perm);
  }
}

/** The most frequent layout, the first of several. */
function winner(wishes: readonly (readonly number[])[]): readonly number[] | undefined {
  const counted = wishes.map(wish => ({ wish, count: wishes.filter(other => same(other, wish)).length }));
  return counted.reduce<(typeof counted)[number] | undefined>(
    (best, next) => (best === undefined || next.count > best.count ? next : best),
    undefined,
  )?.wish;
}

/** The layout each value should have; undefined where nothing is wished for. */
export function vote(graph: Graph): (id: number) => readonly number[] | undefined {
  const { nodes } = graph;
  const groups = new Groups(nodes.length);
  const users: Node[][] = nodes.map(() => []);
  for (const node of nodes)
    for (const id of new Set(node.inputs)) {
      users[id]!.push(node);
      if (isElementwise(node) && same(nodes[id]!.shape, node.shape)) groups.merge(id, node.id);
    }
  const wishes = new Map<number, (readonly number[])[]>();
  for (const node of nodes) {
    const group = wishes.get(groups.rootOf(node.id)) ?? [];
    wishes.set(groups.rootOf(node.id), group);
    // several users of one value share a transpose, so they have one vote
    const distinct: (readonly number[])[] = [];
    for (const wish of wishesFor(node, graph, users))
      if (!distinct.some(other => same(other, wish))) distinct.push(wish);
    group.push(...distinct);
  }
  for (const id of new Set(Object.values(graph.outputs)))
    wishes.get(groups.rootOf(id))!.push(straight(nodes[id]!.shape.length));
  const winners = new Map([...wishes].map(([group, all]) => [group, winner(all)]));
  return id => winners.get(groups.rootOf(id));
}
