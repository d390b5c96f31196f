/**
 * @file Slices through the energy of a linear VAE with two latents on one direction of data (VGR-14),
 * variances at their best.
 */
import { formula } from './formula.js';

const DATA = { lambda: 'variance of the data', gamma: 'variance of the observations' };

export const ROTATION_EXCESS = formula(
  'energy after turning the latents by t, above that of the sparse solution at t = 0',
  'log1p((lambda / gamma)^2 * sin(2 * t)^2 / (4 * (1 + lambda / gamma)))',
  { t: 'angle', ...DATA },
);

export const SEGMENT_ENERGY = formula(
  'energy between two sparse solutions that exchange their latents, less d log gamma',
  '4 * t^2 * (1 - t)^2 * lambda / gamma + log1p((1 - t)^2 / gamma) + log1p(t^2 / gamma) + lambda * ' +
    '((1 - t)^2 + t^2)',
  { t: 'place between the two, from 0 to 1', ...DATA },
);

/**
 * The energy after turning the latents by t, above that of the sparse solution at t = 0; data of variance
 * lambda.
 */
export const rotationExcess = (t: number, lambda: number, gamma: number): number =>
  ROTATION_EXCESS.evaluate({ t, lambda, gamma });

/**
 * The energy on the segment between two sparse solutions that exchange their latents, d log gamma left out.
 */
export const segmentEnergy = (t: number, lambda: number, gamma: number): number =>
  SEGMENT_ENERGY.evaluate({ t, lambda, gamma });
