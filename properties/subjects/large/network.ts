/** @file The ResNet-18 autoencoder of the experiments at 32x32 pixels, with free codes, in doubles. */
import type * as tf from '@tensorflow/tfjs';
import type { ActivationName } from '../../../src/core/net/activation.js';
import type { Autoencoder, ParamShapes, Params } from '../../../src/core/net/network.js';
import { resnetAutoencoder } from '../../../src/core/net/resnet.js';
import { evaluated } from '../../../src/core/net/running.js';
import type { Specs } from '../../../src/engine/spec.js';
import type { Traceable } from '../../../src/engine/trace.js';
import { prefixed, withFreeCodes } from '../network/network.js';

export interface Large {
  /** Channels of the first stage: 64 in the experiments. */
  readonly width: number;
  readonly activation: ActivationName;
  readonly batch: number;
  /** Whether batch normalisation takes the statistics of the batch or those that are inputs. */
  readonly mode: 'training' | 'evaluation';
}

/** As in the experiments: what `--deep` checks. */
export const FULL_WIDTH = 64;

export const LATENT = 8;

export const plainNetwork = ({ width, activation }: Pick<Large, 'width' | 'activation'>): Autoencoder =>
  resnetAutoencoder({ width, latent: LATENT, activation });

/** The tensors under `<prefix>.`, by the rest of their names. */
export const under = (prefix: string, all: Params): Params =>
  Object.fromEntries(
    Object.entries(all).flatMap(([name, tensor]) =>
      name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), tensor]] : [],
    ),
  );

/** What a function of the network is given. */
export interface Within {
  readonly net: Autoencoder;
  readonly params: Params;
  readonly x: tf.Tensor;
  /** The other inputs of the program. */
  readonly more: Readonly<Record<string, tf.Tensor>>;
}

/** A function of a large network as a program: inputs `param.*`, `statistics.*`, `x` and those of `more`. */
export function functionOf(
  large: Large,
  more: Specs,
  fn: (given: Within) => Record<string, tf.Tensor>,
): { readonly specs: Specs; readonly fn: Traceable } {
  const plain = plainNetwork(large);
  const shapes: ParamShapes = {
    ...prefixed('param', withFreeCodes(plain, large.batch).shapes),
    ...prefixed('statistics', plain.normalised!.statistics),
    x: [large.batch, ...plain.data],
  };
  const specs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }]));
  return {
    specs: { ...specs, ...more },
    fn: all => {
      const statistics = under('statistics', all);
      const inMode = large.mode === 'training' ? plain : evaluated(plain, statistics);
      const net = withFreeCodes(inMode, large.batch);
      return fn({ net, params: under('param', all), x: all.x!, more: all });
    },
  };
}
