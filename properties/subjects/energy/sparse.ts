/** @file The objective (7) of core as a function of numbers, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import type { Wrong } from '../../../src/claims/wrong.js';
import { gradients } from '../../../src/core/derivatives.js';
import { type Autoencoder, parameter } from '../../../src/core/net/network.js';
import {
  makeSparseRepresentation,
  type SparseRepresentationRules,
} from '../../../src/core/objectives/sparse/sparse-representation.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import type { mat } from '../../kit.js';
import { prefixed } from '../network/network.js';
import type { Charge } from './charges.js';

export interface SparseValues {
  readonly params: Readonly<Record<string, mat.Vector>>;
  /** [n, d] */
  readonly x: mat.Vector;
}

export interface Sparse {
  readonly loss: number;
  /** mean |x - g(z)|^2 */
  readonly reconstruction: number;
  readonly gradient: (name: string) => Float64Array;
}

/** Core's L_{g,h} with its gradients. */
export function sparse(
  rules: SparseRepresentationRules,
  net: Autoencoder,
  { params, x }: SparseValues,
  g: Charge,
  h: Charge,
): Sparse {
  const samples = x.length / net.data[0]!;
  const program = programOf(rules, net, `sparse ${samples} ${g.name} ${h.name}`, () => {
    const names = Object.keys(net.shapes);
    return {
      specs: {
        ...Object.fromEntries(names.map(name => [name, { shape: net.shapes[name]! }])),
        x: { shape: [samples, ...net.data] },
        g: { shape: [] },
        h: { shape: [] },
      },
      fn: inputs => {
        const hyper = { g: g.tensor(inputs.g!), h: h.tensor(inputs.h!) };
        const found = gradients(
          own => {
            const { loss, terms } = makeSparseRepresentation(rules).evaluate(
              net,
              own,
              { x: inputs.x! },
              hyper,
            );
            return { loss, aux: prefixed('term', terms) };
          },
          Object.fromEntries(names.map(name => [name, parameter(inputs, name)])),
        );
        return { loss: found.loss, ...found.aux, ...prefixed('gradient', found.grads) };
      },
    };
  });
  const numbers = { ...params, x, g: [g.parameter], h: [h.parameter] };
  const outputs = program.run(
    Object.fromEntries(Object.entries(numbers).map(([name, values]) => [name, Float64Array.from(values)])),
  );
  const [loss, reconstruction] = [outputs.loss![0]!, outputs['term.reconstruction']![0]!];
  return { loss, reconstruction, gradient: name => outputs[`gradient.${name}`]!.slice() };
}

/** The owner of the programs that no negative control changes. */
const PLAIN = {};

/** What a decoder makes of the codes of a table. */
export function decoded(net: Autoencoder, params: SparseValues['params']): number[] {
  const [samples] = net.shapes.code as [number, number];
  const program = programOf(PLAIN, net, 'decoded', () => ({
    specs: Object.fromEntries(Object.entries(net.shapes).map(([name, shape]) => [name, { shape }])),
    fn: inputs => ({ x: net.decode(inputs, tf.reshape(inputs.code!, [samples, net.latent])) }),
  }));
  const all = Object.entries(net.shapes).map(([name, shape]) => {
    const zeros = new Float64Array(shape.reduce((a, b) => a * b, 1));
    return [name, name in params ? Float64Array.from(params[name]!) : zeros] as const;
  });
  return [...program.run(Object.fromEntries(all)).x!];
}

type Table = Readonly<Record<string, Wrong<Partial<SparseRepresentationRules>>>>;

/** Negative controls in the penalties of the codes. */
export const PENALTY_WRONG = {
  entriesForgotten: ['the sum of the penalties not divided by d', { total: penalties => tf.sum(penalties) }],
  latentsForEntries: [
    'the mean of the penalties over the latents',
    { total: penalties => tf.mean(penalties) },
  ],
  samplesForgotten: [
    "the sum over the samples of a latent's square",
    { energy: codes => tf.sum(tf.square(codes), 0) },
  ],
  rowsForColumns: [
    "the penalty of each sample's squared norm instead of each latent's",
    { energy: codes => tf.sum(tf.square(codes), 1) },
  ],
  normForSquare: [
    'the penalty of the root mean square',
    { energy: codes => tf.sqrt(tf.mean(tf.square(codes), 0)) },
  ],
} satisfies Table;

/** The one in the penalty of the error. */
export const ERROR_WRONG = {
  errorSummed: ['g of the error of a sample, not of an entry', { error: errors => tf.mean(errors) }],
} satisfies Table;

export const SPARSE_WRONG = { ...PENALTY_WRONG, ...ERROR_WRONG };
