/** @file The static graph of a traced step: plain data, independent of tfjs and of every executor. */

/** `float` is a real number; its precision is the executor's business. */
export type DType = 'float' | 'int' | 'bool';

export type Shape = readonly number[];

/** Elementwise operations of one argument without attributes. */
export const UNARY_OPS = [
  'Neg',
  'Abs',
  'Sign',
  'Exp',
  'Expm1',
  'Log',
  'Log1p',
  'Sqrt',
  'Rsqrt',
  'Square',
  'Reciprocal',
  'Relu',
  'Elu',
  'Sigmoid',
  'Softplus',
  'Tanh',
  'Sin',
  'Cos',
  'Erf',
  'Not',
] as const;

/** Elementwise operations of two arguments; shapes broadcast as in NumPy. */
export const BINARY_OPS = [
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Max',
  'Min',
  'Pow',
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'Equal',
  'NotEqual',
  'And',
  'Or',
] as const;

export type UnaryOp = (typeof UNARY_OPS)[number];
export type BinaryOp = (typeof BINARY_OPS)[number];

/** No attributes. */
export type None = Readonly<Record<never, never>>;

/** Spatial attributes of the convolution family; NHWC activations, HWIO filters, no dilation. */
export interface ConvAttrs {
  readonly strides: readonly [number, number];
  /** Rows above and below, columns left and right. */
  readonly pad: readonly [readonly [number, number], readonly [number, number]];
}

/** What each operation carries besides its inputs. An executor's rule table is exhaustive over these names. */
export type OpAttrs = { [K in UnaryOp | BinaryOp]: None } & {
  /** A value supplied at each run. */
  Input: { readonly name: string };
  /** `values` has either one entry (the tensor is uniform) or as many as the shape asks for. */
  Constant: { readonly values: Float64Array };
  /** 1 where x > 0, `alpha` elsewhere; NaN passes through. */
  Step: { readonly alpha: number };
  Cast: None;
  /** condition, then, else; shapes broadcast. */
  Select: None;
  /** Axes sorted, distinct, non-negative. */
  Sum: { readonly axes: readonly number[]; readonly keepDims: boolean };
  ReduceMax: { readonly axes: readonly number[]; readonly keepDims: boolean };
  Reshape: None;
  /** Broadcast to the node's shape, aligning trailing dimensions. */
  Broadcast: None;
  Transpose: { readonly perm: readonly number[] };
  Slice: { readonly begin: readonly number[] };
  Pad: { readonly before: readonly number[]; readonly after: readonly number[]; readonly value: number };
  Concat: { readonly axis: number };
  Reverse: { readonly axes: readonly number[] };
  /** (values, int indices) along `axis`. */
  Gather: { readonly axis: number };
  /** indices -> indices.shape + [depth], ones and zeros. */
  OneHot: { readonly depth: number };
  /** Batched matrix product over the last two dimensions; leading dimensions broadcast. */
  MatMul: { readonly transposeA: boolean; readonly transposeB: boolean };
  /** (x [N,H,W,C], filter [kh,kw,C,O]) */
  Conv2D: ConvAttrs;
  /** (dy, filter) -> gradient with respect to x; the node's shape is x's. */
  Conv2DInputGrad: ConvAttrs;
  /** (x, dy) -> gradient with respect to the filter; the node's shape is the filter's. */
  Conv2DFilterGrad: ConvAttrs;
};

export type OpName = keyof OpAttrs;

interface NodeOf<Op extends OpName> {
  readonly id: number;
  readonly op: Op;
  readonly inputs: readonly number[];
  readonly attrs: OpAttrs[Op];
  readonly shape: Shape;
  readonly dtype: DType;
}

/** One operation of a graph: a discriminated union over `op`. */
export type Node<Op extends OpName = OpName> = Op extends OpName ? NodeOf<Op> : never;

/** Nodes in an order where inputs precede their users; `nodes[i].id === i`. */
export interface Graph {
  readonly nodes: readonly Node[];
  readonly inputs: Readonly<Record<string, number>>;
  readonly outputs: Readonly<Record<string, number>>;
}

export const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1);

/** Row-major strides of a shape, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = step;
    step *= shape[i]!;
  }
  return strides;
}

/** The shape two operands broadcast to; throws when they do not. */
export function broadcastShape(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1)
      throw new Error(`broadcast: shapes [${a}] and [${b}] do not fit together at dimension ${i}`);
    return x === 1 ? y : x;
  });
}
