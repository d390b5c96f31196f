/**
 * @file What a few of ONNX Runtime's operators cost, each beside the ways to do without it or do it in one: why graphs are lowered as
 * they are. The first way of each question is what the engine does.
 */
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { toBytes } from '../src/engine/onnx/lower.js';
import type { OnnxNode, OnnxTensor } from '../src/formats/onnx/model.js';
import { fill, stream } from '../src/theory/random.js';
import type { Ratio } from './peer.js';
import { median, range } from './spread.js';

/** Pixels of 32 images of 32x32, and channels: 8 MiB. */
const [PIXELS, CHANNELS] = [32 ** 3, 64];
const ROWS = [PIXELS, CHANNELS];
const IMAGES = [32, CHANNELS, 32, 32];
const CHANNEL = [CHANNELS];

type Ints = readonly number[];

/** One way: inputs by name and shape, operators, and the outputs that all ways of a question agree in. */
interface Way {
  readonly says: string;
  readonly inputs: Readonly<Record<string, Ints>>;
  readonly nodes: readonly OnnxNode[];
  readonly output: Ints;
}

const node = (
  op: string,
  inputs: string,
  output: string,
  attributes: OnnxNode['attributes'] = {},
): OnnxNode => ({ name: output, op, inputs: inputs.split(' '), outputs: output.split(' '), attributes });

const number = (name: string, value: number): OnnxTensor => ({
  ...{ name, type: 'float32', dims: [] },
  data: new Uint8Array(Float32Array.of(value).buffer),
});

const CONSTANTS: readonly OnnxTensor[] = [
  { name: 'first', type: 'int64', dims: [1], data: new Uint8Array(BigInt64Array.of(0n).buffer) },
  number('share', 1 / PIXELS),
  number('one', 1),
  number('nothing', 0),
  number('epsilon', 1e-5),
];

const keep = { keepdims: { int: 0 } };
const STATISTICS = { scale: CHANNEL, shift: CHANNEL, mean: CHANNEL, variance: CHANNEL };
const norm = 'x scale shift mean variance';
const training = { training_mode: { int: 1 } };

const moments = (squares: readonly OnnxNode[]): OnnxNode[] => [
  node('ReduceSum', 'x first', 'sum', keep),
  node('Mul', 'sum share', 'average'),
  node('Sub', 'x average', 'centred'),
  ...squares,
  node('Mul', 'squares share', 'spread'),
  node('Add', 'spread epsilon', 'safe'),
  node('Sqrt', 'safe', 'deviation'),
  node('Div', 'scale deviation', 'factor'),
  node('Mul', 'centred factor', 'scaled'),
  node('Add', 'scaled shift', 'y'),
];
const affine = { scale: CHANNEL, shift: CHANNEL };
const product = [
  node('Mul', 'centred centred', 'squared'),
  node('ReduceSum', 'squared first', 'squares', keep),
];

const QUESTIONS: Readonly<Record<string, readonly Way[]>> = {
  'batch normalisation in training': [
    {
      says: 'sums, differences and products',
      inputs: { x: ROWS, ...affine },
      nodes: moments(product),
      output: ROWS,
    },
    {
      says: 'the same with ReduceSumSquare',
      inputs: { x: ROWS, ...affine },
      nodes: moments([node('ReduceSumSquare', 'centred first', 'squares', keep)]),
      output: ROWS,
    },
    {
      says: 'BatchNormalization, pixels first',
      inputs: { x: ROWS, ...STATISTICS },
      nodes: [node('BatchNormalization', norm, 'y newMean newVariance', training)],
      output: ROWS,
    },
    {
      says: 'BatchNormalization, channels first',
      inputs: { x: IMAGES, ...STATISTICS },
      nodes: [node('BatchNormalization', norm, 'y newMean newVariance', training)],
      output: IMAGES,
    },
  ],
  'scale, shift and ReLU': [
    {
      says: 'a product, a sum and Relu',
      inputs: { x: ROWS, ...affine },
      nodes: [
        node('Mul', 'x scale', 'scaled'),
        node('Add', 'scaled shift', 'moved'),
        node('Relu', 'moved', 'y'),
      ],
      output: ROWS,
    },
    {
      says: 'a grouped 1x1 Conv with Relu, channels first',
      inputs: { x: IMAGES, scale: [CHANNELS, 1, 1, 1], shift: CHANNEL },
      nodes: [
        node('Conv', 'x scale shift', 'moved', { group: { int: CHANNELS } }),
        node('Relu', 'moved', 'y'),
      ],
      output: IMAGES,
    },
  ],
  'a gradient times the mask of ReLU': [
    {
      says: 'Ceil and Min',
      inputs: { x: ROWS, dy: ROWS },
      nodes: [
        node('Relu', 'x', 'positive'),
        node('Ceil', 'positive', 'high'),
        node('Min', 'high one', 'mask'),
        node('Mul', 'dy mask', 'y'),
      ],
      output: ROWS,
    },
    {
      says: 'Sign',
      inputs: { x: ROWS, dy: ROWS },
      nodes: [node('Relu', 'x', 'positive'), node('Sign', 'positive', 'mask'), node('Mul', 'dy mask', 'y')],
      output: ROWS,
    },
    {
      says: 'Greater and Where',
      inputs: { x: ROWS, dy: ROWS },
      nodes: [
        node('Relu', 'x', 'positive'),
        node('Greater', 'positive nothing', 'mask'),
        node('Where', 'mask dy nothing', 'y'),
      ],
      output: ROWS,
    },
    {
      says: 'two casts',
      inputs: { x: ROWS, dy: ROWS },
      nodes: [
        node('Relu', 'x', 'positive'),
        node('Cast', 'positive', 'is', { to: { int: 9 } }),
        node('Cast', 'is', 'mask', { to: { int: 1 } }),
        node('Mul', 'dy mask', 'y'),
      ],
      output: ROWS,
    },
  ],
  'a sum of squares by channel': [
    {
      says: 'a product and ReduceSum',
      inputs: { centred: ROWS },
      nodes: named(product, 'squares'),
      output: CHANNEL,
    },
    {
      says: 'ReduceSumSquare',
      inputs: { centred: ROWS },
      nodes: [node('ReduceSumSquare', 'centred first', 'y', keep)],
      output: CHANNEL,
    },
  ],
};

/** The nodes with the last output called y. */
function named(nodes: readonly OnnxNode[], last: string): OnnxNode[] {
  return nodes.map(each => (each.outputs[0] === last ? { ...each, outputs: ['y'] } : each));
}

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
  return new Tensor('float32', used, [...dims]);
}

async function open({ says, inputs, nodes, output }: Way): Promise<Opened> {
  const ports = Object.entries(inputs).map(([name, dims]) => ({ name, type: 'float32' as const, dims }));
  const model = {
    ...{ name: 'kernels', nodes, initializers: CONSTANTS, inputs: ports },
    outputs: [{ name: 'y', type: 'float32' as const, dims: output }],
  };
  const session = await InferenceSession.create(toBytes(model), {
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

/** Prints milliseconds for 8 MiB on one thread, the least and the median of turns, and the ratio of the least to the first way's. */
export async function kernels(): Promise<{ ratios: Ratio[] }> {
  const ratios: Ratio[] = [];
  for (const [question, ways] of Object.entries(QUESTIONS)) ratios.push(...(await answer(question, ways)));
  return { ratios };
}
