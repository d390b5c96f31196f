/** @file The gamma-VAE whose observation variance is a parameter like any other, by its logarithm. */
import * as tf from '@tensorflow/tfjs';
import { type Autoencoder, type Normalised, parameter } from '../../net/network.js';
import { objective } from '../define.js';
import {
  COMMON_FIELDS,
  type CommonHyper,
  GAMMA_MISTAKES,
  GAMMA_VAE_RULES,
  makeGammaVae,
} from './gamma-vae.js';

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
export const GAMMA_VAE_LEARNED = objective({
  name: 'gamma-vae-learned',
  loss: '`gamma-vae` with log gamma a parameter, from gamma = 1',
  hyper: COMMON_FIELDS,
  needs: { noise: true },
  terms: ['reconstruction', 'kl', 'gamma'],
  rules: GAMMA_VAE_RULES,
  extend: withLogGamma,
  evaluate: rules => {
    const given = makeGammaVae(rules);
    return (net, params, inputs, hyper: CommonHyper) => {
      const gamma = tf.exp(parameter(params, LOG_GAMMA));
      const { loss, terms } = given.evaluate(net, params, inputs, { ...hyper, gamma });
      return { loss, terms: { ...terms, gamma } };
    };
  },
  mistakes: GAMMA_MISTAKES,
});

export const makeGammaVaeLearned = GAMMA_VAE_LEARNED.make;
