/** @file RAE-8: what is tested, and its negative controls. */
import { VAE } from '../../../../src/core/objectives/vae/vae.js';
import { fitGaussian, type Gaussian, klOfGaussians } from '../../../../src/theory/density/gaussian.js';
import { mat, wrong } from '../../../kit.js';
import { known } from '../../../subjects/mistaken.js';
import * as densityCases from '../../../subjects/rae/density-cases.js';

export const SUBJECT = {
  fit: (points: mat.Matrix): Gaussian => fitGaussian(points),
  /** KL(fit || N(0, I)) from the moments of the codes. */
  gain: ({ mean, covariance }: Gaussian) =>
    (mat.dot(mean, mean) + mat.trace(covariance) - mat.logDet(covariance) - mean.length) / 2,
  kl: klOfGaussians,
  vae: VAE.rules,
  /**
   * The covariance of codes sampled from posteriors, from that of their means and the mean posterior
   * covariance.
   */
  sampled: (ofMeans: mat.Matrix, posterior: mat.Matrix): mat.Matrix => mat.combine(1, ofMeans, 1, posterior),
};
export type Subject = typeof SUBJECT;

const changed =
  (change: (fitted: Gaussian, points: mat.Matrix) => Partial<Gaussian>): Subject['fit'] =>
  points => {
    const fitted = fitGaussian(points);
    return { ...fitted, ...change(fitted, points) };
  };

export const MUTANTS = {
  ...wrong.formula(SUBJECT, 'fit', {
    unbiased: [
      'the covariance divided by N - 1',
      changed(({ covariance }, points) => ({
        covariance: covariance.map(row => row.map(x => (x * points.length) / (points.length - 1))),
      })),
    ],
    uncentred: ['second moments for the covariance', changed(densityCases.uncentred)],
    diagonal: ['variances alone', changed(densityCases.diagonal)],
    centredAtZero: ['a mean of zero', changed(({ mean }) => ({ mean: mat.zeros(mean.length) }))],
  }),
  ...wrong.formula(SUBJECT, 'gain', {
    withoutDimension: ['the gain without - d / 2', fitted => SUBJECT.gain(fitted) + fitted.mean.length / 2],
    withoutHalf: ['the gain without its 1/2', fitted => 2 * SUBJECT.gain(fitted)],
    traceOnly: [
      'the gain without the log det',
      fitted => SUBJECT.gain(fitted) + mat.logDet(fitted.covariance) / 2,
    ],
  }),
  ...wrong.formula(SUBJECT, 'kl', {
    reversed: ['the divergence the other way round', (p, q) => klOfGaussians(q, p)],
  }),
  ...wrong.formula(SUBJECT, 'sampled', {
    meansForSamples: ['the covariance of the means for that of the samples', ofMeans => ofMeans],
    precisionAdded: [
      'the squared posterior covariance',
      (ofMeans, sigma) => mat.combine(1, ofMeans, 1, mat.multiply(sigma, mat.transpose(sigma))),
    ],
  }),
  ...wrong.rules(SUBJECT, 'vae', known(VAE, { varianceForDeviation: 'varianceForDeviation' })),
};
