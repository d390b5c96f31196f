/**
 * @file Damaging files at random: a reader must read or refuse them, with one error, soon and in little
 * memory.
 */
import * as assert from 'uvu/assert';
import { stream } from '../../src/claims/random.js';
import { InputError } from '../../src/formats/input-error.js';
import { times } from '../soak.js';

const RUNS = times(400, 100_000);
const SLOW_MS = 1000;
const LARGE = 64 * 2 ** 20;

/** Numbers that counts, sizes and offsets might be, as bytes in both orders. */
const EXTREMES: readonly Uint8Array[] = [
  0n,
  1n,
  2n ** 31n - 1n,
  2n ** 32n - 1n,
  2n ** 40n,
  2n ** 63n - 1n,
].flatMap(value => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return [
    bytes,
    bytes.subarray(4),
    Buffer.from(bytes).reverse(),
    Buffer.from(bytes).reverse().subarray(0, 4),
  ];
});

/** Texts that a JSON file or header might hold. */
const TEXTS = [
  '['.repeat(5000),
  '{"a":'.repeat(300),
  '1e999',
  '9007199254740993',
  '{},'.repeat(500),
  '"',
  '\\u0000',
  '-',
];

/**
 * Damages a file: flips bits and bytes, writes extreme numbers, cuts it short, doubles a part, puts texts
 * into it.
 */
function damage(bytes: Uint8Array, random: ReturnType<typeof stream>): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const below = (n: number): number => Math.floor(random.uniform() * n);
  switch (below(8)) {
    case 0:
      return copy.subarray(0, below(copy.length));
    case 1:
      copy.fill([0, 255, 127][below(3)]!, below(copy.length)).subarray(0, copy.length);
      return copy;
    case 2: {
      const at = below(Math.min(copy.length, 64)); // the headers
      copy.fill(255, at, at + 1 + below(8));
      return copy;
    }
    case 3:
      return Buffer.concat([copy, copy.subarray(below(copy.length))]);
    case 4:
      copy[below(copy.length)]! ^= 1 << below(8);
      return copy;
    case 5: {
      const extreme = EXTREMES[below(EXTREMES.length)]!.subarray(0, copy.length);
      copy.set(extreme, below(Math.min(copy.length - extreme.length, 64) + 1));
      return copy;
    }
    case 6: {
      const at = below(copy.length);
      return Buffer.concat([
        copy.subarray(0, at),
        Buffer.from(TEXTS[below(TEXTS.length)]!),
        copy.subarray(at),
      ]);
    }
    default:
      for (let flips = 1 + below(8); flips > 0; flips--) copy[below(copy.length)] = below(256);
      return copy;
  }
}

/** Every damaged file is read or refused with one InputError, soon, and without a large allocation. */
export async function fuzz(
  name: string,
  whole: Uint8Array,
  read: (bytes: Uint8Array) => unknown,
): Promise<void> {
  let refused = 0;
  await read(whole);
  for (let run = 0; run < RUNS; run++) {
    const bytes = damage(whole, stream(1, 'fuzz', name, run));
    const before = process.memoryUsage();
    const start = performance.now();
    try {
      await read(bytes);
    } catch (error) {
      refused++;
      assert.instance(error, InputError, `run ${run}: ${(error as Error).stack}`);
    }
    const after = process.memoryUsage();
    assert.ok(performance.now() - start < SLOW_MS, `run ${run} took ${performance.now() - start} ms`);
    const grown = after.heapTotal + after.arrayBuffers - before.heapTotal - before.arrayBuffers;
    assert.ok(grown < LARGE, `run ${run} allocated ${grown} bytes`);
  }
  assert.ok(refused > RUNS / 10, `only ${refused} of ${RUNS} were refused: is the damage real?`);
}
