/** @file Cases whose encoder gives the covariance: scaling it, and the penalty of first order that belongs to it. */
import * as tf from '@tensorflow/tfjs';
import { gradient, gradients } from '../../../src/core/derivatives.js';
import { type Scale, scaleUp, whiten } from '../../../src/core/gaussian.js';
import { pointAt, scaleOf } from '../../../src/core/objectives/objective.js';
import { scaledNorm } from '../../../src/core/perturbation.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import { constant } from '../../../src/engine/ops.js';
import type { Float64Program } from '../../../src/engine/program.js';
import type { AutoencoderCase, Shape } from '../../arbitraries/autoencoders.js';
import { inputSpecs, inputsOf, networkOf, paramsOf, prefixed } from '../network/network.js';

/** The inputs of a case with every standard deviation multiplied by s; correlations stay. */
export function scaledInputs(of: AutoencoderCase, s: number): Record<string, Float64Array> {
  const inputs = inputsOf(of);
  const { latent, posterior } = of.shape.net;
  if (posterior === 'diagonal')
    return { ...inputs, 'logvar.bias': inputs['logvar.bias']!.map(x => x + 2 * Math.log(s)) };
  // the first `latent` outputs are logarithms of the factor's diagonal, the others its lower entries
  const weight = inputs['cholesky.weight']!;
  const features = weight.length / inputs['cholesky.bias']!.length;
  return {
    ...inputs,
    'cholesky.weight': weight.map((x, i) => (i < latent * features ? x : s * x)),
    'cholesky.bias': inputs['cholesky.bias']!.map((x, i) => (i < latent ? x + Math.log(s) : s * x)),
  };
}

/** How the first-order penalty of a covariance is made from a gradient [B, d]. */
export interface PenaltyRules {
  /** |Sigma^(1/2) g|, one a sample, [B]. */
  measure(scale: Scale, gradient: tf.Tensor): tf.Tensor;
  /** sqrt(d), the radius in whitened coordinates. */
  radius(d: number): number;
}

export const PENALTY_RULES: PenaltyRules = {
  measure: (scale, g) => scaledNorm(whiten(scale, g)),
  radius: Math.sqrt,
};

/**
 * mean_i of |x_i - f(mu_i)|^2 + sqrt(d) |Sigma_i^(1/2) g_i|, Sigma_i from the encoder and differentiated: outputs `loss`
 * and `grad.*`; `whitened`, the directions eta_i = sqrt(d) Sigma_i^(1/2) g_i / |Sigma_i^(1/2) g_i|; `step`, Sigma_i^(1/2) eta_i.
 */
export const penalisedStep = (rules: PenaltyRules, shape: Shape): Float64Program =>
  programOf(rules, shape, 'penalised', () => {
    const net = networkOf(shape);
    return {
      specs: inputSpecs(shape),
      fn: inputs => {
        const { loss, grads, aux } = gradients(
          params => {
            const posterior = net.encode(params, inputs.x!);
            const scale = scaleOf(posterior, 'learned');
            const at = pointAt(net, params, inputs.x!, 'sum', posterior.mean);
            const g = gradient(at.loss, posterior.mean);
            const radius = constant(rules.radius(net.latent));
            const penalty = tf.mul(radius, tf.mean(rules.measure(scale, g)));
            const w = whiten(scale, g);
            const eta = tf.div(tf.mul(constant(Math.sqrt(net.latent)), w), tf.expandDims(scaledNorm(w), 1));
            const aux = { whitened: eta, step: scaleUp(scale, eta) };
            return { loss: tf.add(tf.mean(at.loss(posterior.mean)), penalty), aux };
          },
          paramsOf(shape, inputs),
        );
        return { loss, ...aux, ...prefixed('grad', grads) };
      },
    };
  });
