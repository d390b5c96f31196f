/** @file The gamma-VAE with the best observation variance of each batch, in closed form (Dai, Wenliang & Wipf 2021, eq. 6). */
import * as tf from '@tensorflow/tfjs';
import { detach } from '../../engine/ops.js';
import { GAMMA_VAE_RULES, type GammaVaeHyper, type GammaVaeRules, klWeight } from './gamma-vae.js';
import { noiseOf, type Objective, pointAt, scaleOf, weighted } from './objective.js';

export interface GammaVaeClosedRules extends GammaVaeRules {
  /** gamma from the squared errors [B] of the batch and the entries D of a sample. */
  estimate(errors: tf.Tensor, entries: number): tf.Tensor;
  /** What of gamma is differentiated: nothing. Its own gradient is zero there, but as a difference of terms that overflow. */
  hold(gamma: tf.Tensor): tf.Tensor;
}

export const GAMMA_VAE_CLOSED_RULES: GammaVaeClosedRules = {
  ...GAMMA_VAE_RULES,
  estimate: (errors, entries) => tf.div(tf.mean(errors), entries),
  hold: detach,
};

/**
 * The minimum over gamma of the gamma-VAE, D + D log gamma* + 2 beta KL with gamma* = mean_i |x_i - f(z_i)|^2 / D. Its
 * gradient in all else is that of the gamma-VAE at gamma*.
 */
export const makeGammaVaeClosed = (
  rules: GammaVaeClosedRules = GAMMA_VAE_CLOSED_RULES,
): Objective<Omit<GammaVaeHyper, 'gamma'>> => ({
  name: 'gamma-vae-closed',
  usesNoise: true,
  terms: ['reconstruction', 'kl', 'gamma'],
  evaluate(net, params, inputs, { variance, beta }) {
    const posterior = net.encode(params, inputs.x);
    const scale = scaleOf(posterior, variance);
    const z = rules.sample(posterior.mean, scale, noiseOf(inputs));
    const errors = pointAt(net, params, inputs.x, 'sum', z).loss(z);
    const entries = net.data.reduce((a, b) => a * b, 1);
    const gamma = rules.hold(rules.estimate(errors, entries));
    const fit = tf.mean(tf.add(rules.fit(errors, gamma), rules.normaliser(entries, gamma)));
    const kl = tf.mean(rules.kl(posterior.mean, scale));
    return {
      loss: weighted(fit, [klWeight(rules, beta), kl]),
      terms: { reconstruction: tf.mean(errors), kl, gamma: tf.mean(gamma) },
    };
  },
});
