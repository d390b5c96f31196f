/** @file The step and the noise that train, for Sigma = variance I. */
import * as tf from '@tensorflow/tfjs';
import { isotropic } from '../../../src/core/gaussian.js';
import type { SambaRules } from '../../../src/core/objectives/samba/samba.js';
import type { VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { perturb } from '../../../src/core/perturbation.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import type { mat } from '../../kit.js';

const keys = new Map<number, object>();

/** One object for each dimension, to keep programs under. */
export function ofDimension(d: number): object {
  const known = keys.get(d) ?? {};
  keys.set(d, known);
  return known;
}

const inputsOf = (direction: mat.Vector, variance: number) => ({
  direction: Float64Array.from(direction),
  variance: Float64Array.of(variance),
});
const specsOf = (d: number) => ({ direction: { shape: [1, d] }, variance: { shape: [] } });

/** Sigma^(1/2) eta for the direction eta that SAMBA takes from a gradient. */
export const isotropicStep = (samba: SambaRules, gradient: mat.Vector, variance: number): number[] => [
  ...programOf(samba, ofDimension(gradient.length), 'isotropic step', () => ({
    specs: specsOf(gradient.length),
    fn: ({ direction, variance: v }) => ({ step: perturb(isotropic(v!), direction!, samba).step }),
  })).run(inputsOf(gradient, variance)).step!,
];

/** Sigma^(1/2) eta for a noise eta of the VAE. */
export const isotropicNoise = (vae: VaeRules, eta: mat.Vector, variance: number): number[] => [
  ...programOf(vae, ofDimension(eta.length), 'isotropic noise', () => ({
    specs: specsOf(eta.length),
    fn: ({ direction, variance: v }) => ({
      step: vae.sample(tf.zerosLike(direction!), isotropic(v!), direction!),
    }),
  })).run(inputsOf(eta, variance)).step!,
];
