import * as assert from 'uvu/assert';
import { crc32c, eventFile } from '../../src/formats/tensorboard.js';
import { suite } from '../harness.js';

const test = suite('tensorboard');

test('CRC-32C of the examples of RFC 3720, appendix B.4, and of the usual check string', () => {
  const of = (bytes: Iterable<number>): number => crc32c(Uint8Array.from(bytes));
  const range = Array.from({ length: 32 }, (_, i) => i);
  assert.is(of(new Array(32).fill(0)), 0x8a9136aa);
  assert.is(of(new Array(32).fill(0xff)), 0x62a8ab43);
  assert.is(of(range), 0x46dd794e);
  assert.is(of(range.toReversed()), 0x113fdb5c);
  assert.is(crc32c(Buffer.from('123456789')), 0xe3069283);
});

/** The frames of a file, each checksum checked by the bitwise definition rather than by a table. */
function frames(file: Uint8Array): Buffer[] {
  const bytes = Buffer.from(file);
  const crc = (data: Uint8Array): number => {
    let rest = 0xffffffff;
    for (const byte of data) {
      rest ^= byte;
      for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0x82f63b78 : rest >>> 1;
    }
    const value = (rest ^ 0xffffffff) >>> 0;
    return (((value >>> 15) | (value << 17)) + 0xa282ead8) >>> 0;
  };
  const all: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at));
    if (bytes.readUInt32LE(at + 8) !== crc(bytes.subarray(at, at + 8))) throw new Error('length is damaged');
    const data = bytes.subarray(at + 12, at + 12 + length);
    if (bytes.readUInt32LE(at + 12 + length) !== crc(data)) throw new Error('data are damaged');
    all.push(data);
    at += length + 16;
  }
  return all;
}

type Field = readonly [number: number, value: number | Buffer];

/** The fields of a protobuf message, by hand. */
function fields(data: Buffer): Field[] {
  const found: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = data[at++]!;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < data.length) {
    const tag = varint();
    const kind = tag & 7;
    const take = (size: number): Buffer => {
      at += size;
      return data.subarray(at - size, at);
    };
    if (kind === 0) found.push([tag >>> 3, varint()]);
    else if (kind === 1) found.push([tag >>> 3, take(8).readDoubleLE(0)]);
    else if (kind === 5) found.push([tag >>> 3, take(4).readFloatLE(0)]);
    else {
      const length = varint();
      found.push([tag >>> 3, take(length)]);
    }
  }
  return found;
}

const only = (data: Buffer, number: number): number | Buffer | undefined =>
  fields(data).find(([n]) => n === number)?.[1];

const SCALARS = [
  { tag: 'loss', step: 300, value: 0.5 },
  { tag: 'loss', step: 0, value: 2 },
  { tag: 'kl', step: 300, value: -1e300 },
];

test('an event file read back by another reader: version, steps ascending, tags and values', () => {
  const [version, ...events] = frames(eventFile(SCALARS));
  assert.is(String(only(version!, 3)), 'brain.Event:2');
  const read = events.map(event => ({
    step: only(event, 2) ?? 0,
    values: fields(only(event, 5) as Buffer).map(([, value]) => [
      String(only(value as Buffer, 1)),
      only(value as Buffer, 2),
    ]),
  }));
  assert.equal(read, [
    { step: 0, values: [['loss', 2]] },
    {
      step: 300,
      values: [
        ['loss', 0.5],
        ['kl', Number.NEGATIVE_INFINITY],
      ],
    },
  ]);
});

/**
 * A file that TensorFlow wrote for the scalar `accuracy` of 0.99 at step 77, as TensorBoard's own tests have
 * it (tensorflow/tensorboard, commit 2d298a3, tensorboard/data/server/tf_record.rs; Apache-2.0).
 */
const TENSORFLOW = Buffer.from(
  [
    '1800000000000000a37f4b22', // 24 bytes and their checksum
    '090000803899d6d7411a0d627261696e2e4576656e743a32', // wall time, brain.Event:2
    '124b36ab',
    '3200000000000000241956ec',
    '09c405b73d99d6d741104d2a25', // wall time, step 77, a summary of 37 bytes
    '0a230a086163637572616379420a080112002204a4707d3f4a0b0a090a077363616c617273',
    'a55b6433',
  ].join(''),
  'hex',
);

test("TensorFlow's own file: the reader of these tests reads it, and ours begins with the same bytes but for the time", () => {
  const [version, event, ...more] = frames(TENSORFLOW);
  assert.is(more.length, 0);
  assert.is(String(only(version!, 3)), 'brain.Event:2');
  assert.is(only(event!, 2), 77);
  const value = only(only(event!, 5) as Buffer, 1) as Buffer;
  assert.is(String(only(value, 1)), 'accuracy');
  assert.is((only(only(value, 8) as Buffer, 4) as Buffer).readFloatLE(0), Math.fround(0.99));

  const ours = eventFile([{ tag: 'accuracy', step: 77, value: 0.99 }]);
  const timeless = (file: Uint8Array): [head: string, version: string, event: string] => {
    const bytes = Buffer.from(file);
    const [first, second] = frames(bytes);
    // the length of the summary and of its value differ: TensorFlow holds the number as a tensor
    const withoutLengths = Buffer.from(second!.subarray(9).filter((_, i) => i !== 3 && i !== 5));
    return [
      bytes.subarray(0, 12).toString('hex'),
      first!.subarray(9).toString('hex'),
      withoutLengths.subarray(0, 14).toString('hex'),
    ];
  };
  assert.equal(timeless(ours), timeless(TENSORFLOW));
  const written = only(only(frames(ours)[1]!, 5) as Buffer, 1) as Buffer;
  assert.equal(fields(written).at(1), [2, Math.fround(0.99)], 'simple_value, field 2 of Summary.Value');
});

test('the reader sees a changed byte', () => {
  const file = eventFile(SCALARS);
  file[file.length - 6]! ^= 1;
  assert.throws(() => frames(file), /damaged/);
});

test.run();
