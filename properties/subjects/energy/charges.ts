/** @file Penalties of core on codes or errors, with their values and slopes in doubles. */
import * as tf from '@tensorflow/tfjs';
import { PENALTIES, type Penalty, power, shiftedLog, shiftedRoot } from '../../../src/core/penalties.js';

/** A penalty of core, with a parameter where it has one, and the same in doubles. */
export interface Charge {
  readonly name: string;
  readonly parameter: number;
  readonly tensor: (parameter: tf.Tensor) => Penalty;
  readonly value: (u: number) => number;
  readonly slope: (u: number) => number;
}

type Shape = Pick<Charge, 'value' | 'slope'>;

const plain = (name: keyof typeof PENALTIES, shape: Shape): Charge => ({
  name,
  parameter: 0,
  tensor: () => PENALTIES[name].apply,
  ...shape,
});

export const identity = plain('identity', { value: u => u, slope: () => 1 });
export const root = plain('root', { value: Math.sqrt, slope: u => 1 / (2 * Math.sqrt(u)) });
export const log = plain('log', { value: Math.log, slope: u => 1 / u });
export const saturating = plain('saturating', { value: u => u / (1 + u), slope: u => (1 + u) ** -2 });
export const exponential = plain('exponential', { value: u => -Math.expm1(-u), slope: u => Math.exp(-u) });
export const huber = plain('huber', {
  value: u => (u < 1 ? u ** 2 / 2 : u - 0.5),
  slope: u => Math.min(u, 1),
});

const withParameter =
  (name: string, tensor: Charge['tensor'], shape: (parameter: number) => Shape) =>
  (parameter: number): Charge => ({ name, parameter, tensor, ...shape(parameter) });

export const logOf = withParameter('shifted log', shiftedLog, delta => ({
  value: u => Math.log(u + delta),
  slope: u => 1 / (u + delta),
}));

const rootOf = withParameter('shifted root', shiftedRoot, delta => ({
  value: u => Math.sqrt(u + delta),
  slope: u => 1 / (2 * Math.sqrt(u + delta)),
}));

export const powerOf = withParameter('power', power, p => ({
  value: u => u ** p,
  slope: u => p * u ** (p - 1),
}));

/** sin(w u): rises and falls. */
export const wave = withParameter(
  'wave',
  w => u => tf.sin(tf.mul(u, w)),
  w => ({ value: u => Math.sin(w * u), slope: u => w * Math.cos(w * u) }),
);

/** u / (1 + u)^2: rises to 1/4 and falls again. */
export const hump: Charge = {
  name: 'hump',
  parameter: 0,
  tensor: () => u => tf.div(u, tf.square(tf.add(u, 1))),
  value: u => u / (1 + u) ** 2,
  slope: u => (1 - u) / (1 + u) ** 3,
};

/** lambda u */
export const multiple = withParameter(
  'multiple',
  by => u => tf.mul(u, by),
  lambda => ({ value: u => lambda * u, slope: () => lambda }),
);

/** Increasing penalties whose slope is bounded on u >= 0, the supremum being that at `steepest`. */
export const BOUNDED: readonly { readonly charge: Charge; readonly steepest: number }[] = [
  { charge: identity, steepest: 0 },
  { charge: saturating, steepest: 0 },
  { charge: exponential, steepest: 0 },
  { charge: huber, steepest: 1 },
  { charge: logOf(0.01), steepest: 0 },
  { charge: rootOf(1e-3), steepest: 0 },
];
