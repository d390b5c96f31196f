/**
 * @file The autoencoder of a case: its network with free codes, its numbers as inputs, its gradients by part.
 */
import * as tf from '@tensorflow/tfjs';
import { gradients } from '../../../src/core/derivatives.js';
import { denseAutoencoder } from '../../../src/core/net/dense.js';
import type { Autoencoder, Params } from '../../../src/core/net/network.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import type { Arrays, Float64Program } from '../../../src/engine/program.js';
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

/**
 * The network with one more parameter, `code` [B, d], added to the posterior means: its gradient is that of
 * the codes.
 */
export const withFreeCodes = (net: Autoencoder, batch: number): Autoencoder => ({
  ...net,
  shapes: { ...net.shapes, [CODE]: [batch, net.latent] },
  encode(params, x) {
    const posterior = net.encode(params, x);
    return { ...posterior, mean: tf.add(posterior.mean, params[CODE]!) };
  },
});

const networks = new WeakMap<Shape, Autoencoder>();

/** The network of a shape, of the very code that trains, with free codes. */
export function networkOf(shape: Shape): Autoencoder {
  const net = networks.get(shape) ?? withFreeCodes(denseAutoencoder(shape.net), shape.batch);
  networks.set(shape, net);
  return net;
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

/** Values under `<prefix>.<name>`. */
export const prefixed = <Value>(
  prefix: string,
  values: Readonly<Record<string, Value>>,
): Record<string, Value> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}.${name}`, value]));

/** What a function of the network of a shape is given; `inputs` are all inputs of its program. */
export interface Within {
  readonly net: Autoencoder;
  readonly params: Params;
  readonly x: tf.Tensor;
  readonly inputs: Params;
}

/**
 * A function of the network of a shape as a program, kept by rules and a name; `more` beside parameters and
 * batch.
 */
export const networkProgram = (
  rules: object,
  shape: Shape,
  name: string,
  fn: (given: Within) => Record<string, tf.Tensor>,
  more: Specs = {},
): Float64Program =>
  programOf(rules, shape, name, () => ({
    specs: { ...inputSpecs(shape), ...more },
    fn: inputs => fn({ net: networkOf(shape), params: paramsOf(shape, inputs), x: inputs.x!, inputs }),
  }));

/**
 * The same of a loss: outputs `loss`, those of `aux`, and `grad.*`, with respect to every parameter and the
 * code.
 */
export const lossProgram = (
  rules: object,
  shape: Shape,
  name: string,
  fn: (given: Within) => { readonly loss: tf.Tensor; readonly aux?: Record<string, tf.Tensor> },
  more?: Specs,
): Float64Program =>
  networkProgram(
    rules,
    shape,
    name,
    given => {
      const { loss, aux, grads } = gradients(
        params => ({ aux: {}, ...fn({ ...given, params }) }),
        given.params,
      );
      return { loss, ...aux, ...prefixed('grad', grads) };
    },
    more,
  );

/** The spec of one direction a sample. */
export const directionSpec = (shape: Shape): Specs => ({
  direction: { shape: networkOf(shape).shapes.code! },
});

const numbers = new WeakMap<AutoencoderCase, Arrays>();

/** The numbers of a case, codes where the encoder puts them. */
export function inputsOf(c: AutoencoderCase): Arrays {
  const known = numbers.get(c);
  if (known) return known;
  const { shape, params, x } = c;
  const inputs = {
    ...Object.fromEntries(Object.entries(params).map(([name, values]) => [name, Float64Array.from(values)])),
    [CODE]: new Float64Array(shape.batch * shape.net.latent),
    x: Float64Array.from(x),
  };
  numbers.set(c, inputs);
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
