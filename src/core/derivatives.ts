/** @file Derivatives of ordinary tfjs code; each result is itself differentiable to any order. */
import * as tf from '@tensorflow/tfjs';
import { identity } from './gaussian.js';
import type { Params } from './net/network.js';

/**
 * Gradients of y = f() with respect to xs, weighted by dy (ones when absent); zeros where y does not depend
 * on x.
 */
function pullBack(
  f: () => tf.Tensor,
  xs: tf.Tensor[],
  dy?: tf.Tensor,
): { value: tf.Tensor; grads: tf.Tensor[] } {
  const { value, grads } = tf.engine().gradients(f, xs, dy, true);
  return { value, grads: xs.map((x, i) => (grads as (tf.Tensor | undefined)[])[i] ?? tf.zerosLike(x)) };
}

/**
 * The gradient of the sum of f's entries at x, shaped as x. For f: [B, d] -> [B] without mixing of samples:
 * one gradient a sample.
 */
export const gradient = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): tf.Tensor =>
  pullBack(() => f(x), [x]).grads[0]!;

/** dy^T J of f at x, shaped as x. */
export const vjp = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, dy: tf.Tensor): tf.Tensor =>
  pullBack(() => f(x), [x], dy).grads[0]!;

/** J t of f at x for a tangent t shaped as x: forward mode as the derivative of the (linear) reverse mode. */
export function jvp(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, tangent: tf.Tensor): tf.Tensor {
  const dy = tf.zerosLike(f(x));
  return vjp(weight => vjp(f, x, weight), dy, tangent);
}

/**
 * The Jacobian [B, D, d] of f: [B, d] -> [B, ...] at z, D the entries of one output, by d tangents on a batch
 * tiled d times. Samples must not mix in f.
 */
export function jacobian(f: (z: tf.Tensor) => tf.Tensor, z: tf.Tensor): tf.Tensor {
  const [batch, d] = z.shape as [number, number];
  const tile = (x: tf.Tensor): tf.Tensor => tf.reshape(tf.broadcastTo(x, [d, batch, d]), [d * batch, d]);
  const columns = jvp(f, tile(tf.expandDims(z, 0)), tile(tf.expandDims(identity(d), 1)));
  return tf.transpose(tf.reshape(columns, [d, batch, columns.size / (d * batch)]), [1, 2, 0]);
}

/** A scalar to differentiate, with tensors that are wanted beside it. */
export interface Differentiable {
  readonly loss: tf.Tensor;
  readonly aux: Readonly<Record<string, tf.Tensor>>;
}

export interface Gradients extends Differentiable {
  /** Gradient of the loss by parameter name; zeros for a parameter that the loss does not depend on. */
  readonly grads: Params;
}

/** Value, gradients with respect to named parameters, and by-products of a scalar function. */
export function gradients(f: (params: Params) => Differentiable, params: Params): Gradients {
  const names = Object.keys(params);
  let aux: Differentiable['aux'] = {};
  const { value, grads } = pullBack(() => {
    const result = f(params);
    // tfjs disposes of what the function makes but does not return; the loss itself is the caller's
    aux = mapParams(result.aux, tensor => tf.keep(tensor === result.loss ? tf.clone(tensor) : tensor));
    return result.loss;
  }, Object.values(params));
  const released = mapParams(aux, kept => {
    const copy = tf.clone(kept);
    kept.dispose();
    return copy;
  });
  return { loss: value, aux: released, grads: Object.fromEntries(names.map((name, i) => [name, grads[i]!])) };
}

/** Applies a function to each named tensor. */
export const mapParams = (
  params: Params,
  f: (tensor: tf.Tensor, name: string) => tf.Tensor,
): Record<string, tf.Tensor> =>
  Object.fromEntries(Object.entries(params).map(([name, tensor]) => [name, f(tensor, name)]));
