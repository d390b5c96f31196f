/** @file Negative controls in the gamma-VAE of core: known mistakes, under the names of the claims. */
import { GAMMA_VAE } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { known } from '../mistaken.js';

export const GAMMA_WRONG = known(GAMMA_VAE, {
  gammaIsDeviation: 'squaredGamma',
  halfPrecision: 'halfPrecision',
  normaliserMissing: 'normaliserMissing',
  normaliserOfOneEntry: 'normaliserOfOneEntry',
  klOnce: 'klHalved',
  logDeviation: 'klLogDeviation',
  noNoise: 'noNoise',
  varianceForDeviation: 'varianceForDeviation',
});
