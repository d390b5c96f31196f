/** @file Grows a graph node by node; nodes that would change nothing are not made. */
import type { DType, Node } from './graph.js';
import { type BinaryOp, type OpAttrs, type OpName, PREDICATES, type UnaryOp } from './ops.js';
import { broadcastShape, type Shape, same, sizeOf } from './shapes.js';

const predicates: ReadonlySet<BinaryOp> = new Set(PREDICATES);

/** Makes the nodes of a graph one by one; each gets the next id. */
export class GraphBuilder {
  readonly nodes: Node[] = [];

  add<Op extends OpName>(
    op: Op,
    inputs: readonly Node[],
    attrs: OpAttrs[Op],
    shape: Shape,
    dtype: DType,
  ): Node {
    const id = this.nodes.length;
    const node = {
      id,
      op,
      inputs: inputs.map(input => input.id),
      attrs,
      shape: [...shape],
      dtype,
    } as unknown as Node;
    this.nodes.push(node);
    return node;
  }

  /** A constant of one value everywhere. */
  uniform(value: number, shape: Shape, dtype: DType = 'float'): Node {
    return this.add('Constant', [], { values: Float64Array.of(value) }, shape, dtype);
  }

  /** A constant; kept as one value when they are all the same. */
  constant(values: Float64Array, shape: Shape, dtype: DType): Node {
    const first = values[0];
    const uniform = first !== undefined && values.every(value => Object.is(value, first));
    return this.add('Constant', [], { values: uniform ? Float64Array.of(first) : values }, shape, dtype);
  }

  unary(op: UnaryOp, x: Node): Node {
    return this.add(op, [x], {}, x.shape, x.dtype);
  }

  binary(op: BinaryOp, a: Node, b: Node): Node {
    return this.add(op, [a, b], {}, broadcastShape(a.shape, b.shape), predicates.has(op) ? 'bool' : a.dtype);
  }

  /** `x op value` for a plain number. */
  withNumber(op: BinaryOp, x: Node, value: number): Node {
    return this.binary(op, x, this.uniform(value, [], x.dtype));
  }

  select(condition: Node, then: Node, otherwise: Node): Node {
    const shape = broadcastShape(broadcastShape(condition.shape, then.shape), otherwise.shape);
    return this.add('Select', [condition, then, otherwise], {}, shape, then.dtype);
  }

  cast(x: Node, dtype: DType): Node {
    return x.dtype === dtype ? x : this.add('Cast', [x], {}, x.shape, dtype);
  }

  /** Reduces over `axes` (non-negative, distinct, in any order). */
  reduce(op: 'Sum' | 'ReduceMax', x: Node, axes: readonly number[], keepDims: boolean): Node {
    if (axes.length === 0) return x;
    const sorted = [...axes].sort((a, b) => a - b);
    const shape = x.shape.flatMap((n, i) => (sorted.includes(i) ? (keepDims ? [1] : []) : [n]));
    return this.add(op, [x], { axes: sorted, keepDims }, shape, x.dtype);
  }

  reshape(x: Node, shape: Shape): Node {
    if (sizeOf(x.shape) !== sizeOf(shape))
      throw new Error(`reshape: [${x.shape}] and [${shape}] must have the same number of elements`);
    return same(x.shape, shape) ? x : this.add('Reshape', [x], {}, shape, x.dtype);
  }

  broadcast(x: Node, shape: Shape): Node {
    return same(x.shape, shape) ? x : this.add('Broadcast', [x], {}, shape, x.dtype);
  }

  transpose(x: Node, perm: readonly number[]): Node {
    if (perm.every((axis, i) => axis === i)) return x;
    const shape = perm.map(axis => x.shape[axis]!);
    return this.add('Transpose', [x], { perm: [...perm] }, shape, x.dtype);
  }

  slice(x: Node, begin: readonly number[], size: Shape): Node {
    return same(x.shape, size) ? x : this.add('Slice', [x], { begin: [...begin] }, size, x.dtype);
  }

  concat(parts: readonly Node[], axis: number): Node {
    const [first] = parts;
    if (first === undefined) throw new Error('concat: at least one tensor is needed, got none');
    if (parts.length === 1) return first;
    const shape = [...first.shape];
    shape[axis] = parts.reduce((total, part) => total + part.shape[axis]!, 0);
    return this.add('Concat', parts, { axis }, shape, first.dtype);
  }

  /** Values of `x` along `axis` at int `indices`, of any shape. */
  gather(x: Node, indices: Node, axis: number): Node {
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    return this.add('Gather', [x, indices], { axis }, shape, x.dtype);
  }
}
