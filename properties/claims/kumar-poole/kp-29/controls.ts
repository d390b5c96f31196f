/** @file What KP-29 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { convLayer, type Kernel, transposedLayer } from '../../../../src/core/net/compose.js';
import type { Autoencoder } from '../../../../src/core/net/network.js';
import { GRAE } from '../../../../src/core/objectives/grae/grae.js';
import { wrong } from '../../../kit.js';
import { mnistNetworks, type NetworkCase } from '../../../subjects/vae/network-cases.js';

const before = (size: number): number => Math.floor((size - 1) / 2);

export const SUBJECT = {
  convolution: convLayer,
  transposed: transposedLayer,
  /** Rows and columns of zeros before and after, for 'same' padding with stride 1. */
  padding: (size: number): readonly [number, number] => [before(size), size - 1 - before(size)],
  grae: GRAE.rules,
  /** The network that GRAE is evaluated on. */
  network: (c: NetworkCase): Autoencoder => mnistNetworks(c.size).evaluation,
};
export type Subject = typeof SUBJECT;

/** Layers with something of their kernels as it is not said. */
const convolutions =
  (change: Partial<Kernel>): typeof convLayer =>
  (name, inputs, outputs, kernel) =>
    convLayer(name, inputs, outputs, { ...kernel, ...change });
const unstrided: typeof transposedLayer = (name, inputs, outputs, kernel) =>
  transposedLayer(name, inputs, outputs, { ...kernel, stride: 1 });

export const MUTANTS = {
  ...wrong.formula(SUBJECT, 'transposed', {
    strideIgnored: ['transposed convolutions with stride 1', unstrided],
  }),
  ...wrong.formula(SUBJECT, 'convolution', {
    encoderStrideIgnored: ['convolutions with stride 1', convolutions({ stride: 1 })],
    validPadding: ['convolutions without padding', convolutions({ padding: 0 })],
  }),
  ...wrong.formula(SUBJECT, 'padding', {
    oddSideFirst: [
      'the odd row of zeros above instead of below',
      size => [size - 1 - before(size), before(size)],
    ],
  }),
  ...wrong.formula(SUBJECT, 'network', {
    trainingMode: [
      'statistics of the batch where running ones are meant',
      c => mnistNetworks(c.size).training,
    ],
  }),
  ...wrong.rules(SUBJECT, 'grae', {
    samplesSummed: [
      'the log det of a batch summed instead of averaged',
      { logDet: a => tf.mul(GRAE.rules.logDet(a), a.shape[0]!) },
    ],
  }),
};
