/**
 * @file The part of the ONNX model schema that we write, as plain data. Source: onnx/onnx.proto, Apache-2.0.
 */

/** Element types by name, with the numbers of TensorProto.DataType. */
export const ELEMENT_TYPES = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

/**
 * Name and element type of a model's input or output, and its shape if that is to be known ahead
 * (ValueInfoProto).
 */
export interface OnnxPort {
  readonly name: string;
  readonly type: ElementType;
  readonly dims?: readonly number[];
}

/** The same, of a fixed shape. */
export interface OnnxValue extends OnnxPort {
  readonly dims: readonly number[];
}

/**
 * A constant of the model (TensorProto with raw_data): `data` holds the elements row-major, little-endian.
 */
export interface OnnxTensor extends OnnxValue {
  readonly data: Uint8Array;
}

/** A node's attribute (AttributeProto). */
export type OnnxAttribute = { readonly int: number } | { readonly ints: readonly number[] };

export type OnnxAttributes = Readonly<Record<string, OnnxAttribute>>;

/** One operator applied to named values (NodeProto). */
export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** An empty name stands for an optional input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: OnnxAttributes;
}

/**
 * Nodes in an order where values are made before they are used (GraphProto). An initializer that is an input
 * too is its default.
 */
export interface OnnxGraph<Input extends OnnxPort = OnnxPort> {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly Input[];
  readonly outputs: readonly OnnxValue[];
}

/** A whole model (ModelProto) over the default operator set. */
export interface OnnxModel {
  readonly irVersion: number;
  readonly opset: number;
  readonly producer: string;
  readonly graph: OnnxGraph;
}
