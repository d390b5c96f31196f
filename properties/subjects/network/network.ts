/** @file The autoencoder of a case: its network with free codes, its numbers as inputs, its gradients by part. */
import * as tf from '@tensorflow/tfjs';
import { denseAutoencoder } from '../../../src/core/net/dense.js';
import type { Autoencoder, Params } from '../../../src/core/net/network.js';
import type { Arrays } from '../../../src/engine/program.js';
import type { Specs } from '../../../src/engine/spec.js';
import type { AutoencoderCase, Shape } from '../../arbitraries/autoencoders.js';

/** What a gradient is taken with respect to: codes, encoder and mean head, scale head, decoder. */
export type Part = 'z' | 'phi' | 'scale' | 'theta';

/** The name of the parameter that is added to the posterior means. */
export const CODE = 'code';

export function partOf(parameter: string): Part {
  if (parameter === CODE) return 'z';
  if (parameter.startsWith('decoder.')) return 'theta';
  return parameter.startsWith('encoder.') || parameter.startsWith('mu.') ? 'phi' : 'scale';
}

const networks = new WeakMap<Shape, Autoencoder>();

/**
 * The network of a shape, of the very code that trains, with one more parameter `code` [B, d] added to the posterior
 * means: the gradient with respect to it is the gradient with respect to the codes.
 */
export function networkOf(shape: Shape): Autoencoder {
  const known = networks.get(shape);
  if (known) return known;
  const net = denseAutoencoder(shape.net);
  const free: Autoencoder = {
    ...net,
    shapes: { ...net.shapes, [CODE]: [shape.batch, net.latent] },
    encode(params, x) {
      const posterior = net.encode(params, x);
      return { ...posterior, mean: tf.add(posterior.mean, params[CODE]!) };
    },
  };
  networks.set(shape, free);
  return free;
}

/** The inputs that every program of a shape has: its parameters, `code` among them, and the batch `x`. */
export function inputSpecs(shape: Shape): Specs {
  const { shapes, data } = networkOf(shape);
  const params = Object.entries(shapes).map(([name, dims]) => [name, { shape: dims }]);
  return { ...Object.fromEntries(params), x: { shape: [shape.batch, ...data] } };
}

/** The parameters among the inputs of a program. */
export const paramsOf = (shape: Shape, inputs: Params): Params =>
  Object.fromEntries(Object.keys(networkOf(shape).shapes).map(name => [name, inputs[name]!]));

/** Tensors under `<prefix>.<name>`. */
export const prefixed = (prefix: string, tensors: Params): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [`${prefix}.${name}`, tensor]));

const numbers = new WeakMap<AutoencoderCase, Arrays>();

/** The numbers of a case, codes where the encoder puts them. */
export function inputsOf(of: AutoencoderCase): Arrays {
  const known = numbers.get(of);
  if (known) return known;
  const { shape, params, x } = of;
  const inputs = {
    ...Object.fromEntries(Object.entries(params).map(([name, values]) => [name, Float64Array.from(values)])),
    [CODE]: new Float64Array(shape.batch * shape.net.latent),
    x: Float64Array.from(x),
  };
  numbers.set(of, inputs);
  return inputs;
}

/** The outputs `<prefix>.<parameter>` of one part, in the order of the parameters, as one vector. */
export function collect(outputs: Arrays, prefix: string, part: Part): Float64Array {
  const picked = Object.keys(outputs)
    .filter(name => name.startsWith(`${prefix}.`) && partOf(name.slice(prefix.length + 1)) === part)
    .map(name => outputs[name]!);
  const all = new Float64Array(picked.reduce((sum, values) => sum + values.length, 0));
  let offset = 0;
  for (const values of picked) {
    all.set(values, offset);
    offset += values.length;
  }
  return all;
}
