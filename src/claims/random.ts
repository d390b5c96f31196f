/**
 * @file Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1,
 * 2, 3", SC 2011. The same numbers on every machine: integer arithmetic, +, -, *, / and Math.sqrt (correctly
 * rounded in every engine that we know, though ECMAScript only says "approximation"), never Math.log or
 * Math.cos.
 */
import { createHash } from 'node:crypto';
import { normalQuantile } from './normal-quantile.js';

export interface Random {
  /** A uniform integer of [0, 2^32). */
  uint32(): number;
  /** A uniform multiple of 2^-53 of the open interval (0, 1). */
  uniform(): number;
  /** A standard normal number: the quantile of one uniform(), so |normal()| < 8.3. */
  normal(): number;
}

const MULTIPLIER = [0xd2511f53, 0xcd9e8d57] as const;
const WEYL = [0x9e3779b9, 0xbb67ae85] as const;
const ROUNDS = 10;

/** The high word of the 64-bit product of two 32-bit words. */
function mulHigh(a: number, b: number): number {
  const [a0, a1, b0, b1] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  return (a1 * b1 + Math.floor((a0 * b1 + middle) / 0x10000)) >>> 0;
}

/**
 * One block: out = Philox4x32-10(counter, key), as four words.
 * @param counter - four 32-bit words, least significant first
 * @param key - two 32-bit words, least significant first
 */
export function philox4x32(counter: ArrayLike<number>, key: ArrayLike<number>, out: Uint32Array): void {
  let [c0, c1, c2, c3] = [counter[0]!, counter[1]!, counter[2]!, counter[3]!];
  let [k0, k1] = [key[0]!, key[1]!];
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = mulHigh(MULTIPLIER[0], c0);
    const low0 = Math.imul(MULTIPLIER[0], c0);
    const high1 = mulHigh(MULTIPLIER[1], c2);
    const low1 = Math.imul(MULTIPLIER[1], c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL[0]) >>> 0;
    k1 = (k1 + WEYL[1]) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

function checked(label: string | number): string | number {
  if (typeof label === 'number' && !Number.isFinite(label))
    throw new RangeError(`stream: a label must be finite, got ${label} - give the stream a name`);
  return label;
}

/**
 * A stream of its own for every seed and list of labels: 128 bits of a SHA-256 over them choose Philox's key
 * and the upper half of its counter; the lower half counts blocks (2^66 words before a stream repeats).
 * @param seed - an integer of any size; 5 and 5n are the same seed
 * @param labels - what the numbers are for; order matters, and 1 is not '1'
 */
export function stream(seed: number | bigint, ...labels: readonly (string | number)[]): Random {
  if (typeof seed === 'number' && !Number.isSafeInteger(seed))
    throw new RangeError(`stream: seed must be an integer, got ${seed} - use a bigint beyond 2^53`);
  const digest = createHash('sha256')
    .update(JSON.stringify([String(seed), ...labels.map(checked)]))
    .digest();
  const key = [digest.readUInt32LE(0), digest.readUInt32LE(4)];
  const counter = new Uint32Array([0, 0, digest.readUInt32LE(8), digest.readUInt32LE(12)]);
  const block = new Uint32Array(4);
  let used = 4;
  const uint32 = (): number => {
    if (used === 4) {
      philox4x32(counter, key, block);
      counter[0]!++;
      if (counter[0] === 0) counter[1]!++;
      used = 0;
    }
    return block[used++]!;
  };
  const uniform = (): number => {
    for (;;) {
      const bits = (uint32() >>> 5) * 2 ** 26 + (uint32() >>> 6);
      if (bits !== 0) return bits * 2 ** -53;
    }
  };
  return { uint32, uniform, normal: () => normalQuantile(uniform()) };
}

/** Fills an array with uniform() or normal() and returns it. */
export function fill<A extends Float64Array | Float32Array>(
  out: A,
  kind: 'uniform' | 'normal',
  from: Random,
): A {
  for (let i = 0; i < out.length; i++) out[i] = from[kind]();
  return out;
}
