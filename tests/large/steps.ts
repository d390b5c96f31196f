/** @file SAMBA and the RAE on the large network: gradients at a radius, and the theorem's constants. */
import * as tf from '@tensorflow/tfjs';
import { gradient, gradients } from '../../src/core/derivatives.js';
import type { ActivationName } from '../../src/core/net/activation.js';
import { makeRaeLossGradient } from '../../src/core/objectives/rae-loss-gradient.js';
import { makeSamba, SAMBA_RULES, type SambaRules } from '../../src/core/objectives/samba.js';
import { evaluateWithGradient } from '../../src/core/step.js';
import { constant } from '../../src/engine/ops.js';
import type { Arrays, Float64Program } from '../../src/engine/program.js';
import { type Given, LATENT, prefixed, program } from './network.js';

/** mean_i |x_i - f(mu_i + t u_i)|^2 for the input `direction`. */
function meanError({ net, x, more }: Given, params: Given['params'], t: tf.Tensor): tf.Tensor {
  const code = tf.add(net.encode(params, x).mean, tf.mul(t, more.direction!));
  return tf.div(tf.sum(tf.square(tf.sub(x, net.decode(params, code)))), constant(x.shape[0]!));
}

export interface Steps {
  /** Inputs `alpha2` and `lambda`; outputs `grad.*`. */
  readonly samba: Float64Program;
  readonly rae: Float64Program;
  /** Output `gradient` [B, d], of the error of each sample at its code. */
  readonly atCode: Float64Program;
}

/** The 2-norm, of long vectors too. */
export const size = (v: Float64Array): number => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));

/** |a - b| / |b| */
export const relative = (a: Float64Array, b: Float64Array): number =>
  size(a.map((x, i) => x - b[i]!)) / size(b);

/** The program `samba` of `Steps`. */
export const sambaOf = (
  activation: ActivationName,
  batch: number,
  rules: SambaRules = SAMBA_RULES,
): Float64Program =>
  program(
    { activation, batch, mode: 'evaluation' },
    { alpha2: { shape: [] } },
    ({ net, params, x, more }) => {
      const hyper = { rec: 'sum', beta: 0, variance: { fixed: more.alpha2! } } as const;
      return prefixed('grad', evaluateWithGradient(makeSamba(rules), net, params, { x }, hyper).grads);
    },
  );

/** In evaluation mode, where the samples of a batch are independent; no prior, sum of squares. */
export function stepsOf(activation: ActivationName, batch: number): Steps {
  const of = { activation, batch, mode: 'evaluation' } as const;
  return {
    samba: sambaOf(activation, batch),
    rae: program(of, { lambda: { shape: [] } }, ({ net, params, x, more }) => {
      const hyper = { rec: 'sum', beta: 0, lambda: more.lambda! } as const;
      return prefixed('grad', evaluateWithGradient(makeRaeLossGradient(), net, params, { x }, hyper).grads);
    }),
    atCode: program(of, {}, ({ net, params, x }) => {
      const error = (z: tf.Tensor): tf.Tensor =>
        tf.sum(tf.square(tf.sub(x, net.decode(params, z))), [1, 2, 3]);
      return { gradient: gradient(error, net.encode(params, x).mean) };
    }),
  };
}

/** Half the gradient of u' (grad_z^2 L) u, u the input `direction` [B, d]: outputs `second.*`. */
export const constantProgram = (activation: ActivationName, batch: number): Float64Program =>
  program({ activation, batch, mode: 'evaluation' }, { direction: { shape: [batch, LATENT] } }, given => {
    const zero = constant(0);
    const second = (params: Given['params']): tf.Tensor =>
      gradient(t => gradient(s => meanError(given, params, s), t), zero);
    const { grads } = gradients(
      params => ({ loss: tf.mul(second(params), constant(0.5)), aux: {} }),
      given.params,
    );
    return prefixed('second', grads);
  });

/** Both gradients at a radius; `first` with the numbers of a case, then only what depends on the radius is done again. */
export function atRadius(
  { samba, rae }: Steps,
  rho: number,
  first?: Arrays,
): { readonly samba: Arrays; readonly rae: Arrays } {
  const alpha2 = Float64Array.of(rho ** 2 / LATENT);
  const lambda = Float64Array.of(rho);
  return first === undefined
    ? { samba: samba.update({ alpha2 }), rae: rae.update({ lambda }) }
    : { samba: samba.run({ ...first, alpha2 }), rae: rae.run({ ...first, lambda }) };
}
