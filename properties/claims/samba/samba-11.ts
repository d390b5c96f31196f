/** @file The covariance that makes sqrt(d) in whitened coordinates a radius of rho: section 2. */
import { SAMBA_RULES } from '../../../src/core/objectives/samba/samba.js';
import { VAE_RULES } from '../../../src/core/objectives/vae/vae.js';
import { chiMoment } from '../../../src/theory/closed/chi.js';
import { check, claim, conditional, draw, mat, quad, wrong } from '../../kit.js';
import { isotropicNoise, isotropicStep } from '../../subjects/sam/isotropic.js';
import { wrongSamba } from '../../subjects/sam/mutants.js';
import { inVae, NOISE_BESIDE_STEP } from '../../subjects/vae/elbo-mutants.js';

const DIMENSIONS = [1, 2, 5, 16] as const;

/** |Sigma^(1/2) eta| for the direction that SAMBA takes from a gradient, and for a noise of the VAE. */
const samStep = ({ samba, variance }: Subject, g: mat.Vector, rho: number): number =>
  mat.norm(isotropicStep(samba, g, variance(rho, g.length)));
const noiseStep = ({ vae, variance }: Subject, eta: mat.Vector, rho: number): number =>
  mat.norm(isotropicNoise(vae, eta, variance(rho, eta.length)));

const given = draw.record({
  g: draw.vector(16, draw.normal()).filter(g => g[0] !== 0),
  rho: draw.logUniform({ min: 1e-3, max: 100 }),
});

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
  findings: [
    {
      class: 'sharpened',
      title: 'The radius is exact for the SAM direction, and one of mean square for noise',
      quote: '$\\boldsymbol{\\eta}$ will be normalized to the hypersphere with the SAM radius',
      place: 'section 2, before eq. (9)',
      says: 'With Σ = (ρ²/d) I the SAM step has length ρ in every dimension. Gaussian noise has the mean square length ρ²; its mean length is smaller, by 20 % for d = 1 and by 1/(4d) for large d.',
    },
  ],
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
        DIMENSIONS.map(d => {
          const terms = quad
            .sigmaPoints(d)
            .map(({ point, weight }) => weight * noiseStep(subject, point, rho) ** 2);
          return { actual: mat.sum(terms), expected: rho ** 2, what: `d = ${d}` };
        }),
    }),
    shape: check.equals({
      says: 'and its length is rho |eta| / sqrt(d)',
      given,
      runs: 32,
      measure: ({ g, rho }, subject) =>
        DIMENSIONS.map(d => {
          const eta = g.slice(0, d);
          const expected = (rho * mat.norm(eta)) / Math.sqrt(d);
          return { actual: noiseStep(subject, eta, rho), expected, what: `d = ${d}` };
        }),
    }),
    shorter: check.violates({
      says: 'so that its mean length is less than rho: by 20 % for d = 1 and by 1/(4d) for large d',
      given: check.only<number>([...DIMENSIONS, 256]),
      measure: (d, subject) => {
        const rho = 3;
        const unit = noiseStep(subject, mat.identity(d)[0]!, rho);
        const actual = unit * chiMoment(d, 1);
        return { claimed: rho, actual, by: rho - actual, scale: rho };
      },
    }),
  },
  mutants: {
    ...wrongSamba<Subject>('unnormalised', 'rootDimensionMissing', 'dimensionForRoot'),
    ...wrongSamba<Subject>('covarianceForRoot', 'covarianceMissing', 'epsilonInDenominator'),
    ...inVae<Subject>(NOISE_BESIDE_STEP),
    ...wrong.formula(SUBJECT, 'variance', {
      dimensionDropped: ['rho^2 I', rho => rho ** 2],
      rootOfDimension: ['rho^2 / sqrt(d) I', (rho, d) => rho ** 2 / Math.sqrt(d)],
      radiusForVariance: ['rho / d I', (rho, d) => rho / d],
    }),
  },
});
