/** @file Collects the nodes and initializers of an ONNX graph; equal requests share one value. */
import type { ElementType, OnnxAttributes, OnnxNode, OnnxTensor } from '../../formats/onnx/model.js';
import { type Shape, sizeOf } from '../graph/shapes.js';

/** Prefix of the values we name ourselves; the names of inputs and outputs may not start with it. */
export const INTERNAL = '%';

const typed: { readonly [T in ElementType]: (values: readonly number[] | Float64Array) => ArrayBufferView } =
  {
    float32: values => Float32Array.from(values, toFloat32),
    int32: values => Int32Array.from(values),
    int64: values => BigInt64Array.from(values as readonly number[], BigInt),
    bool: values => Uint8Array.from(values, value => (value === 0 ? 0 : 1)),
  };

/** A number that is infinite in float32. */
export class UnfitConstant extends Error {}

function toFloat32(value: number): number {
  const rounded = Math.fround(value);
  if (Number.isFinite(value) && !Number.isFinite(rounded))
    throw new UnfitConstant(`onnx: a constant must fit float32, got ${value} - scale it down`);
  return rounded;
}

/** Elements of a tensor in the layout of ONNX's raw_data. */
function rawData(values: readonly number[] | Float64Array, type: ElementType): Uint8Array {
  const view = typed[type](values);
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

const movesOneAxis = (perm: readonly number[]): boolean =>
  perm.some((_, moved) => perm.toSpliced(moved, 1).every((axis, i, rest) => i === 0 || axis > rest[i - 1]!));

/**
 * The same transpose where axes that follow each other before and after are one; those of size 1 are left
 * out.
 */
function mergeAxes(shape: Shape, perm: readonly number[]): { shape: number[]; perm: number[] } {
  const wide = shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
  const order = perm.filter(axis => shape[axis] !== 1).map(axis => wide.indexOf(axis));
  const heads = order.filter((axis, i) => i === 0 || axis !== order[i - 1]! + 1);
  const sorted = heads.toSorted((a, b) => a - b);
  return {
    shape: sorted.map((head, i) => sizeOf(wide.slice(head, sorted[i + 1]).map(axis => shape[axis]!))),
    perm: heads.map(head => sorted.indexOf(head)),
  };
}

const keyOf = (value: number): string => (Object.is(value, -0) ? '-0' : String(value));

export class Emitter {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  /** Operators that are asked for under one number are shared. */
  copy = 0;
  private readonly made = new Map<string, string>();
  private readonly transposed = new Map<
    string,
    { readonly source: string; readonly shape: Shape; readonly perm: readonly number[] }
  >();

  /**
   * Applies an operator with one output; returns the value's name. An empty input name stands for one left
   * out.
   */
  emit(op: string, inputs: readonly string[], attributes: OnnxAttributes = {}): string {
    return this.once(JSON.stringify([op, inputs, attributes, this.copy]), name =>
      this.nodes.push({ name: `${op}${name}`, op, inputs, outputs: [name], attributes }),
    );
  }

  /**
   * `Transpose` of a value of the given shape; a transpose of a transpose becomes one, or none when they
   * cancel.
   */
  transpose(value: string, shape: Shape, perm: readonly number[]): string {
    const before = this.transposed.get(value);
    if (before !== undefined)
      return this.transpose(
        before.source,
        before.shape,
        perm.map(axis => before.perm[axis]!),
      );
    if (perm.every((axis, i) => axis === i)) return value;
    const name = this.move(value, shape, perm);
    this.transposed.set(name, { source: value, shape, perm });
    return name;
  }

  /**
   * ONNX Runtime transposes several times faster where a single axis moves: adjacent axes are merged where
   * that makes it so.
   */
  private move(value: string, shape: Shape, perm: readonly number[]): string {
    const merged = mergeAxes(shape, perm);
    if (movesOneAxis(perm) || !movesOneAxis(merged.perm))
      return this.emit('Transpose', [value], { perm: { ints: perm } });
    const narrow = this.emit('Reshape', [value, this.ints(merged.shape)]);
    const moved = this.emit('Transpose', [narrow], { perm: { ints: merged.perm } });
    return this.emit('Reshape', [moved, this.ints(perm.map(axis => shape[axis]!))]);
  }

  /** An int64 vector: shapes, axes, pads. */
  ints(values: readonly number[]): string {
    return this.once(`ints ${values}`, name => this.initialize(name, 'int64', [values.length], values));
  }

  /** One number, of rank 0. */
  scalar(value: number, type: ElementType): string {
    return this.once(`${type} ${keyOf(value)}`, name => this.initialize(name, type, [], [value]));
  }

  /** A tensor of `values`: one entry when uniform, else as many as the shape asks for. */
  constant(values: Float64Array, type: ElementType, shape: Shape): string {
    const size = sizeOf(shape);
    if (size === 1) {
      const value = values[0]!;
      return this.once(`${type} ${keyOf(value)} [${shape}]`, name =>
        this.initialize(name, type, shape, [value]),
      );
    }
    if (values.length === 1) return this.emit('Expand', [this.scalar(values[0]!, type), this.ints(shape)]);
    const name = this.fresh();
    this.initialize(name, type, shape, values);
    return name;
  }

  private once(key: string, make: (name: string) => void): string {
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const name = this.fresh();
    make(name);
    this.made.set(key, name);
    return name;
  }

  private fresh(): string {
    return `${INTERNAL}${this.nodes.length + this.initializers.length}`;
  }

  private initialize(
    name: string,
    type: ElementType,
    dims: Shape,
    values: readonly number[] | Float64Array,
  ): void {
    this.initializers.push({ name, type, dims, data: rawData(values, type) });
  }
}
