/** @file Builds graphs by hand in tests; shapes are inferred by rules of its own. */
import type { DType, Graph, Node } from '../../src/engine/graph/graph.js';
import type { OpAttrs, OpName } from '../../src/engine/graph/ops.js';
import { broadcastShape, type Shape } from '../../src/engine/graph/shapes.js';

const BOOL_OPS = new Set<OpName>([
  'Not',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'Equal',
  'NotEqual',
  'And',
  'Or',
]);

/** A graph in the making; every method that adds a node returns its id. */
export class GraphBuilder {
  readonly nodes: Node[] = [];
  readonly #inputs: Record<string, number> = {};

  shape(id: number): Shape {
    return this.nodes[id]!.shape;
  }

  /** Any node with its shape given. */
  node<Op extends OpName>(
    op: Op,
    inputs: readonly number[],
    attrs: OpAttrs[Op],
    shape: Shape,
    dtype: DType = 'float',
  ): number {
    const id = this.nodes.length;
    const made: unknown = { id, op, inputs, attrs, shape, dtype };
    this.nodes.push(made as Node);
    return id;
  }

  input(name: string, shape: Shape, dtype: DType = 'float'): number {
    const id = this.node('Input', [], { name }, shape, dtype);
    this.#inputs[name] = id;
    return id;
  }

  /** `values` of one entry makes a uniform tensor. */
  constant(values: readonly number[], shape: Shape, dtype: DType = 'float'): number {
    return this.node('Constant', [], { values: Float64Array.from(values) }, shape, dtype);
  }

  /** An elementwise operation without attributes; shapes broadcast. */
  elementwise(op: Exclude<ElementwiseOp, 'Step' | 'Cast'>, ...inputs: number[]): number {
    const shape = inputs.map(id => this.shape(id)).reduce(broadcastShape);
    return this.node(op, inputs, {}, [...shape], BOOL_OPS.has(op) ? 'bool' : 'float');
  }

  step(x: number, alpha: number): number {
    return this.node('Step', [x], { alpha }, this.shape(x));
  }

  cast(x: number, dtype: DType): number {
    return this.node('Cast', [x], {}, this.shape(x), dtype);
  }

  reduce(op: 'Sum' | 'ReduceMax', x: number, axes: readonly number[], keepDims: boolean): number {
    const shape = this.shape(x).flatMap((size, i) => (axes.includes(i) ? (keepDims ? [1] : []) : [size]));
    return this.node(op, [x], { axes, keepDims }, shape);
  }

  reshape(x: number, shape: Shape): number {
    return this.node('Reshape', [x], {}, shape, this.nodes[x]!.dtype);
  }

  broadcast(x: number, shape: Shape): number {
    return this.node('Broadcast', [x], {}, shape, this.nodes[x]!.dtype);
  }

  transpose(x: number, perm: readonly number[]): number {
    return this.node(
      'Transpose',
      [x],
      { perm },
      perm.map(axis => this.shape(x)[axis]!),
      this.nodes[x]!.dtype,
    );
  }

  slice(x: number, begin: readonly number[], shape: Shape): number {
    return this.node('Slice', [x], { begin }, shape, this.nodes[x]!.dtype);
  }

  pad(x: number, before: readonly number[], after: readonly number[], value: number): number {
    const shape = this.shape(x).map((size, i) => size + before[i]! + after[i]!);
    return this.node('Pad', [x], { before, after, value }, shape, this.nodes[x]!.dtype);
  }

  concat(inputs: readonly number[], axis: number): number {
    const total = inputs.reduce((sum, id) => sum + this.shape(id)[axis]!, 0);
    return this.node('Concat', inputs, { axis }, this.shape(inputs[0]!).with(axis, total));
  }

  reverse(x: number, axes: readonly number[]): number {
    return this.node('Reverse', [x], { axes }, this.shape(x));
  }

  gather(x: number, indices: number, axis: number): number {
    const shape = this.shape(x);
    return this.node('Gather', [x, indices], { axis }, [
      ...shape.slice(0, axis),
      ...this.shape(indices),
      ...shape.slice(axis + 1),
    ]);
  }

  oneHot(indices: number, depth: number): number {
    return this.node('OneHot', [indices], { depth }, [...this.shape(indices), depth]);
  }

  matMul(a: number, b: number, transposeA: boolean, transposeB: boolean): number {
    const x = this.shape(a);
    const y = this.shape(b);
    const lead = broadcastShape(x.slice(0, -2), y.slice(0, -2));
    return this.node('MatMul', [a, b], { transposeA, transposeB }, [
      ...lead,
      x.at(transposeA ? -1 : -2)!,
      y.at(transposeB ? -2 : -1)!,
    ]);
  }

  conv2D(x: number, filter: number, attrs: OpAttrs['Conv2D']): number {
    return this.node('Conv2D', [x, filter], attrs, convShape(this.shape(x), this.shape(filter), attrs));
  }

  graph(outputs: Readonly<Record<string, number>>): Graph {
    return { nodes: this.nodes, inputs: { ...this.#inputs }, outputs };
  }
}

type ElementwiseOp = { [K in OpName]: keyof OpAttrs[K] extends never ? K : never }[OpName] & {};

/** The shape of conv(x, filter). */
export function convShape(x: Shape, filter: Shape, { strides, pad }: OpAttrs['Conv2D']): number[] {
  const out = [0, 1].map(
    axis => Math.floor((x[axis + 1]! + pad[axis]![0] + pad[axis]![1] - filter[axis]!) / strides[axis]!) + 1,
  );
  return [x[0]!, out[0]!, out[1]!, filter[3]!];
}
