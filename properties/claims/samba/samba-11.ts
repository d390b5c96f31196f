/** @file The covariance that makes sqrt(d) in whitened coordinates a radius of rho: section 2. */
import * as tf from '@tensorflow/tfjs';
import { isotropic } from '../../../src/core/gaussian.js';
import { SAMBA_RULES } from '../../../src/core/objectives/samba/samba.js';
import { VAE_RULES } from '../../../src/core/objectives/vae/vae.js';
import { perturb } from '../../../src/core/perturbation.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import { chiMoment } from '../../../src/theory/closed/chi.js';
import { check, claim, conditional, draw, mat, mutant, quad } from '../../kit.js';
import { inSamba, LENGTH_MUTANTS } from '../../subjects/sam/mutants.js';
import { inVae, NOISE_WRONG } from '../../subjects/vae/elbo-mutants.js';

const DIMENSIONS = [1, 2, 5, 16] as const;
const keys = new Map<number, object>([...DIMENSIONS, 256].map(d => [d, {}]));

/** |Sigma^(1/2) eta| for the direction that SAMBA takes from a gradient. */
function samStep({ samba, variance }: Subject, g: readonly number[], rho: number): number {
  const d = g.length;
  const program = programOf(samba, keys.get(d)!, 'isotropic step', () => ({
    specs: { gradient: { shape: [1, d] }, variance: { shape: [] } },
    fn: inputs => ({ step: perturb(isotropic(inputs.variance!), inputs.gradient!, samba).step }),
  }));
  const { step } = program.run({
    gradient: Float64Array.from(g),
    variance: Float64Array.of(variance(rho, d)),
  });
  return mat.norm([...step!]);
}

/** |Sigma^(1/2) eta| for a noise of the VAE. */
function noiseStep({ vae, variance }: Subject, eta: readonly number[], rho: number): number {
  const d = eta.length;
  const program = programOf(vae, keys.get(d)!, 'isotropic noise', () => ({
    specs: { noise: { shape: [1, d] }, variance: { shape: [] } },
    fn: inputs => ({
      step: vae.sample(tf.zerosLike(inputs.noise!), isotropic(inputs.variance!), inputs.noise!),
    }),
  }));
  const { step } = program.run({
    noise: Float64Array.from(eta),
    variance: Float64Array.of(variance(rho, d)),
  });
  return mat.norm([...step!]);
}

const given = {
  arbitrary: draw.record({
    g: draw.vector(16, draw.normal()).filter(g => g[0] !== 0),
    rho: draw.logUniform({ min: 1e-3, max: 100 }),
  }),
};

/** The variance with another function of rho and d. */
const other = (says: string, variance: Subject['variance']) =>
  mutant<Subject>(says, s => ({ ...s, variance }));

const SUBJECT = {
  samba: SAMBA_RULES,
  vae: VAE_RULES,
  /** The variance of each entry for the radius rho. */
  variance: (rho: number, d: number) => rho ** 2 / d,
};
type Subject = typeof SUBJECT;

export default claim<Subject, string, string>({
  id: 'SAMBA-11',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, section 2',
  tex: {
    printed:
      '\\Sigma = \\tfrac{\\rho^2}{d} I:\\quad \\eta\\ \\text{will be normalised to the hypersphere with SAM radius } \\rho',
    corrected:
      '\\|\\Sigma^{1/2}\\eta\\| = \\rho\\ \\text{for}\\ \\eta(\\cdot,\\sqrt d)\\ \\text{of eq. (8)};\\qquad \\mathbb E\\|\\Sigma^{1/2}\\eta\\|^2 = \\rho^2,\\ \\mathbb E\\|\\Sigma^{1/2}\\eta\\| = \\rho\\,\\mathbb E\\chi_d/\\sqrt d < \\rho\\ \\text{for}\\ \\eta\\sim\\mathcal N(0,I)',
  },
  says: 'With Sigma = (rho^2/d) I the SAM direction of norm sqrt(d) becomes a step of length rho exactly; for Gaussian noise only the mean square of the length is rho^2, and its mean is smaller.',
  verdict: conditional(
    'eta is the SAM direction; for Gaussian noise the statement holds for the mean square only',
  ),
  objectives: ['samba', 'vae'],
  subject: SUBJECT,
  checks: {
    sam: check.equals({
      says: "SAMBA's step has length rho, in every dimension",
      given,
      runs: 32,
      measure: ({ g, rho }, subject) =>
        DIMENSIONS.map(d => ({
          actual: samStep(subject, g.slice(0, d), rho),
          expected: rho,
          what: `d = ${d}`,
        })),
    }),
    gaussian: check.equals({
      says: 'Gaussian noise has mean square length rho^2',
      given,
      runs: 32,
      measure: ({ rho }, subject) =>
        DIMENSIONS.map(d => ({
          actual: quad
            .sigmaPoints(d)
            .reduce((sum, { point, weight }) => sum + weight * noiseStep(subject, point, rho) ** 2, 0),
          expected: rho ** 2,
          what: `d = ${d}`,
        })),
    }),
    shape: check.equals({
      says: 'and its length is rho |eta| / sqrt(d)',
      given,
      runs: 32,
      measure: ({ g, rho }, subject) =>
        DIMENSIONS.map(d => {
          const eta = g.slice(0, d);
          return {
            actual: noiseStep(subject, eta, rho),
            expected: (rho * mat.norm(eta)) / Math.sqrt(d),
            what: `d = ${d}`,
          };
        }),
    }),
    shorter: check.violates({
      says: 'so that its mean length is less than rho: by 20 % for d = 1 and by 1/(4d) for large d',
      given: check.only<number>([...DIMENSIONS, 256]),
      measure: (d, subject) => {
        const rho = 3;
        const unit = noiseStep(
          subject,
          Array.from({ length: d }, (_, k) => (k === 0 ? 1 : 0)),
          rho,
        );
        const actual = unit * chiMoment(d, 1);
        return { claimed: rho, actual, by: rho - actual, scale: rho };
      },
    }),
  },
  mutants: {
    ...inSamba<Subject>({
      unnormalised: LENGTH_MUTANTS.unnormalised,
      rootDimensionMissing: LENGTH_MUTANTS.rootDimensionMissing,
      dimensionForRoot: LENGTH_MUTANTS.dimensionForRoot,
      covarianceForRoot: LENGTH_MUTANTS.covarianceForRoot,
      covarianceMissing: LENGTH_MUTANTS.covarianceMissing,
      epsilonInDenominator: LENGTH_MUTANTS.epsilonInDenominator,
    }),
    ...inVae<Subject>({
      noiseCovarianceForRoot: NOISE_WRONG.covarianceForRoot,
      noiseCovarianceMissing: NOISE_WRONG.covarianceMissing,
      noiseOnBall: NOISE_WRONG.noiseOnBall,
      noNoise: NOISE_WRONG.noNoise,
    }),
    dimensionDropped: other('rho^2 I', rho => rho ** 2),
    rootOfDimension: other('rho^2 / sqrt(d) I', (rho, d) => rho ** 2 / Math.sqrt(d)),
    radiusForVariance: other('rho / d I', (rho, d) => rho / d),
  },
});
