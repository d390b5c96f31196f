/** @file RAE-10: an autoencoder, its codes, and the same autoencoder in other coordinates of the codes. */
import * as tf from '@tensorflow/tfjs';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import type { AutoencoderCase, Shape } from '../../../arbitraries/autoencoders.js';
import { mat } from '../../../kit.js';
import { inputSpecs, inputsOf, networkOf, paramsOf } from '../../../subjects/network/network.js';
import type { Affine } from '../../../subjects/rae/density-cases.js';
import { rows } from '../../../subjects/rae/plain-network.js';

type Map = (x: tf.Tensor) => tf.Tensor;
/** The codes that a density is fitted to, from the network's encoder and decoder. */
export type Codes = (encode: Map, decode: Map, x: tf.Tensor) => tf.Tensor;

export const LATENT = 2;
const BATCH = 10;
export const SHAPE: Shape = {
  net: { encoder: [4, 5], latent: LATENT, decoder: [LATENT, 6, 4], activation: 'tanh', output: 'identity' },
  batch: BATCH,
};

/** Codes and reconstructions, as core has them. */
export function encoded(
  model: AutoencoderCase,
  { codes }: { readonly codes: Codes },
): { codes: number[][]; outputs: Float64Array } {
  const program = programOf(codes, model.shape, 'codes', () => ({
    specs: inputSpecs(model.shape),
    fn: inputs => {
      const [net, params] = [networkOf(model.shape), paramsOf(model.shape, inputs)];
      const encode = (x: tf.Tensor): tf.Tensor => net.encode(params, x).mean;
      const decode = (z: tf.Tensor): tf.Tensor => net.decode(params, z);
      const z = codes(encode, decode, inputs.x!);
      return { z: tf.add(z, 0), y: decode(z) };
    },
  }));
  const { z, y } = program.run(inputsOf(model));
  return { codes: rows(z!, model.shape.batch), outputs: y!.slice() };
}

/** The same function with codes A z + b. */
export function reparametrised(model: AutoencoderCase, { matrix, shift }: Affine): AutoencoderCase {
  const { params } = model;
  const back = mat.multiply(mat.inverse(mat.gram(matrix)), mat.transpose(matrix));
  const head = rows(params['mu.weight']!, LATENT);
  const first = rows(params['decoder.0.weight']!, params['decoder.0.bias']!.length);
  const weight = mat.multiply(first, back);
  return {
    ...model,
    params: {
      ...params,
      'mu.weight': mat.multiply(matrix, head).flat(),
      'mu.bias': mat.add(mat.apply(matrix, params['mu.bias']!), shift),
      'decoder.0.weight': weight.flat(),
      'decoder.0.bias': mat.subtract(params['decoder.0.bias']!, mat.apply(weight, shift)),
    },
  };
}
