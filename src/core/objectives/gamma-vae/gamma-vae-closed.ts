/**
 * @file The gamma-VAE with the best observation variance of each batch, in closed form (Dai, Wenliang & Wipf
 * 2021, eq. 6).
 */
import * as tf from '@tensorflow/tfjs';
import { detach } from '../../../engine/ops.js';
import { objective, wrong } from '../define.js';
import { noiseOf, pointAt, scaleOf, weighted } from '../objective.js';
import {
  COMMON_FIELDS,
  type CommonHyper,
  GAMMA_MISTAKES,
  GAMMA_VAE_RULES,
  type GammaVaeRules,
  klWeight,
} from './gamma-vae.js';

export interface GammaVaeClosedRules extends GammaVaeRules {
  /** gamma from the squared errors [B] of the batch and the entries D of a sample. */
  estimate(errors: tf.Tensor, entries: number): tf.Tensor;
  /**
   * What of gamma is differentiated: nothing. Its own gradient is zero there, but as a difference of terms
   * that overflow.
   */
  hold(gamma: tf.Tensor): tf.Tensor;
}

export const GAMMA_VAE_CLOSED_RULES: GammaVaeClosedRules = {
  ...GAMMA_VAE_RULES,
  estimate: (errors, entries) => tf.div(tf.mean(errors), entries),
  hold: detach,
};

/**
 * The minimum over gamma of the gamma-VAE, D + D log gamma* + 2 beta KL with gamma* = mean_i |x_i - f(z_i)|^2
 * / D. Its gradient in all else is that of the gamma-VAE at gamma*.
 */
export const GAMMA_VAE_CLOSED = objective({
  name: 'gamma-vae-closed',
  loss: 'the minimum of `gamma-vae` over gamma, for each batch',
  hyper: COMMON_FIELDS,
  needs: { noise: true },
  terms: ['reconstruction', 'kl', 'gamma'],
  rules: GAMMA_VAE_CLOSED_RULES,
  evaluate:
    rules =>
    (net, params, inputs, { variance, beta }: CommonHyper) => {
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
  mistakes: {
    estimateOfSum: wrong<GammaVaeClosedRules>('the squared error of a sample in place of that of an entry', {
      estimate: errors => tf.mean(errors),
    }),
    estimateOfSample: wrong<GammaVaeClosedRules>('one gamma a sample in place of one for the batch', {
      estimate: (errors, entries) => tf.div(errors, entries),
    }),
    ...GAMMA_MISTAKES,
  },
});

export const makeGammaVaeClosed = GAMMA_VAE_CLOSED.make;
