/** @file What KP-29 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { convLayer, transposedLayer } from '../../../../src/core/net/compose.js';
import type { Autoencoder } from '../../../../src/core/net/network.js';
import { GRAE_RULES, type GraeRules } from '../../../../src/core/objectives/grae/grae.js';
import { type Mutant, mutant } from '../../../kit.js';
import { mnistNetworks, type NetworkCase } from '../../../subjects/vae/network-cases.js';

export interface Subject {
  readonly convolution: typeof convLayer;
  readonly transposed: typeof transposedLayer;
  /** Rows and columns of zeros before and after, for 'same' padding with stride 1. */
  readonly padding: (size: number) => readonly [number, number];
  readonly grae: GraeRules;
  /** The network that GRAE is evaluated on. */
  readonly network: (c: NetworkCase) => Autoencoder;
}

export const SUBJECT: Subject = {
  convolution: convLayer,
  transposed: transposedLayer,
  padding: size => [Math.floor((size - 1) / 2), Math.ceil((size - 1) / 2)],
  grae: GRAE_RULES,
  network: c => mnistNetworks(c.size).evaluation,
};

const withStride =
  (stride: (own: number) => number) =>
  (make: typeof convLayer): typeof convLayer =>
  (name, inputs, outputs, kernel) =>
    make(name, inputs, outputs, { ...kernel, stride: stride(kernel.stride) });

export const MUTANTS = {
  strideIgnored: mutant<Subject>('transposed convolutions with stride 1', s => ({
    ...s,
    transposed: (name, inputs, outputs, kernel) =>
      s.transposed(name, inputs, outputs, { ...kernel, stride: 1 }),
  })),
  encoderStrideIgnored: mutant<Subject>('convolutions with stride 1', s => ({
    ...s,
    convolution: withStride(() => 1)(s.convolution),
  })),
  validPadding: mutant<Subject>('convolutions without padding', s => ({
    ...s,
    convolution: (name, inputs, outputs, kernel) =>
      s.convolution(name, inputs, outputs, { ...kernel, padding: 0 }),
  })),
  oddSideFirst: mutant<Subject>('the odd row of zeros above instead of below', s => ({
    ...s,
    padding: size => {
      const [before, after] = s.padding(size);
      return [after, before];
    },
  })),
  trainingMode: mutant<Subject>('statistics of the batch where running ones are meant', s => ({
    ...s,
    network: c => mnistNetworks(c.size).training,
  })),
  samplesSummed: mutant<Subject>('the log det of a batch summed instead of averaged', s => ({
    ...s,
    grae: { ...s.grae, logDet: a => tf.mul(s.grae.logDet(a), a.shape[0]!) },
  })),
} satisfies Readonly<Record<string, Mutant<Subject>>>;
