/** @file The objective (7) of core as a function of numbers, and penalties with their values and slopes in doubles. */
import * as tf from '@tensorflow/tfjs';
import { type Mutant, mutant } from '../../../src/claims/claim.js';
import { gradients } from '../../../src/core/derivatives.js';
import { type Autoencoder, parameter } from '../../../src/core/net/network.js';
import {
  makeSparseRepresentation,
  SPARSE_REPRESENTATION_RULES,
  type SparseRepresentationRules,
} from '../../../src/core/objectives/sparse/sparse-representation.js';
import { PENALTIES, type Penalty, power, shiftedLog, shiftedRoot } from '../../../src/core/penalties.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import type { Vector } from '../../../src/theory/numerics/matrix.js';
import { prefixed } from '../network/network.js';

/** A penalty of core, with a parameter where it has one, and the same in doubles. */
export interface Charge {
  readonly name: string;
  readonly parameter: number;
  readonly tensor: (parameter: tf.Tensor) => Penalty;
  readonly value: (u: number) => number;
  readonly slope: (u: number) => number;
}

const without = (
  name: keyof typeof PENALTIES,
  value: (u: number) => number,
  slope: (u: number) => number,
): Charge => ({ name, parameter: 0, tensor: () => PENALTIES[name].apply, value, slope });

export const identity = without(
  'identity',
  u => u,
  () => 1,
);
export const root = without('root', Math.sqrt, u => 1 / (2 * Math.sqrt(u)));
export const log = without('log', Math.log, u => 1 / u);
export const saturating = without(
  'saturating',
  u => u / (1 + u),
  u => (1 + u) ** -2,
);
export const exponential = without(
  'exponential',
  u => -Math.expm1(-u),
  u => Math.exp(-u),
);
export const huber = without(
  'huber',
  u => (u < 1 ? u ** 2 / 2 : u - 0.5),
  u => Math.min(u, 1),
);

export const logOf = (delta: number): Charge => ({
  name: 'shifted log',
  parameter: delta,
  tensor: shiftedLog,
  value: u => Math.log(u + delta),
  slope: u => 1 / (u + delta),
});

const rootOf = (delta: number): Charge => ({
  name: 'shifted root',
  parameter: delta,
  tensor: shiftedRoot,
  value: u => Math.sqrt(u + delta),
  slope: u => 1 / (2 * Math.sqrt(u + delta)),
});

export const powerOf = (p: number): Charge => ({
  name: 'power',
  parameter: p,
  tensor: power,
  value: u => u ** p,
  slope: u => p * u ** (p - 1),
});

/** lambda u */
export const multiple = (lambda: number): Charge => ({
  name: 'multiple',
  parameter: lambda,
  tensor: by => u => tf.mul(u, by),
  value: u => lambda * u,
  slope: () => lambda,
});

/** Penalties whose slope is bounded on u >= 0, the supremum being that at `steepest`. */
export const BOUNDED: readonly { readonly charge: Charge; readonly steepest: number }[] = [
  { charge: identity, steepest: 0 },
  { charge: saturating, steepest: 0 },
  { charge: exponential, steepest: 0 },
  { charge: huber, steepest: 1 },
  { charge: logOf(0.01), steepest: 0 },
  { charge: rootOf(1e-3), steepest: 0 },
];

export interface SparseValues {
  readonly params: Readonly<Record<string, Vector>>;
  /** [n, d] */
  readonly x: Vector;
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

interface WithSparse {
  readonly sparse: SparseRepresentationRules;
}

const CHANGES = {
  entriesForgotten: {
    says: 'the sum of the penalties not divided by d',
    rules: { total: penalties => tf.sum(penalties) },
  },
  latentsForEntries: {
    says: 'the mean of the penalties over the latents',
    rules: { total: penalties => tf.mean(penalties) },
  },
  samplesForgotten: {
    says: "the sum over the samples of a latent's square",
    rules: { energy: codes => tf.sum(tf.square(codes), 0) },
  },
  rowsForColumns: {
    says: "the penalty of each sample's squared norm instead of each latent's",
    rules: { energy: codes => tf.sum(tf.square(codes), 1) },
  },
  normForSquare: {
    says: 'the penalty of the root mean square',
    rules: { energy: codes => tf.sqrt(tf.mean(tf.square(codes), 0)) },
  },
  errorSummed: {
    says: 'g of the error of a sample, not of an entry',
    rules: { error: errors => tf.mean(errors) },
  },
} as const satisfies Record<string, { says: string; rules: Partial<SparseRepresentationRules> }>;

export type SparseControl = keyof typeof CHANGES;

/** Negative controls of that name, for a subject that has the rules as `sparse`. */
export function sparseControls<Subject extends WithSparse>(
  ...names: readonly SparseControl[]
): Record<string, Mutant<Subject>> {
  return Object.fromEntries(
    names.map(name => {
      const changed = { ...SPARSE_REPRESENTATION_RULES, ...CHANGES[name].rules };
      return [name, mutant<Subject>(CHANGES[name].says, subject => ({ ...subject, sparse: changed }))];
    }),
  );
}
