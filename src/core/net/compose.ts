/** @file Layers that carry the layout of their parameters with them, and how they make up larger ones. */
import * as tf from '@tensorflow/tfjs';
import { convolve, convolveTransposed, type Padding } from './convolution.js';
import { dense, denseLayout, headLayout, heads, join, type Layout } from './layers.js';
import { type Autoencoder, type Params, parameter } from './network.js';

export interface Layer {
  readonly layout: Layout;
  apply(params: Params, x: tf.Tensor): tf.Tensor;
}

/** A function without parameters. */
export const pointwise = (apply: (x: tf.Tensor) => tf.Tensor): Layer => ({
  layout: { shapes: {}, fanIn: {} },
  apply: (_, x) => apply(x),
});

/** One layer after the other. */
export const sequence = (...layers: readonly Layer[]): Layer => ({
  layout: join(layers.map(layer => layer.layout)),
  apply: (params, x) => layers.reduce((hidden, layer) => layer.apply(params, hidden), x),
});

/**
 * An autoencoder of an encoder to so many features, the heads on them, and a decoder; batch normalisation as
 * `inMode` has it.
 */
export function layered(
  { data, latent, posterior }: Pick<Autoencoder, 'data' | 'latent' | 'posterior'>,
  {
    encoder,
    features,
    decoder,
  }: { readonly encoder: Layer; readonly features: number; readonly decoder: Layer },
  inMode: NonNullable<Autoencoder['normalised']>['inMode'],
): Autoencoder {
  const { statistics = {}, ...layout } = join([
    encoder.layout,
    headLayout(features, latent, posterior),
    decoder.layout,
  ]);
  return {
    data,
    latent,
    posterior,
    ...layout,
    normalised: { statistics, inMode },
    encode: (params, x) => heads(params, encoder.apply(params, x), latent, posterior),
    decode: (params, z) => decoder.apply(params, z),
  };
}

/** Two branches added. */
export const sum = (a: Layer, b: Layer): Layer => ({
  layout: join([a.layout, b.layout]),
  apply: (params, x) => tf.add(a.apply(params, x), b.apply(params, x)),
});

export const denseLayer = (name: string, inputs: number, outputs: number): Layer => ({
  layout: denseLayout(name, inputs, outputs),
  apply: (params, x) => dense(params, name, x),
});

export interface Kernel {
  readonly size: number;
  readonly stride: number;
  readonly padding: Padding;
}

const weightLayout = (name: string, shape: readonly [number, number, number, number]): Layout => ({
  shapes: { [`${name}.weight`]: shape },
  fanIn: { [`${name}.weight`]: shape[1] * shape[2] * shape[3] },
});

/** A convolution without a bias: `NAME.weight` [outputs, inputs, size, size]. */
export const convLayer = (
  name: string,
  inputs: number,
  outputs: number,
  { size, stride, padding }: Kernel,
): Layer => ({
  layout: weightLayout(name, [outputs, inputs, size, size]),
  apply: (params, x) => convolve(params, name, x, stride, padding),
});

/**
 * A transposed convolution without a bias: `NAME.weight` [inputs, outputs, size, size]; height and width
 * times the stride.
 */
export const transposedLayer = (
  name: string,
  inputs: number,
  outputs: number,
  { size, stride }: Pick<Kernel, 'size' | 'stride'>,
): Layer => ({
  layout: weightLayout(name, [inputs, outputs, size, size]),
  apply: (params, x) => convolveTransposed(params, name, x, stride),
});

/**
 * `NAME.bias` added to each of a layer's outputs; the layer is called NAME too, and its fan-in is the bias's.
 */
export const biased = (name: string, layer: Layer, outputs: number): Layer => {
  const bias: Layout = {
    shapes: { [`${name}.bias`]: [outputs] },
    fanIn: { [`${name}.bias`]: layer.layout.fanIn[`${name}.weight`]! },
  };
  return {
    layout: join([layer.layout, bias]),
    apply: (params, x) => tf.add(layer.apply(params, x), parameter(params, `${name}.bias`)),
  };
};
