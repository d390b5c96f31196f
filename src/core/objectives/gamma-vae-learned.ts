/** @file The gamma-VAE whose observation variance is a parameter like any other, by its logarithm. */
import * as tf from '@tensorflow/tfjs';
import { type Autoencoder, type Normalised, parameter } from '../net/network.js';
import { GAMMA_VAE_RULES, type GammaVaeHyper, type GammaVaeRules, makeGammaVae } from './gamma-vae.js';
import type { Objective } from './objective.js';

/** The parameter log gamma, a scalar. */
export const LOG_GAMMA = 'gamma.log';

/** The network with the parameter log gamma beside its own, beginning at gamma = 1. */
export function withLogGamma(net: Autoencoder): Autoencoder {
  const derived = ({ statistics, inMode }: Normalised<Autoencoder>): Normalised<Autoencoder> => ({
    statistics,
    inMode: mode => withLogGamma(inMode(mode)),
  });
  return {
    ...net,
    shapes: { ...net.shapes, [LOG_GAMMA]: [] },
    fanIn: { ...net.fanIn, [LOG_GAMMA]: 1 },
    initial: { ...net.initial, [LOG_GAMMA]: 0 },
    ...(net.normalised !== undefined && { normalised: derived(net.normalised) }),
  };
}

/** The gamma-VAE with gamma = exp(log gamma) from the parameters of a network made by withLogGamma. */
export const makeGammaVaeLearned = (
  rules: GammaVaeRules = GAMMA_VAE_RULES,
): Objective<Omit<GammaVaeHyper, 'gamma'>> => ({
  name: 'gamma-vae-learned',
  usesNoise: true,
  terms: ['reconstruction', 'kl', 'gamma'],
  extend: withLogGamma,
  evaluate(net, params, inputs, hyper) {
    const gamma = tf.exp(parameter(params, LOG_GAMMA));
    const { loss, terms } = makeGammaVae(rules).evaluate(net, params, inputs, { ...hyper, gamma });
    return { loss, terms: { ...terms, gamma } };
  },
});
