/**
 * @file Optimisers as pure functions; their state is a record of tensors that travels with the parameters.
 */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../engine/ops.js';
import { type ParamShapes, type Params, parameter } from './net/network.js';

export interface Updated {
  readonly params: Params;
  readonly state: Params;
}

export interface Optimiser {
  readonly name: string;
  /** Shapes of the state for parameters of the given shapes. All of it starts at zero. */
  stateShapes(shapes: ParamShapes): ParamShapes;
  /** One update; `rate` is a scalar. */
  update(params: Params, grads: Params, state: Params, rate: tf.Tensor): Updated;
}

/** w - rate g. */
export const sgd: Optimiser = {
  name: 'sgd',
  stateShapes: () => ({}),
  update: (params, grads, state, rate) => ({
    params: Object.fromEntries(
      Object.entries(params).map(([name, w]) => [name, tf.sub(w, tf.mul(rate, parameter(grads, name)))]),
    ),
    state,
  }),
};

export interface MomentumSettings {
  readonly momentum: number;
  /** Weight decay, added to the gradient. */
  readonly decay: number;
}

/** v <- momentum v + (g + decay w), w - rate v: PyTorch's SGD, without dampening. State: `v.NAME`. */
export const momentumSgd = ({ momentum, decay }: MomentumSettings): Optimiser => ({
  name: 'momentum-sgd',
  stateShapes: shapes =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [`v.${name}`, shape])),
  update(params, grads, state, rate) {
    const velocities = Object.fromEntries(
      Object.entries(params).map(([name, w]) => {
        const g = tf.add(parameter(grads, name), tf.mul(constant(decay), w));
        return [`v.${name}`, tf.add(tf.mul(constant(momentum), parameter(state, `v.${name}`)), g)];
      }),
    );
    const moved = Object.entries(params).map(([name, w]) => [
      name,
      tf.sub(w, tf.mul(rate, velocities[`v.${name}`]!)),
    ]);
    return { params: Object.fromEntries(moved), state: velocities };
  },
});

export interface AdamSettings {
  readonly beta1: number;
  readonly beta2: number;
  /** Added to the root, after its bias correction. */
  readonly epsilon: number;
}

export const ADAM_SETTINGS: AdamSettings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/** 1 - beta^step without cancellation, which single precision would notice for beta near 1. */
const correction = (beta: number, step: tf.Tensor): tf.Tensor =>
  tf.neg(tf.expm1(tf.mul(step, constant(Math.log(beta)))));

/** beta old + (1 - beta) now. */
const average = (beta: number, old: tf.Tensor, now: tf.Tensor): tf.Tensor =>
  tf.add(tf.mul(constant(beta), old), tf.mul(constant(1 - beta), now));

/**
 * Adam (Kingma & Ba 2015, algorithm 1) with PyTorch's placement of epsilon: w - rate/(1-b1^t) m /
 * (sqrt(v)/sqrt(1-b2^t) + eps). State: `m.NAME`, `v.NAME`, and the number of updates so far, `step`.
 */
export const adam = (settings: AdamSettings = ADAM_SETTINGS): Optimiser => ({
  name: 'adam',
  stateShapes(shapes) {
    const moments = Object.entries(shapes).flatMap(([name, shape]) => [
      [`m.${name}`, shape] as const,
      [`v.${name}`, shape] as const,
    ]);
    return { ...Object.fromEntries(moments), step: [] };
  },
  update(params, grads, state, rate) {
    const { beta1, beta2, epsilon } = settings;
    const step = tf.add(parameter(state, 'step'), 1);
    const size = tf.div(rate, correction(beta1, step));
    const root = tf.sqrt(correction(beta2, step));
    const nextParams: Record<string, tf.Tensor> = {};
    const nextState: Record<string, tf.Tensor> = {};
    for (const [name, w] of Object.entries(params)) {
      const g = parameter(grads, name);
      const m = average(beta1, parameter(state, `m.${name}`), g);
      const v = average(beta2, parameter(state, `v.${name}`), tf.square(g));
      const denominator = tf.add(tf.div(tf.sqrt(v), root), constant(epsilon));
      nextParams[name] = tf.sub(w, tf.mul(size, tf.div(m, denominator)));
      nextState[`m.${name}`] = m;
      nextState[`v.${name}`] = v;
    }
    return { params: nextParams, state: { ...nextState, step } };
  },
});
