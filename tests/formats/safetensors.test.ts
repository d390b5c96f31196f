import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { InputError } from '../../src/formats/input-error.js';
import {
  encodeSafetensors,
  parseSafetensors,
  readSafetensors,
  type SafeTensor,
  type Safetensors,
} from '../../src/formats/safetensors.js';
import { suite } from '../harness.js';
import { errorOf, inFolder } from './temporary.js';

const test = suite('safetensors');

/** A file with the given header text (or value) and as many data bytes. */
function file(header: unknown, data = 0): Uint8Array {
  const text = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, new Uint8Array(data)]);
}

const f64 = (begin: number, end: number, shape: unknown = [(end - begin) / 8]) => ({
  dtype: 'F64',
  shape,
  data_offsets: [begin, end],
});

test('what is written is read back, bit for bit, names like __proto__ and empty tensors included', () => {
  const tensors: [string, SafeTensor][] = [
    ['weight', { dtype: 'F32', shape: [2, 2], data: Float32Array.of(1, -0, Number.NaN, 1e-45) }],
    ['odd', { dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) }],
    ['after odd', { dtype: 'F64', shape: [], data: Float64Array.of(Math.PI) }],
    ['__proto__', { dtype: 'I64', shape: [1], data: BigInt64Array.of(-(2n ** 63n)) }],
    ['7', { dtype: 'BOOL', shape: [2, 0], data: new Uint8Array() }],
    ['i', { dtype: 'I32', shape: [1], data: Int32Array.of(-5) }],
  ];
  const written: Safetensors = { metadata: new Map([['flatcheck', '{"a":"ü"}']]), tensors: new Map(tensors) };
  const read = parseSafetensors(Buffer.concat(encodeSafetensors(written)), 'memory');
  assert.equal(read.metadata, written.metadata);
  assert.is(read.tensors.size, tensors.length);
  for (const [name, { dtype, shape, data }] of tensors) {
    const got = read.tensors.get(name)!;
    assert.equal([got.dtype, got.shape], [dtype, shape]);
    assert.is(Buffer.from(got.data.buffer).toString('hex'), Buffer.from(data.buffer).toString('hex'));
  }
});

test('a shape that does not fit its data is our own bug', () => {
  const tensor: SafeTensor = { dtype: 'F32', shape: [3], data: new Float32Array(2) };
  assert.throws(
    () => encodeSafetensors({ metadata: new Map(), tensors: new Map([['a', tensor]]) }),
    /must have 3 elements, got 2/,
  );
});

test('a file that another library wrote: unaligned header, offsets out of order', () =>
  inFolder(folder => {
    const path = join(folder, 'a.safetensors');
    writeFileSync(path, file(JSON.stringify({ b: f64(8, 16, []), a: f64(0, 8, []) }), 16));
    assert.equal([...readSafetensors(path).tensors.keys()], ['b', 'a']);
  }));

const HOSTILE: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ['empty', new Uint8Array(), /at least 8 bytes, got 0/],
  [
    'header longer than the file',
    file('{}').subarray(0, 9),
    /header must end inside the file, got length 2 at byte 0/,
  ],
  [
    'huge header',
    Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255),
    /header length at byte 0 must be at most/,
  ],
  ['no JSON', file('{"a"'), /header \(f\): must be JSON/],
  ['not UTF-8', Buffer.concat([file('  ').subarray(0, 8), Uint8Array.of(0xff, 0xfe)]), /must be UTF-8/],
  ['no object', file([]), /must be an object, got \[\]/],
  [
    'duplicate',
    file('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{}}'),
    /distinct, got "a" twice/,
  ],
  ['deep', file('['.repeat(100) + ']'.repeat(100)), /nesting must be at most 64 deep/],
  ['metadata', file({ __metadata__: { a: 1 } }), /__metadata__.a must be a string, got 1/],
  ['metadata list', file({ __metadata__: [] }), /__metadata__ must be an object of strings/],
  ['entry', file({ a: null }), /"a" must be described by an object, got null/],
  [
    'dtype',
    file({ a: { dtype: 'F16', shape: [1], data_offsets: [0, 2] } }, 2),
    /dtype among .*, got "F16".*convert it/,
  ],
  [
    'dtype of a prototype',
    file({ a: { dtype: 'toString', shape: [], data_offsets: [0, 0] } }),
    /dtype among/,
  ],
  ['shape', file({ a: f64(0, 8, [-1]) }, 8), /non-negative integers, got \[-1\]/],
  ['fractional shape', file({ a: f64(0, 8, [1.5]) }, 8), /non-negative integers/],
  [
    'overflowing shape',
    file({ a: f64(0, 8, [2 ** 53 - 1, 2 ** 53 - 1]) }, 8),
    /shape of at most 17179869184 bytes/,
  ],
  ['shape beyond integers', file({ a: f64(0, 8, [2 ** 53]) }, 8), /non-negative integers/],
  ['huge shape of nothing', file({ a: f64(0, 0, [0, 2 ** 40]) }), /shape of at most 17179869184 bytes/],
  ['many dimensions', file({ a: f64(0, 8, Array(17).fill(1)) }, 8), /shape of at most 16 non-negative/],
  [
    'many tensors',
    file(Object.fromEntries(Array.from({ length: 16385 }, (_, i) => [i, f64(0, 0, [0])]))),
    /at most 16384 tensors, got 16385/,
  ],
  [
    'offsets',
    file({ a: { dtype: 'U8', shape: [0], data_offsets: [1] } }),
    /must have data_offsets \[begin, end\]/,
  ],
  ['offsets backwards', file({ a: f64(8, 0, [1]) }, 8), /must have data_offsets/],
  ['size', file({ a: f64(0, 8, [2]) }, 8), /F64 \[2\], must have 16 bytes, got 8/],
  ['overlap', file({ a: f64(0, 16), b: f64(8, 24) }, 24), /"b" must begin at data offset 16, .*, got 8/],
  ['hole', file({ a: f64(0, 8), b: f64(16, 24) }, 24), /"b" must begin at data offset 8, .*, got 16/],
  ['beyond the end', file({ a: f64(0, 8 * 2 ** 30) }, 8), /data must have the 8589934592 bytes .*, got 8/],
  ['trailing data', file({ a: f64(0, 8) }, 9), /data must have the 8 bytes .*, got 9/],
];

for (const [name, bytes, pattern] of HOSTILE)
  test(`refuses: ${name}`, async () => {
    const error = await errorOf(() => parseSafetensors(bytes, 'f'));
    assert.instance(error, InputError);
    assert.match(error.message, pattern);
  });

test.run();
