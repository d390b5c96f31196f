/**
 * @file Event files of TensorBoard: records framed as TFRecord, each an Event of
 * tensorflow/core/util/event.proto (Apache-2.0; the numbers below are its field numbers).
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** The reflected polynomial of CRC-32C (Castagnoli), RFC 3720. */
const POLYNOMIAL = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  return crc;
});

export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
  return ~crc >>> 0;
}

/**
 * TFRecord's masking, so that a checksum of data that holds checksums is none of them: rotated by 15, plus a
 * constant.
 */
const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;

/** Length, its checksum, the data, its checksum; all little-endian. */
function record(data: Uint8Array): Uint8Array {
  const framed = Buffer.alloc(data.length + 16);
  framed.writeBigUInt64LE(BigInt(data.length), 0);
  framed.writeUInt32LE(masked(crc32c(framed.subarray(0, 8))), 8);
  framed.set(data, 12);
  framed.writeUInt32LE(masked(crc32c(data)), 12 + data.length);
  return framed;
}

export interface Scalar {
  readonly tag: string;
  readonly step: number;
  readonly value: number;
}

/** The first record of every event file. */
function version(): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Bit64).double(0);
  writer.tag(3, WireType.LengthDelimited).string('brain.Event:2');
  return writer.finish();
}

/** An event with the scalars of one step: wall_time, step, summary > value > tag, simple_value. */
function event(step: number, scalars: readonly Scalar[]): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.Bit64).double(0);
  writer.tag(2, WireType.Varint).int64(step);
  writer.tag(5, WireType.LengthDelimited).fork();
  for (const { tag, value } of scalars) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(tag);
    writer.tag(2, WireType.Bit32).float(value);
    writer.join();
  }
  writer.join();
  return writer.finish();
}

/** Beyond a 32-bit float's range there is only infinity; the writer refuses such numbers. */
const LARGEST = 3.4028234663852886e38;
const toFloat = (value: number): number =>
  Math.abs(value) > LARGEST ? Math.sign(value) * Number.POSITIVE_INFINITY : value;

/**
 * The bytes of an event file, steps ascending. The wall time of every event is 0: the same scalars give the
 * same bytes, and the time at which a number was written is none of its properties.
 */
export function eventFile(scalars: readonly Scalar[]): Uint8Array {
  const steps = new Map<number, Scalar[]>();
  for (const scalar of scalars) {
    const some = steps.get(scalar.step) ?? [];
    some.push({ ...scalar, value: toFloat(scalar.value) });
    steps.set(scalar.step, some);
  }
  const events = [...steps].sort(([a], [b]) => a - b).map(([step, some]) => event(step, some));
  return Buffer.concat([version(), ...events].map(record));
}
