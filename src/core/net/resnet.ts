/**
 * @file The ResNet-18 autoencoder of the SAMBA experiments (Reizinger & Huszar 2023, section 4): He et al.
 * 2016, mirrored.
 */
import { ACTIVATIONS, type ActivationName, type OutputName } from './activation.js';
import { batchNorm } from './batch-norm.js';
import { convLayer, denseLayer, type Layer, layered, pointwise, sequence, sum } from './compose.js';
import { checkSizes, globalPool, unflatten, upsample } from './layers.js';
import type { Autoencoder, Mode, PosteriorKind } from './network.js';

export interface ResNetSpec {
  /** Channels of the first stage: 64 in the paper; the stages have 1, 2, 4 and 8 times as many. */
  readonly width: number;
  /** 256 in the released code. */
  readonly latent: number;
  readonly activation: ActivationName;
  /** What follows the last convolution; 'identity' when not said. */
  readonly output?: OutputName;
  readonly posterior?: PosteriorKind;
  /** [height, width, channels]; height and width divisible by 8. CIFAR-10's [32, 32, 3] when not said. */
  readonly image?: readonly [number, number, number];
}

type Direction = 'down' | 'up';
interface Parts {
  readonly norm: (name: string, channels: number) => Layer;
  readonly activation: Layer;
}

/**
 * A basic block: two 3x3 convolutions and a skip, a 1x1 convolution where the shape changes. 'down' strides
 * the first convolution; 'up' repeats pixels before the second one and before the skip.
 */
function block(
  name: string,
  [inputs, outputs]: readonly [number, number],
  direction: Direction,
  factor: 1 | 2,
  { norm, activation }: Parts,
): Layer {
  const stride = direction === 'down' ? factor : 1;
  const middle = direction === 'down' ? outputs : inputs;
  const widen = direction === 'up' && factor === 2 ? [pointwise(upsample)] : [];
  const main = sequence(
    convLayer(`${name}.c1`, inputs, middle, { size: 3, stride, padding: 1 }),
    norm(`${name}.b1`, middle),
    activation,
    ...widen,
    convLayer(`${name}.c2`, middle, outputs, { size: 3, stride: 1, padding: 1 }),
    norm(`${name}.b2`, outputs),
  );
  const skip =
    factor === 1 && inputs === outputs
      ? sequence()
      : sequence(
          ...widen,
          convLayer(`${name}.skip.0`, inputs, outputs, { size: 1, stride, padding: 0 }),
          norm(`${name}.skip.1`, outputs),
        );
  return sequence(sum(main, skip), activation);
}

/**
 * Four stages of two blocks each; `factors` says by how much the first block of each changes height and
 * width.
 */
const stages = (
  name: string,
  channels: readonly number[],
  direction: Direction,
  factors: readonly (1 | 2)[],
  parts: Parts,
): Layer =>
  sequence(
    ...factors.flatMap((factor, i) => {
      const [inputs, outputs] = [channels[i]!, channels[i + 1]!];
      return [
        block(`${name}.${2 * i}`, [inputs, outputs], direction, factor, parts),
        block(`${name}.${2 * i + 1}`, [outputs, outputs], direction, 1, parts),
      ];
    }),
  );

function check({ width, latent, image = CIFAR }: ResNetSpec): void {
  checkSizes('network', [width, latent, ...image]);
  if (image[0] % 8 !== 0 || image[1] % 8 !== 0)
    throw new Error(
      `network: image height and width must be divisible by 8, got [${image}] - crop or pad the images`,
    );
}

const CIFAR = [32, 32, 3] as const;

/**
 * Encoder: 3x3 stem `encoder.c`, then the blocks `encoder.body.0` to `.7`, the mean over all pixels, and the
 * heads. Decoder: dense `decoder.lin` to the smallest feature map, the blocks `decoder.body.0` to `.7`, 3x3
 * convolution `decoder.out`. Each block has `c1`, `b1`, `c2`, `b2` and, where the shape changes, `skip.0` and
 * `skip.1`. No biases but those of batch normalisation and dense layers. Made in training mode.
 */
export function resnetAutoencoder(spec: ResNetSpec, mode: Mode = { kind: 'training' }): Autoencoder {
  check(spec);
  const { width: w, latent, posterior = 'none', image = CIFAR } = spec;
  const parts: Parts = {
    norm: (name, channels) => batchNorm(name, channels, mode),
    activation: pointwise(ACTIVATIONS[spec.activation].apply),
  };
  const deepest = 8 * w;
  const [rows, columns] = [image[0] / 8, image[1] / 8];
  const three = { size: 3, stride: 1, padding: 1 };
  const encoder = sequence(
    convLayer('encoder.c', image[2], w, three),
    parts.norm('encoder.b', w),
    parts.activation,
    stages('encoder.body', [w, w, 2 * w, 4 * w, deepest], 'down', [1, 2, 2, 2], parts),
    pointwise(globalPool),
  );
  const decoder = sequence(
    denseLayer('decoder.lin', latent, deepest * rows * columns),
    pointwise(unflatten(rows, columns, deepest)),
    stages('decoder.body', [deepest, 4 * w, 2 * w, w, w], 'up', [2, 2, 2, 1], parts),
    convLayer('decoder.out', w, image[2], three),
    pointwise(ACTIVATIONS[spec.output ?? 'identity'].apply),
  );
  return layered({ data: image, latent, posterior }, { encoder, features: deepest, decoder }, other =>
    resnetAutoencoder(spec, other),
  );
}
