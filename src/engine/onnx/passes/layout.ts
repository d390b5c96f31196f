/**
 * @file Layout propagation: values stay in the layout in which they were computed. Operations that work in
 * any layout (elementwise ones, sums, pads, slices) take that of their operands; a transpose becomes a
 * permutation that is kept beside the value, and moves data only where an operation, an output or another
 * operand needs it. Convolutions give NCHW images and OIHW filters.
 */
import { GraphBuilder } from '../../graph/builder.js';
import { type Graph, isElementwise, type Node } from '../../graph/graph.js';
import type { OpAttrs, OpName } from '../../graph/ops.js';
import { copyOf } from '../../graph/rewrite.js';
import { type Shape, same } from '../../graph/shapes.js';
import { CHANNELS_FIRST, FILTER, inverse, isStraight, reordered, straight } from './layout/permutation.js';
import { vote } from './layout/vote.js';

/** A value in its layout: the node of the graph is transpose(node, perm). */
interface Placed {
  readonly node: Node;
  readonly perm: readonly number[];
}

class Layout {
  readonly builder = new GraphBuilder();
  private readonly placed: Placed[] = [];
  private readonly straightened = new Map<Node, Map<string, Node>>();

  private readonly wanted: (id: number) => readonly number[] | undefined;

  constructor(private readonly graph: Graph) {
    this.wanted = vote(graph);
  }

  run(): Graph {
    const { nodes, inputs, outputs } = this.graph;
    for (const node of nodes) {
      const placed = this.place(node);
      const perm = node.op === 'Input' ? undefined : this.wanted(node.id);
      this.placed.push(perm === undefined ? placed : { node: this.turned(placed, perm), perm });
    }
    const follow = (ids: Readonly<Record<string, number>>): Record<string, number> =>
      Object.fromEntries(Object.entries(ids).map(([name, id]) => [name, this.plain(this.placed[id]!).id]));
    const result = { inputs: follow(inputs), outputs: follow(outputs) };
    return { nodes: this.builder.nodes, ...result };
  }

  /** The value in the layout of the graph. */
  private plain(value: Placed): Node {
    return this.turned(value, straight(value.perm.length));
  }

  /** The node of the value in another layout. */
  private turned({ node, perm }: Placed, wanted: readonly number[]): Node {
    if (same(perm, wanted)) return node;
    const known = this.straightened.get(node) ?? new Map<string, Node>();
    this.straightened.set(node, known);
    const moved = inverse(wanted).map(i => perm[i]!);
    const key = String(moved);
    const result = known.get(key) ?? this.builder.transpose(node, moved);
    known.set(key, result);
    return result;
  }

  private place(node: Node): Placed {
    const inputs = node.inputs.map(id => this.placed[id]!);
    if (isElementwise(node)) return this.elementwise(node, inputs);
    switch (node.op) {
      case 'Transpose': {
        const [x] = inputs as [Placed];
        return { node: x.node, perm: node.attrs.perm.map(axis => x.perm[axis]!) };
      }
      case 'Sum':
      case 'ReduceMax':
        return this.reduction(node, inputs[0]!);
      case 'Slice':
        return this.inOrder(node, inputs[0]!, ({ begin }, perm) => ({ begin: reordered(begin, perm) }));
      case 'Pad':
        return this.inOrder(node, inputs[0]!, ({ before, after, value }, perm) => ({
          before: reordered(before, perm),
          after: reordered(after, perm),
          value,
        }));
      case 'Reverse':
        return this.inOrder(node, inputs[0]!, ({ axes }, perm) => ({
          axes: axes.map(axis => perm[axis]!).sort((a, b) => a - b),
        }));
      case 'Concat':
        return this.concat(node, inputs);
      case 'Conv2D':
      case 'Conv2DInputGrad':
        return this.convolution(node, inputs, CHANNELS_FIRST);
      case 'Conv2DFilterGrad':
        return this.convolution(node, inputs, FILTER);
      default: {
        const made = copyOf(
          node,
          inputs.map(input => this.plain(input)),
          this.builder,
        );
        return { node: made, perm: straight(node.shape.length) };
      }
    }
  }

  /** A node of the same operation in the layout of a placed value. */
  private add<Op extends OpName>(
    node: Node<Op>,
    inputs: readonly Node[],
    attrs: OpAttrs[Op],
    perm: readonly number[],
    shape: Shape = node.shape,
  ): Placed {
    const made = this.builder.add(node.op as Op, inputs, attrs, reordered(shape, perm), node.dtype);
    return { node: made, perm };
  }

  private inOrder<Op extends OpName>(
    node: Node<Op>,
    x: Placed,
    attrs: (attrs: OpAttrs[Op], perm: readonly number[]) => OpAttrs[Op],
  ): Placed {
    return this.add(node, [x.node], attrs(node.attrs as OpAttrs[Op], x.perm), x.perm);
  }

  /** In the layout voted for; else in that of the largest operand, of several the first that is permuted. */
  private elementwise(node: Node, inputs: readonly Placed[]): Placed {
    const perm = this.wanted(node.id) ?? this.leadingOrder(node.shape.length, inputs);
    const operands = inputs.map(input => this.operand(input, perm));
    return this.add(node, operands, node.attrs as OpAttrs[OpName], perm);
  }

  private leadingOrder(rank: number, inputs: readonly Placed[]): readonly number[] {
    const sizes = inputs.map(({ node: { shape } }) => shape.reduce((a, b) => a * b, 1));
    const largest = Math.max(...sizes);
    const leading = inputs.filter(
      ({ perm, node: { op } }, i) => perm.length === rank && sizes[i] === largest && op !== 'Constant',
    );
    return (leading.find(input => !isStraight(input.perm)) ?? leading[0])?.perm ?? straight(rank);
  }

  /** An operand that broadcasts to a node of the given layout. */
  private operand(value: Placed, perm: readonly number[]): Node {
    const { node } = value;
    const missing = perm.length - value.perm.length;
    if (missing === 0) return this.turned(value, perm);
    if (node.shape.length === 0 || isStraight(perm)) return this.plain(value);
    // dimensions of size 1 are added in front, as broadcasting does
    const widened = this.builder.reshape(this.plain(value), [
      ...new Array<number>(missing).fill(1),
      ...this.plain(value).shape,
    ]);
    return this.turned({ node: widened, perm: straight(perm.length) }, perm);
  }

  private reduction(node: Node<'Sum' | 'ReduceMax'>, x: Placed): Placed {
    const { axes, keepDims } = node.attrs;
    const attrs = { axes: axes.map(axis => x.perm[axis]!).sort((a, b) => a - b), keepDims };
    if (keepDims) return this.add(node, [x.node], attrs, x.perm);
    const left = x.perm.filter((_, axis) => !axes.includes(axis));
    const order = left.toSorted((a, b) => a - b);
    return this.add(
      node,
      [x.node],
      attrs,
      left.map(axis => order.indexOf(axis)),
    );
  }

  private concat(node: Node<'Concat'>, inputs: readonly Placed[]): Placed {
    const [{ perm }] = inputs as [Placed];
    const parts = inputs.map(input => this.turned(input, perm));
    return this.add(node, parts, { axis: perm[node.attrs.axis]! }, perm);
  }

  private convolution(
    node: Node,
    inputs: readonly Placed[],
    { made, perm }: { readonly made: readonly number[]; readonly perm: readonly number[] },
  ): Placed {
    const operands = inputs.map(input => this.plain(input));
    return { node: this.builder.transpose(copyOf(node, operands, this.builder), made), perm };
  }
}

/** Values are bit-identical but for sums, whose terms are added in another order. */
export const layout = (graph: Graph): Graph => new Layout(graph).run();
