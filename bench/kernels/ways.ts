/** @file Questions of what operators cost, and the ways to do the same; the first is what the engine does. */
import type { OnnxNode, OnnxTensor } from '../../src/formats/onnx/model.js';

/** Pixels of 32 images of 32x32, and channels: 8 MiB. */
export const [PIXELS, CHANNELS] = [32 ** 3, 64];
const ROWS = [PIXELS, CHANNELS];
/** The same with channels first. */
export const IMAGES = [32, CHANNELS, 32, 32];
const CHANNEL = [CHANNELS];

export type Ints = readonly number[];

/** One way: inputs by name and shape, operators, and the outputs that all ways of a question agree in. */
export interface Way {
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

export const CONSTANTS: readonly OnnxTensor[] = [
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

export const QUESTIONS: Readonly<Record<string, readonly Way[]>> = {
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
    masked('Ceil and Min', [
      node('Ceil', 'positive', 'high'),
      node('Min', 'high one', 'mask'),
      node('Mul', 'dy mask', 'y'),
    ]),
    masked('Sign', [node('Sign', 'positive', 'mask'), node('Mul', 'dy mask', 'y')]),
    masked('Greater and Where', [
      node('Greater', 'positive nothing', 'mask'),
      node('Where', 'mask dy nothing', 'y'),
    ]),
    masked('two casts', [
      node('Cast', 'positive', 'is', { to: { int: 9 } }),
      node('Cast', 'is', 'mask', { to: { int: 1 } }),
      node('Mul', 'dy mask', 'y'),
    ]),
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

/** From the output of ReLU, `positive`, to y. */
function masked(says: string, nodes: readonly OnnxNode[]): Way {
  const relu = node('Relu', 'x', 'positive');
  return { says, inputs: { x: ROWS, dy: ROWS }, nodes: [relu, ...nodes], output: ROWS };
}

/** The nodes with the last output called y. */
function named(nodes: readonly OnnxNode[], last: string): OnnxNode[] {
  return nodes.map(each => (each.outputs[0] === last ? { ...each, outputs: ['y'] } : each));
}
