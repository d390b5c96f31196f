/** @file The convolutional autoencoders of Kumar & Poole 2020, appendix D. */
import { ACTIVATIONS, type ActivationName } from './activation.js';
import { batchNorm } from './batch-norm.js';
import {
  biased,
  convLayer,
  denseLayer,
  type Layer,
  layered,
  pointwise,
  sequence,
  transposedLayer,
} from './compose.js';
import { checkSizes, flatten, unflatten } from './layers.js';
import type { Autoencoder, Mode, PosteriorKind } from './network.js';

type Stage = readonly [filters: number, stride: number];

interface Table {
  readonly image: readonly [number, number, number];
  /** Size of all filters. */
  readonly size: number;
  readonly encoder: readonly Stage[];
  /** [height, width, channels] of the feature maps that the decoder's dense layer makes. */
  readonly seed: readonly [number, number, number];
  /** Transposed convolutions; after the last one there is no normalisation. */
  readonly decoder: readonly Stage[];
}

const TABLES = {
  mnist: {
    image: [28, 28, 1],
    size: 4,
    encoder: [
      [64, 1],
      [128, 2],
      [256, 2],
      [512, 2],
      [512, 1],
    ],
    seed: [7, 7, 256],
    decoder: [
      [512, 1],
      [256, 1],
      [128, 2],
      [64, 2],
    ],
  },
  // The printed decoder begins at 16x16 and ends at 128x128: corrected to begin at 8x8.
  celeba: {
    image: [64, 64, 3],
    size: 5,
    encoder: [
      [128, 1],
      [256, 2],
      [512, 2],
      [1024, 2],
      [1024, 2],
    ],
    seed: [8, 8, 512],
    decoder: [
      [1024, 1],
      [512, 2],
      [256, 2],
      [128, 2],
    ],
  },
} as const satisfies Record<string, Table>;

export interface KumarPooleSpec {
  readonly dataset: keyof typeof TABLES;
  /** 8 to 20 for MNIST, 128 for CelebA. */
  readonly latent: number;
  readonly posterior?: PosteriorKind;
  /** 'elu' when not said. */
  readonly activation?: ActivationName;
  /** All filters times this; 1 when not said. */
  readonly width?: number;
}

/**
 * 'same' padding as TensorFlow has it. Encoder: `encoder.i.conv`, normalised by `encoder.i.norm`, activated;
 * the heads see the features in PyTorch's order. Decoder: dense `decoder.0.lin` to feature maps, normalised
 * for each channel by `decoder.0.norm`; transposed convolutions `decoder.i.conv` and `decoder.i.norm`, the
 * last without normalisation; a convolution `decoder.out` and a sigmoid. A convolution has a bias where no
 * normalisation follows. Made in training mode.
 */
export function kumarPooleAutoencoder(spec: KumarPooleSpec, mode: Mode = { kind: 'training' }): Autoencoder {
  const { latent, posterior = 'none', width = 1 } = spec;
  const table: Table = TABLES[spec.dataset];
  const { image, size } = table;
  const scaled = (stages: readonly Stage[]) =>
    stages.map(([filters, stride]) => [filters * width, stride] as const);
  const [down, up] = [scaled(table.encoder), scaled(table.decoder)];
  const [rows, columns, seed] = [table.seed[0], table.seed[1], table.seed[2] * width];
  checkSizes('network', [
    latent,
    ...down.map(([filters]) => filters),
    seed,
    ...up.map(([filters]) => filters),
  ]);
  const activation = pointwise(ACTIVATIONS[spec.activation ?? 'elu'].apply);
  const finish = (name: string, channels: number): Layer =>
    sequence(batchNorm(`${name}.norm`, channels, mode), activation);

  const encoder = sequence(
    ...down.flatMap(([filters, stride], i) => [
      convLayer(`encoder.${i}.conv`, down[i - 1]?.[0] ?? image[2], filters, {
        size,
        stride,
        padding: 'same',
      }),
      finish(`encoder.${i}`, filters),
    ]),
    pointwise(flatten),
  );
  const pixels = down.reduce((side, [, stride]) => Math.ceil(side / stride), image[0]) ** 2;
  const features = pixels * down.at(-1)![0];

  const decoder = sequence(
    denseLayer('decoder.0.lin', latent, rows * columns * seed),
    pointwise(unflatten(rows, columns, seed)),
    finish('decoder.0', seed),
    ...up.flatMap(([filters, stride], i) => {
      const name = `decoder.${i + 1}`;
      const conv = transposedLayer(`${name}.conv`, up[i - 1]?.[0] ?? seed, filters, { size, stride });
      if (i < up.length - 1) return [conv, finish(name, filters)];
      return [biased(`${name}.conv`, conv, filters), activation];
    }),
    biased(
      'decoder.out',
      convLayer('decoder.out', up.at(-1)![0], image[2], { size, stride: 1, padding: 'same' }),
      image[2],
    ),
    pointwise(ACTIVATIONS.sigmoid.apply),
  );
  return layered({ data: image, latent, posterior }, { encoder, features, decoder }, other =>
    kumarPooleAutoencoder(spec, other),
  );
}
