/**
 * @file A convolutional autoencoder for images: strided 3x3 convolutions down, nearest up-sampling and 3x3
 * convolutions up.
 */
import { ACTIVATIONS, type ActivationName, type OutputName } from './activation.js';
import {
  checkSizes,
  conv,
  convLayout,
  dense,
  denseLayout,
  flatten,
  headLayout,
  heads,
  join,
  unflatten,
  upsample,
} from './layers.js';
import type { Autoencoder, PosteriorKind } from './network.js';

export interface ConvSpec {
  /** [height, width, channels]; height and width divisible by 2^(number of stages). */
  readonly image: readonly [number, number, number];
  /** Channels after each stage of the encoder, e.g. [32, 64, 128]; the decoder mirrors them. */
  readonly channels: readonly number[];
  readonly latent: number;
  readonly activation: ActivationName;
  readonly output: OutputName;
  readonly posterior?: PosteriorKind;
}

function check({ image, channels, latent }: ConvSpec): void {
  checkSizes('network', [...image, ...channels, latent]);
  const factor = 2 ** channels.length;
  if (channels.length === 0 || image[0] % factor !== 0 || image[1] % factor !== 0)
    throw new Error(
      `network: image height and width must be divisible by 2^stages with at least one stage, got [${image}] for ${channels.length} stages`,
    );
}

/**
 * Encoder: `encoder.i` (stride 2, then the activation) for each stage; the heads see the features flattened
 * in the order channels, rows, columns, as PyTorch flattens. Decoder: dense `decoder.0` to the smallest
 * feature map, then for each stage up-sampling by 2 and the convolution `decoder.i`; the activation precedes
 * each up-sampling and `output` follows the last convolution.
 */
export function convAutoencoder(spec: ConvSpec): Autoencoder {
  check(spec);
  const { image, channels, latent, posterior = 'none' } = spec;
  const activation = ACTIVATIONS[spec.activation].apply;
  const output = ACTIVATIONS[spec.output].apply;
  const stages = channels.length;
  const height = image[0] / 2 ** stages;
  const width = image[1] / 2 ** stages;
  const deepest = channels.at(-1)!;
  const features = deepest * height * width;
  const down = [image[2], ...channels];
  const up = [...down].reverse();
  return {
    data: image,
    latent,
    posterior,
    ...join([
      ...channels.map((size, i) => convLayout(`encoder.${i}`, down[i]!, size)),
      headLayout(features, latent, posterior),
      denseLayout('decoder.0', latent, features),
      ...channels.map((_, i) => convLayout(`decoder.${i + 1}`, up[i]!, up[i + 1]!)),
    ]),
    encode(params, x) {
      let hidden = x;
      for (let i = 0; i < stages; i++) hidden = activation(conv(params, `encoder.${i}`, hidden, 2));
      return heads(params, flatten(hidden), latent, posterior);
    },
    decode(params, z) {
      let hidden = unflatten(height, width, deepest)(dense(params, 'decoder.0', z));
      for (let i = 1; i <= stages; i++)
        hidden = conv(params, `decoder.${i}`, upsample(activation(hidden)), 1);
      return output(hidden);
    },
  };
}
