/**
 * @file Initial parameters from numbers drawn elsewhere. Arrays in, arrays out: no tensors, no randomness.
 */
import type { Autoencoder } from './net/network.js';

/** How a draw becomes a parameter. */
export interface Initialisation {
  /** What the draws are distributed as. */
  readonly draws: 'uniform' | 'normal';
  parameter(name: string, draws: Float64Array, fanIn: number): Float64Array;
}

export const INITIALISATIONS = {
  /**
   * PyTorch's default for dense and convolutional layers: weights and biases uniform in +-1/sqrt(fan-in);
   * draws uniform in (0, 1).
   */
  pytorch: {
    draws: 'uniform',
    parameter: (_name, draws, fanIn) => draws.map(u => (2 * u - 1) / Math.sqrt(fanIn)),
  },
  /** Weights normal with variance 1/fan-in, biases zero (LeCun et al. 1998); draws standard normal. */
  lecun: {
    draws: 'normal',
    parameter: (name, draws, fanIn) => draws.map(n => (name.endsWith('.bias') ? 0 : n / Math.sqrt(fanIn))),
  },
} as const satisfies Record<string, Initialisation>;

export type InitialisationName = keyof typeof INITIALISATIONS;

/**
 * The parameters of a network; `draws` holds as many numbers for each as its shape asks for, distributed as
 * the scheme says. Those that begin as one number (`net.initial`) need no draws.
 */
export function initialise(
  net: Pick<Autoencoder, 'shapes' | 'fanIn' | 'initial'>,
  draws: Readonly<Record<string, Float64Array>>,
  scheme: InitialisationName = 'pytorch',
): Record<string, Float64Array> {
  const entries = Object.entries(net.shapes).map(([name, shape]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const fixed = net.initial?.[name];
    if (fixed !== undefined) return [name, new Float64Array(size).fill(fixed)] as const;
    const given = draws[name];
    if (given?.length !== size)
      throw new Error(`init: "${name}" needs ${size} draws, got ${given?.length ?? 'none'}`);
    return [name, INITIALISATIONS[scheme].parameter(name, given, net.fanIn[name]!)] as const;
  });
  return Object.fromEntries(entries);
}
