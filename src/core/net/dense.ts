/** @file The dense autoencoder of the conformance vectors. */
import { ACTIVATIONS, type ActivationName, type OutputName } from './activation.js';
import { checkSizes, dense, denseLayout, headLayout, heads, join } from './layers.js';
import type { Autoencoder, PosteriorKind } from './network.js';

/** Field names as in a vector's `net`; `posterior` says which heads there are ('none' when not said). */
export interface DenseSpec {
  /** [D, h, ...] */
  readonly encoder: readonly number[];
  readonly latent: number;
  /** [d, h, ..., D] */
  readonly decoder: readonly number[];
  readonly activation: ActivationName;
  readonly output: OutputName;
  readonly posterior?: PosteriorKind;
}

const stack = (name: string, sizes: readonly number[]) =>
  sizes.slice(1).map((size, i) => denseLayout(`${name}.${i}`, sizes[i]!, size));

function check({ encoder, latent, decoder }: DenseSpec): void {
  checkSizes('network', [...encoder, latent, ...decoder]);
  if (encoder.length < 1 || decoder.length < 2)
    throw new Error(
      `network: needs encoder [D, ...] and decoder [d, ..., D], got [${encoder}] and [${decoder}]`,
    );
  if (decoder[0] !== latent || decoder.at(-1) !== encoder[0])
    throw new Error(
      `network: decoder must go from the ${latent} latents to the ${encoder[0]} data entries, got [${decoder.join(', ')}]`,
    );
}

/** The activation follows every encoder layer and all decoder layers but the last, which `output` follows. */
export function denseAutoencoder(spec: DenseSpec): Autoencoder {
  check(spec);
  const { encoder, latent, decoder, posterior = 'none' } = spec;
  const activation = ACTIVATIONS[spec.activation].apply;
  const output = ACTIVATIONS[spec.output].apply;
  const last = decoder.length - 2;
  return {
    data: [encoder[0]!],
    latent,
    posterior,
    ...join([
      ...stack('encoder', encoder),
      headLayout(encoder.at(-1)!, latent, posterior),
      ...stack('decoder', decoder),
    ]),
    encode(params, x) {
      let hidden = x;
      for (let i = 0; i < encoder.length - 1; i++) hidden = activation(dense(params, `encoder.${i}`, hidden));
      return heads(params, hidden, latent, posterior);
    },
    decode(params, z) {
      let hidden = z;
      for (let i = 0; i < last; i++) hidden = activation(dense(params, `decoder.${i}`, hidden));
      return output(dense(params, `decoder.${last}`, hidden));
    },
  };
}
