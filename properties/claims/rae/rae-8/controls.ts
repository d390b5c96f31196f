/** @file RAE-8: what is tested, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { type Mutant, mutant } from '../../../../src/claims/claim.js';
import { scaleUp } from '../../../../src/core/gaussian.js';
import { VAE_RULES, type VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { fitGaussian, type Gaussian, klOfGaussians } from '../../../../src/theory/density/gaussian.js';
import { logDet } from '../../../../src/theory/numerics/cholesky.js';
import {
  combine,
  dot,
  type Matrix,
  multiply,
  trace,
  transpose,
} from '../../../../src/theory/numerics/matrix.js';

export interface Subject {
  readonly fit: (points: Matrix) => Gaussian;
  /** KL(fit || N(0, I)) from the moments of the codes. */
  readonly gain: (fitted: Gaussian) => number;
  readonly kl: (p: Gaussian, q: Gaussian) => number;
  readonly vae: VaeRules;
  /** The covariance of codes sampled from posteriors, from that of their means and the mean posterior covariance. */
  readonly sampled: (ofMeans: Matrix, posterior: Matrix) => Matrix;
}

export const SUBJECT: Subject = {
  fit: points => fitGaussian(points),
  gain: ({ mean, covariance }) =>
    (dot(mean, mean) + trace(covariance) - logDet(covariance) - mean.length) / 2,
  kl: klOfGaussians,
  vae: VAE_RULES,
  sampled: (ofMeans, posterior) => combine(1, ofMeans, 1, posterior),
};

const withFit = (says: string, fit: Subject['fit']) => mutant<Subject>(says, s => ({ ...s, fit }));
const changed = (change: (fitted: Gaussian, points: Matrix) => Partial<Gaussian>): Subject['fit'] => {
  return points => {
    const fitted = fitGaussian(points);
    return { ...fitted, ...change(fitted, points) };
  };
};
const inVae = (sample: VaeRules['sample']) => {
  const vae = { ...VAE_RULES, sample };
  return (s: Subject): Subject => ({ ...s, vae });
};

export const MUTANTS: Readonly<Record<string, Mutant<Subject>>> = {
  unbiased: withFit(
    'the covariance divided by N - 1',
    changed(({ covariance }, points) => ({
      covariance: covariance.map(row => row.map(x => (x * points.length) / (points.length - 1))),
    })),
  ),
  uncentred: withFit(
    'second moments for the covariance',
    changed(({ covariance, mean }) => ({
      covariance: covariance.map((row, i) => row.map((x, j) => x + mean[i]! * mean[j]!)),
    })),
  ),
  diagonal: withFit(
    'variances alone',
    changed(({ covariance }) => ({
      covariance: covariance.map((row, i) => row.map((x, j) => (i === j ? x : 0))),
    })),
  ),
  centredAtZero: withFit(
    'a mean of zero',
    changed(({ mean }) => ({ mean: mean.map(() => 0) })),
  ),
  withoutDimension: mutant('the gain without - d / 2', s => ({
    ...s,
    gain: of => SUBJECT.gain(of) + of.mean.length / 2,
  })),
  withoutHalf: mutant('the gain without its 1/2', s => ({ ...s, gain: of => 2 * SUBJECT.gain(of) })),
  traceOnly: mutant('the gain without the log det', s => ({
    ...s,
    gain: of => SUBJECT.gain(of) + logDet(of.covariance) / 2,
  })),
  reversed: mutant('the divergence the other way round', s => ({
    ...s,
    kl: (p, q) => klOfGaussians(q, p),
  })),
  meansForSamples: mutant('the covariance of the means for that of the samples', s => ({
    ...s,
    sampled: ofMeans => ofMeans,
  })),
  precisionAdded: mutant('the squared posterior covariance', s => ({
    ...s,
    sampled: (ofMeans, sigma) => combine(1, ofMeans, 1, multiply(sigma, transpose(sigma))),
  })),
  varianceForDeviation: mutant(
    'Sigma times the noise for its root',
    inVae((mean, scale, noise) => tf.add(mean, scaleUp(scale, scaleUp(scale, noise)))),
  ),
};
