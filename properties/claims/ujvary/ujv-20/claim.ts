/** @file UJV-20 (eqs. 51-55): the algebra from the ELBO to the VariationalSAM objective. */
import { claim, conditional, mat, mutant } from '../../../kit.js';
import {
  byQuadrature,
  divergence,
  dropped,
  evidence,
  kl,
  penalty,
  quartic,
  SUBJECT,
  type Subject,
  upper,
} from './checks.js';

const wrongKl = (says: string, kl: Subject['kl']) => mutant<Subject>(says, s => ({ ...s, kl }));

const wrong = (says: string, change: Partial<Subject>) => mutant<Subject>(says, s => ({ ...s, ...change }));

export default claim({
  id: 'UJV-20',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, appendix, eqs. (51)-(55)',
  tex: {
    printed:
      '\\operatorname{KL} = \\tfrac12\\Bigl[\\frac{\\operatorname{tr}\\Sigma}{\\sigma_0^2} + \\log\\det\\Sigma^{-1} + p\\log\\sigma_0^2 + \\frac{\\|\\mu\\|^2}{\\sigma_0^2} - p\\Bigr], \\qquad \\mathbb E L + \\tfrac1N\\operatorname{KL} \\le \\max L + \\tfrac1{2N}\\Bigl[\\frac{\\operatorname{tr}\\Sigma}{\\sigma_0^2} - \\log\\det\\Sigma + \\frac{\\|\\mu\\|^2}{\\sigma_0^2}\\Bigr] + \\mathrm{const}',
  },
  says: 'The KL and the steps from the ELBO to the averaged objective are exact, the dropped terms constant; the last step, the maximum in place of the mean, is a bound for losses up to degree three and not in general.',
  verdict: conditional(
    'the maximum bounds the mean, as for polynomials of degree up to three (UJV-7); the algebra before is exact',
  ),
  subject: SUBJECT,
  checks: { divergence, byQuadrature, evidence, dropped, upper, quartic },
  mutants: {
    dimensionSign: wrongKl('+ p for - p', q => kl(q) + q.mean.length),
    determinant: wrongKl('log det Sigma for log det Sigma^-1', q => kl(q) + mat.logDet(q.sigma)),
    priorDeviation: wrongKl(
      'p log sigma0 for p log sigma0^2',
      q => kl(q) - (q.mean.length * Math.log(q.prior)) / 4,
    ),
    dimensionMissing: wrongKl(
      'log sigma0^2 without p',
      q => kl(q) - ((q.mean.length - 1) * Math.log(q.prior)) / 2,
    ),
    halfMissing: wrongKl('without 1/2', q => 2 * kl(q)),
    traceNotScaled: wrongKl(
      'tr Sigma not divided by sigma0^2',
      q => kl(q) + (mat.trace(q.sigma) * (1 - 1 / q.prior)) / 2,
    ),
    reversed: wrongKl('KL of the prior from the posterior', ({ mean, sigma, prior }) => {
      const precision = mat.inverse(sigma);
      const quadratic = mat.norm(mat.solveLower(mat.cholesky(sigma), mean)) ** 2;
      return (
        (prior * mat.trace(precision) +
          mat.logDet(sigma) -
          mean.length * Math.log(prior) +
          quadratic -
          mean.length) /
        2
      );
    }),
    examplesMissing: wrong('the KL not divided by N', { objective: (loss, divergence) => loss + divergence }),
    sign: wrong('the KL subtracted', { objective: (loss, divergence, n) => loss - divergence / n }),
    penaltyHalf: wrong('1/N for 1/(2N) in (55)', { penalty: (q, n) => 2 * penalty(q, n) }),
    penaltyDeterminant: wrong('+ log det Sigma in (55)', {
      penalty: (q, n) => penalty(q, n) + mat.logDet(q.sigma) / n,
    }),
    levelOne: wrong('the ellipsoid of level 1', { level: () => 1 }),
  },
});
