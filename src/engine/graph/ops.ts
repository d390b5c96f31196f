/** @file The operations of a graph: their names, in sets, and what each carries besides its inputs. */

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

/** Binary operations whose result is a truth value. */
export const PREDICATES = [
  'Greater',
  'GreaterEqual',
  'Less',
  'LessEqual',
  'Equal',
  'NotEqual',
  'And',
  'Or',
] as const satisfies readonly BinaryOp[];

/**
 * Elementwise operations: each element of the result depends on the elements of the operands at its place.
 */
export const ELEMENTWISE_OPS = [...UNARY_OPS, ...BINARY_OPS, 'Step', 'Cast', 'Select'] as const;

export type ElementwiseOp = (typeof ELEMENTWISE_OPS)[number];

/** No attributes. */
export type None = Readonly<Record<never, never>>;

/** Spatial attributes of the convolution family; NHWC activations, HWIO filters, no dilation. */
export interface ConvAttrs {
  readonly strides: readonly [number, number];
  /** Rows above and below, columns left and right. */
  readonly pad: readonly [readonly [number, number], readonly [number, number]];
}

/**
 * What each operation carries besides its inputs. An executor's rule table is exhaustive over these names.
 */
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
