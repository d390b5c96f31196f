/** @file Small archives and records made by the tests themselves. */
import { gzipSync } from 'node:zlib';

export interface TarEntry {
  readonly name: string;
  readonly data?: Uint8Array;
  readonly type?: string;
  readonly prefix?: string;
}

function header({ name, data = new Uint8Array(), type = '0', prefix = '' }: TarEntry): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0, 'latin1');
  block.write('0000644\0', 100);
  block.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124);
  block.write(type, 156, 'latin1');
  block.write('ustar\0' + '00', 257);
  block.write(prefix, 345, 'latin1');
  block.fill(' ', 148, 156);
  const sum = block.reduce((a, b) => a + b, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

/** A tar archive, ended by two empty blocks. */
export const tar = (entries: readonly TarEntry[]): Buffer =>
  Buffer.concat([
    ...entries.flatMap(entry => {
      const data = entry.data ?? new Uint8Array();
      return [header(entry), data, new Uint8Array((512 - (data.length % 512)) % 512)];
    }),
    new Uint8Array(1024),
  ]);

export const tarGz = (entries: readonly TarEntry[]): Buffer => gzipSync(tar(entries));

/** CIFAR-10 records: label r mod 10, pixel p of record r is (7 r + p) mod 256. */
export function cifarRecords(count: number): Uint8Array {
  const bytes = new Uint8Array(count * 3073);
  for (let r = 0; r < count; r++) {
    bytes[r * 3073] = r % 10;
    for (let p = 0; p < 3072; p++) bytes[r * 3073 + 1 + p] = (7 * r + p) % 256;
  }
  return bytes;
}

/** An IDX array of unsigned bytes. */
export function idx(shape: readonly number[], data: Uint8Array): Buffer {
  const head = Buffer.alloc(4 + 4 * shape.length);
  head[2] = 8;
  head[3] = shape.length;
  for (const [i, size] of shape.entries()) head.writeUInt32BE(size, 4 + 4 * i);
  return Buffer.concat([head, data]);
}
