/** @file ONNX models as protobuf bytes. The numbers are the field numbers of onnx.proto. */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  ELEMENT_TYPES,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxPort,
  type OnnxTensor,
} from './model.js';

const ATTRIBUTE_INT = 2;
const ATTRIBUTE_INTS = 7;

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function integer(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

function integers(writer: BinaryWriter, field: number, values: readonly number[]): void {
  for (const value of values) integer(writer, field, value);
}

function message(writer: BinaryWriter, field: number, body: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  body();
  writer.join();
}

function attribute(writer: BinaryWriter, name: string, value: OnnxAttribute): void {
  text(writer, 1, name);
  if ('int' in value) {
    integer(writer, 3, value.int);
    integer(writer, 20, ATTRIBUTE_INT);
  } else {
    integers(writer, 8, value.ints);
    integer(writer, 20, ATTRIBUTE_INTS);
  }
}

function node(writer: BinaryWriter, of: OnnxNode): void {
  for (const input of of.inputs) text(writer, 1, input);
  for (const output of of.outputs) text(writer, 2, output);
  text(writer, 3, of.name);
  text(writer, 4, of.op);
  for (const [name, value] of Object.entries(of.attributes))
    message(writer, 5, () => attribute(writer, name, value));
}

function tensor(writer: BinaryWriter, of: OnnxTensor): void {
  integers(writer, 1, of.dims);
  integer(writer, 2, ELEMENT_TYPES[of.type]);
  text(writer, 8, of.name);
  writer.tag(9, WireType.LengthDelimited).bytes(of.data);
}

function valueInfo(writer: BinaryWriter, of: OnnxPort): void {
  const { dims } = of;
  text(writer, 1, of.name);
  // TypeProto > tensor_type > shape > dim > dim_value
  message(writer, 2, () =>
    message(writer, 1, () => {
      integer(writer, 1, ELEMENT_TYPES[of.type]);
      if (dims === undefined) return;
      message(writer, 2, () => {
        for (const dim of dims) message(writer, 1, () => integer(writer, 1, dim));
      });
    }),
  );
}

function graph(writer: BinaryWriter, of: OnnxGraph): void {
  for (const item of of.nodes) message(writer, 1, () => node(writer, item));
  text(writer, 2, of.name);
  for (const item of of.initializers) message(writer, 5, () => tensor(writer, item));
  for (const item of of.inputs) message(writer, 11, () => valueInfo(writer, item));
  for (const item of of.outputs) message(writer, 12, () => valueInfo(writer, item));
}

/** The bytes of an ONNX file. */
export function writeModel(model: OnnxModel): Uint8Array {
  const writer = new BinaryWriter();
  integer(writer, 1, model.irVersion);
  text(writer, 2, model.producer);
  message(writer, 7, () => graph(writer, model.graph));
  message(writer, 8, () => {
    text(writer, 1, '');
    integer(writer, 2, model.opset);
  });
  return writer.finish();
}
