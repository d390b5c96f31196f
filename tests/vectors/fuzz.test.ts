/** @file Damaged vectors: one clear error or a vector that can be evaluated, soon and in little memory. */
import { readFileSync } from 'node:fs';
import * as assert from 'uvu/assert';
import { stream } from '../../src/claims/random.js';
import { InputError } from '../../src/formats/input-error.js';
import { evaluate } from '../../src/vectors/evaluate.js';
import { parseVector } from '../../src/vectors/vector.js';
import { fuzz } from '../formats/fuzz.js';
import { suite } from '../harness.js';
import { goldenFiles } from './support.js';

const test = suite('vectors/fuzz');
const file = (id: string): Buffer =>
  readFileSync(goldenFiles().find(path => path.endsWith(`/${id}.safetensors`))!);

for (const id of ['samba-1', 'vsam-0'])
  test(`${id}, damaged at random`, () =>
    fuzz(`vectors ${id}`, file(id), bytes => parseVector(bytes, 'fuzz')));

test('whatever is read can be evaluated', () =>
  fuzz('vectors evaluated', file('vae-3'), bytes => {
    const vector = parseVector(bytes, 'fuzz');
    // numbers that were damaged overflow, and that is all they do
    if (bytes.length % 4 === 0) evaluate(vector);
  }));

interface Entry {
  dtype: unknown;
  shape: unknown;
  data_offsets: unknown;
}

/** The file with its header taken apart and put together again. */
function withHeader(bytes: Buffer, change: (header: Record<string, Entry>) => void): Buffer {
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, Entry>;
  change(header);
  const text = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([size, text, bytes.subarray(8 + length)]);
}

const HUGE = [2 ** 31, 2 ** 32, 2 ** 40, 2 ** 53 - 1, 2 ** 53, 1e18, 1e300];

test('huge shapes, overlapping and stray offsets are refused before anything is allocated', () => {
  const whole = file('samba-1');
  let refused = 0;
  for (let run = 0; run < 400; run++) {
    const random = stream(2, 'vectors/fuzz', run);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random.uniform() * list.length)]!;
    const bytes = withHeader(whole, header => {
      const entry = header[pick(Object.keys(header).filter(name => name !== '__metadata__'))]!;
      const [begin, end] = entry.data_offsets as [number, number];
      const shape = entry.shape as number[];
      switch (Math.floor(random.uniform() * 6)) {
        case 0:
          entry.shape = [...shape, pick(HUGE)];
          break;
        case 1:
          entry.shape = [...shape, pick([0, -1, 0.5, null, '1'])];
          break;
        case 2:
          entry.data_offsets = [begin, pick(HUGE)];
          break;
        case 3:
          entry.data_offsets = [Math.max(0, begin - 8), end - 8];
          break;
        case 4:
          entry.data_offsets = [begin + 8, end + 8];
          break;
        default:
          entry.dtype = pick(['F16', 'F32', 'I64', 'BOOL', '__proto__', 7]);
      }
    });
    const before = process.memoryUsage().arrayBuffers;
    try {
      parseVector(bytes, 'fuzz');
      assert.unreachable(`run ${run} was read`);
    } catch (error) {
      assert.instance(error, InputError, (error as Error).stack);
      refused++;
    }
    assert.ok(process.memoryUsage().arrayBuffers - before < 4 * whole.length, `run ${run}`);
  }
  assert.is(refused, 400);
});

test('a header that claims to be huge is refused', () => {
  const bytes = Buffer.from(file('samba-1'));
  for (const length of [0n, 1n, 7n, BigInt(bytes.length), 2n ** 31n, 2n ** 63n, 2n ** 64n - 1n]) {
    bytes.writeBigUInt64LE(length, 0);
    assert.throws(
      () => parseVector(bytes, 'fuzz'),
      (error: unknown) => error instanceof InputError,
      String(length),
    );
  }
});

test('metadata within limits cannot make the reader slow', () => {
  const bytes = withHeader(file('samba-1'), header => {
    const meta = header.__metadata__ as unknown as Record<string, string>;
    const value = JSON.parse(meta.flatcheck!) as { net: Record<string, unknown> };
    Object.assign(value.net, { encoder: Array(1e5).fill(2 ** 52) });
    meta.flatcheck = JSON.stringify(value);
  });
  const start = performance.now();
  assert.throws(() => parseVector(bytes, 'fuzz'), /net\.encoder must have at most 24 entries/);
  assert.ok(performance.now() - start < 1000);
});

test.run();
