/** @file The bytes of an ONNX model, read back field by field with the numbers of onnx.proto. */
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import * as assert from 'uvu/assert';
import type { OnnxModel } from '../../src/formats/onnx/model.js';
import { writeModel } from '../../src/formats/onnx/write.js';
import { suite } from '../harness.js';

const test = suite('onnx format');

type Fields = Record<number, (number | Uint8Array)[]>;

/** The fields of a message: integers, and the bytes of what has a length. */
function fieldsOf(bytes: Uint8Array): Fields {
  const reader = new BinaryReader(bytes);
  const fields: Fields = {};
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    assert.ok(wireType === WireType.Varint || wireType === WireType.LengthDelimited);
    fields[field] ??= [];
    fields[field].push(wireType === WireType.Varint ? Number(reader.int64()) : reader.bytes());
  }
  return fields;
}

const messages = (fields: Fields, field: number): Fields[] =>
  (fields[field] ?? []).map(bytes => fieldsOf(bytes as Uint8Array));
const message = (fields: Fields, field: number): Fields => messages(fields, field)[0]!;
const texts = (fields: Fields, field: number): string[] =>
  (fields[field] ?? []).map(bytes => new TextDecoder().decode(bytes as Uint8Array));

const MODEL: OnnxModel = {
  irVersion: 10,
  opset: 21,
  producer: 'somebody',
  graph: {
    name: 'step',
    nodes: [
      {
        name: 'first',
        op: 'Pad',
        inputs: ['é', '', 'w'],
        outputs: ['y'],
        attributes: { axis: { int: -1 }, pads: { ints: [0, 300, -(2 ** 40)] } },
      },
    ],
    initializers: [{ name: 'w', type: 'int64', dims: [2, 1], data: Uint8Array.of(1, 2, 3) }],
    inputs: [{ name: 'é', type: 'float32', dims: [2, 0] }],
    outputs: [{ name: 'y', type: 'bool', dims: [] }],
  },
};

const model = fieldsOf(writeModel(MODEL));
const graph = message(model, 7);

test('model: versions and operator set', () => {
  assert.equal(model[1], [10]);
  assert.equal(texts(model, 2), ['somebody']);
  const opset = message(model, 8);
  assert.equal([texts(opset, 1), opset[2]], [[''], [21]]);
});

test('node: names in order, attributes with their kind', () => {
  const node = message(graph, 1);
  assert.equal(texts(node, 1), ['é', '', 'w']);
  assert.equal([texts(node, 2), texts(node, 3), texts(node, 4)], [['y'], ['first'], ['Pad']]);
  const [axis, pads] = messages(node, 5) as [Fields, Fields];
  assert.equal([texts(axis, 1), axis[3], axis[20]], [['axis'], [-1], [2]]);
  assert.equal([texts(pads, 1), pads[8], pads[20]], [['pads'], [0, 300, -(2 ** 40)], [7]]);
});

test('initializer: shape, element type, raw bytes', () => {
  const tensor = message(graph, 5);
  assert.equal([tensor[1], tensor[2], texts(tensor, 8)], [[2, 1], [7], ['w']]);
  assert.equal([...(tensor[9]![0] as Uint8Array)], [1, 2, 3]);
});

test('inputs and outputs: element type and fixed shape', () => {
  const shapeOf = (value: Fields): unknown => {
    const type = message(message(value, 2), 1);
    return [texts(value, 1), type[1], messages(message(type, 2), 1).map(dim => dim[1])];
  };
  assert.equal(texts(graph, 2), ['step']);
  assert.equal(shapeOf(message(graph, 11)), [['é'], [1], [[2], [0]]]);
  assert.equal(shapeOf(message(graph, 12)), [['y'], [9], []]);
});

test.run();
