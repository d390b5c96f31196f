/**
 * @file Dense autoencoders with parameters and a batch, of shapes from a finite list so that traces are
 * shared.
 */
import fc from 'fast-check';
import type { ActivationName } from '../../src/core/net/activation.js';
import { type DenseSpec, denseAutoencoder } from '../../src/core/net/dense.js';
import type { PosteriorKind } from '../../src/core/net/network.js';
import { sizeOf } from '../../src/engine/graph/graph.js';
import { logUniform, normal } from './numbers.js';
import { plainRecord } from './record.js';
import { vector } from './vector.js';

/** A network and the number of samples in a batch. */
export interface Shape {
  readonly net: DenseSpec;
  readonly batch: number;
}

/** A dense network whose heads make the decoder's first width of latents, and its batch. */
export const shape = (
  activation: ActivationName,
  encoder: readonly number[],
  decoder: readonly number[],
  batch: number,
  posterior: PosteriorKind = 'none',
): Shape => ({
  net: { encoder, latent: decoder[0]!, decoder, activation, output: 'identity', posterior },
  batch,
});

/**
 * Shapes by what they are for. Every list has unequal widths, so that no transposed or mislabelled axis goes
 * unseen.
 */
export const SHAPES = {
  /** Infinitely smooth decoders; d = 1 and D = 1 among them. */
  smooth: [
    shape('tanh', [5, 4], [3, 6, 5], 2),
    shape('sigmoid', [4, 3], [2, 7, 4], 3),
    shape('softplus', [3, 4], [4, 5, 3], 2),
    shape('sin', [6, 5], [5, 4, 6], 2),
    shape('gelu', [4, 5], [3, 6, 4], 2),
    shape('tanh', [12, 7], [2, 5, 4, 12], 2),
    shape('tanh', [3, 2], [1, 4, 3], 3),
    shape('softplus', [1, 3], [2, 4, 1], 2),
  ],
  /** One smooth shape for negative controls: d >= 2, so that no factor sqrt(d) hides. */
  control: [shape('tanh', [5, 4], [4, 6, 5], 3)],
  /** The reconstruction error is quadratic in the code. */
  linear: [
    shape('tanh', [5, 4], [3, 5], 2),
    shape('tanh', [3, 4], [4, 3], 3),
    shape('tanh', [4, 3], [1, 4], 2),
  ],
  /** Quadratic inside each cell of the decoder's activation pattern. */
  relu: [shape('relu', [5, 4], [3, 6, 5], 2), shape('relu', [4, 3], [2, 8, 4], 2)],
  /** Infinitely smooth inside each cell, with a second derivative that jumps between them. */
  elu: [shape('elu', [5, 4], [3, 6, 5], 2)],
  /** The encoder gives the variance too. */
  learned: [
    shape('tanh', [5, 4], [3, 6, 5], 2, 'diagonal'),
    shape('softplus', [4, 5], [4, 5, 4], 3, 'diagonal'),
    shape('sin', [5, 4], [3, 5, 5], 2, 'cholesky'),
  ],
  /** The encoder gives the variance, and the reconstruction error is quadratic in the code. */
  linearLearned: [shape('tanh', [4, 5], [3, 4], 2, 'diagonal'), shape('tanh', [5, 4], [3, 5], 3, 'cholesky')],
} as const satisfies Record<string, readonly Shape[]>;

/** A network with its parameters and data. Numbers are row-major, names and shapes those of PyTorch. */
export interface AutoencoderCase {
  readonly shape: Shape;
  readonly params: Readonly<Record<string, readonly number[]>>;
  /** [batch, data] */
  readonly x: readonly number[];
  /** Standard deviation of a fixed posterior; never 1. */
  readonly alpha: number;
}

/** Weights that keep activations of order one whatever the fan-in. */
const GAIN = 1.25;

/** Random parameters and data for one shape. */
export function autoencoderOf(shape: Shape): fc.Arbitrary<AutoencoderCase> {
  const { shapes, fanIn } = denseAutoencoder(shape.net);
  const parameter = ([name, dims]: [string, readonly number[]]): [string, fc.Arbitrary<number[]>] => {
    const std = name.endsWith('.weight') ? GAIN / Math.sqrt(fanIn[name]!) : GAIN / 2;
    return [name, vector(sizeOf(dims), normal({ std, bits: 6 }))];
  };
  return plainRecord({
    shape: fc.constant(shape),
    params: plainRecord(Object.fromEntries(Object.entries(shapes).map(parameter))),
    x: vector(shape.batch * shape.net.encoder[0]!, normal({ bits: 6 })),
    alpha: logUniform({ min: 1 / 16, max: 4 }).filter(alpha => alpha !== 1),
  });
}

/** Random parameters and data for the shapes of a list, each as often as the others. */
export const autoencoders = (shapes: readonly Shape[]): fc.Arbitrary<AutoencoderCase> =>
  fc.oneof(...shapes.map(autoencoderOf));
