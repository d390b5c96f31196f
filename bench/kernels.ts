/**
 * @file What a few of ONNX Runtime's operators cost, each beside the ways to do without it or do it in one:
 * why graphs are lowered as they are. The first way of each question is what the engine does.
 */
import type { Tensor } from 'onnxruntime-node';
import { fill, stream } from '../src/claims/random.js';
import { toBytes } from '../src/engine/onnx/lower.js';
import { onnxRuntime } from '../src/engine/onnx/runtime.js';
import { CHANNELS, CONSTANTS, IMAGES, type Ints, QUESTIONS, type Way } from './kernels/ways.js';
import type { Ratio } from './peer.js';
import { median, range } from './spread.js';

interface Opened {
  readonly says: string;
  run(): Promise<Float32Array>;
  /** In the order of rows, whatever that of the way. */
  rows(): Promise<Float32Array>;
  release(): Promise<void>;
}

const isImages = (dims: Ints): boolean => dims === IMAGES;

/** Rows of pixels as images with channels first, or back: [P, C] is [H W, N, C], images are [N, C, H W]. */
function turned(values: Float32Array, toImages: boolean): Float32Array {
  const [images, area] = [32, 32 ** 2];
  const result = new Float32Array(values.length);
  for (let pixel = 0; pixel < area; pixel++)
    for (let image = 0; image < images; image++)
      for (let channel = 0; channel < CHANNELS; channel++) {
        const row = (pixel * images + image) * CHANNELS + channel;
        const place = (image * CHANNELS + channel) * area + pixel;
        if (toImages) result[place] = values[row]!;
        else result[row] = values[place]!;
      }
  return result;
}

function drawn(name: string, dims: Ints): Tensor {
  const size = dims.reduce((a, b) => a * b, 1);
  const values = fill(new Float32Array(size), 'normal', stream(1, 'kernels', name));
  const used = name === 'variance' ? values.map(Math.abs) : isImages(dims) ? turned(values, true) : values;
  return new (onnxRuntime().Tensor)('float32', used, [...dims]);
}

async function open({ says, inputs, nodes, output }: Way): Promise<Opened> {
  const ports = Object.entries(inputs).map(([name, dims]) => ({ name, type: 'float32' as const, dims }));
  const model = {
    ...{ name: 'kernels', nodes, initializers: CONSTANTS, inputs: ports },
    outputs: [{ name: 'y', type: 'float32' as const, dims: output }],
  };
  const session = await onnxRuntime().InferenceSession.create(toBytes(model), {
    executionMode: 'sequential',
    intraOpNumThreads: THREADS,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const feeds = Object.fromEntries(ports.map(({ name, dims }) => [name, drawn(name, dims)]));
  const run = async (): Promise<Float32Array> => (await session.run(feeds)).y!.data as Float32Array;
  return {
    ...{ says, run },
    rows: async () => (isImages(output) ? turned(await run(), false) : run()),
    release: () => session.release(),
  };
}

/** All ways of a question must have the answer of the first. */
async function checkAgreement(question: string, [first, ...others]: readonly Opened[]): Promise<void> {
  const expected = await first!.rows();
  const largest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  for (const other of others) {
    const got = await other.rows();
    const off = got.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i]!)), 0) / largest;
    if (!(off <= 1e-4))
      throw new Error(`bench: ${question}: ${other.says} must agree with ${first!.says} to 1e-4, got ${off}`);
  }
}

/** Sessions of several threads would wait for work at each other's cost. */
const THREADS = 1;
const REPETITIONS = 60;

async function answer(question: string, ways: readonly Way[]): Promise<Ratio[]> {
  const opened = await Promise.all(ways.map(open));
  await checkAgreement(question, opened);
  const times: number[][] = opened.map(() => []);
  for (let i = 0; i < REPETITIONS; i++)
    for (const [k, { run }] of opened.entries()) {
      const start = performance.now();
      await run();
      times[k]!.push(performance.now() - start);
    }
  for (const { release } of opened) await release();
  console.log(question);
  const least = times.map(all => Math.min(...all));
  return opened.map(({ says }, k) => {
    const value = least[k]! / least[0]!;
    const ms = (time: number): string => time.toFixed(2).padStart(6);
    console.log(`  ${ms(least[k]!)} ms (${ms(median(times[k]!))}) ${value.toFixed(2).padStart(5)}  ${says}`);
    const spread = range(times[k]!.map((time, i) => time / times[0]![i]!));
    return { name: `${question}: ${says}`, value, spread };
  });
}

/**
 * Prints milliseconds for 8 MiB on one thread, the least and the median of turns, and the ratio of the least
 * to the first way's.
 */
export async function kernels(): Promise<{ ratios: Ratio[] }> {
  const ratios: Ratio[] = [];
  for (const [question, ways] of Object.entries(QUESTIONS)) ratios.push(...(await answer(question, ways)));
  return { ratios };
}
