/**
 * @file UJV-1 (eq. 1): SAM as a maximum on an ellipsoid, and ordinary SAM as the case of a multiple of the
 * identity.
 */
import { SAM_RULES } from '../../../../src/core/objectives/sam/sam.js';
import { VSAM_RULES } from '../../../../src/core/objectives/sam/vsam.js';
import { claim, exact, mat, mutant } from '../../../kit.js';
import { times } from '../../../subjects/sam/ridge-cases.js';
import { inRules, pick, wrongSteps } from '../../../subjects/sam/step-mutants.js';
import { ball, below, coordinates, invariant, order, SUBJECT, type Subject, trained } from './checks.js';

const wrong = (says: string, change: Partial<Subject>) => mutant<Subject>(says, s => ({ ...s, ...change }));

export default claim({
  id: 'UJV-1',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, eq. (1)',
  tex: {
    printed:
      'L_{\\mathrm{SAM}}(\\mu,\\Sigma) = \\max_{\\varepsilon^\\top\\Sigma^{-1}\\varepsilon \\le p}\\bigl[L(\\mu+\\varepsilon) - L(\\mu)\\bigr] + L(\\mu) + \\alpha\\|\\mu\\|^2',
  },
  says: 'With the level p, the number of parameters, and Sigma = (rho^2/p) I the ellipsoid is the ball of radius rho and the objective that of SAM; the sharpness depends on Sigma times the level only and grows with it.',
  verdict: exact(),
  objectives: ['sam', 'vsam'],
  subject: SUBJECT,
  checks: { ball, order, invariant, below, trained, coordinates },
  mutants: {
    levelRho: wrong('the level rho for p', { level: (_, rho) => rho }),
    levelSquared: wrong('the level p^2 for p', { level: p => p ** 2 }),
    levelRoot: wrong('the level sqrt(p) for p', { level: p => Math.sqrt(p) }),
    dimensionMissing: wrong('Sigma = rho^2 I', { variance: rho => rho ** 2 }),
    radiusForVariance: wrong('Sigma = (rho/p) I', { variance: (rho, p) => rho / p }),
    minimum: wrong('the minimum for the maximum', {
      sharpness: (f, sigma, level) =>
        -SUBJECT.sharpness(
          { ...f, gradient: mat.scale(-1, f.gradient), matrix: times(-1, f.matrix) },
          sigma,
          level,
        ),
    }),
    precision: wrong('Sigma where its inverse belongs', {
      sharpness: (f, sigma, level) =>
        SUBJECT.sharpness(f, mat.multiply(sigma, mat.multiply(sigma, sigma)), level),
    }),
    ...inRules(
      pick(
        wrongSteps(SAM_RULES),
        'notDetached',
        'downhill',
        'unnormalised',
        'tensorNorm',
        'firstTensorNorm',
        'epsilonInDenominator',
      ),
      (s: Subject, sam) => ({ ...s, sam }),
    ),
    ...inRules(
      pick(wrongSteps(VSAM_RULES), 'notWhitened', 'rootMissing', 'covarianceForRoot'),
      (s: Subject, vsam) => ({ ...s, vsam }),
    ),
  },
});
