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
    dimensionSign: wrongKl('+ p for - p', of => kl(of) + of.mean.length),
    determinant: wrongKl('log det Sigma for log det Sigma^-1', of => kl(of) + mat.logDet(of.sigma)),
    priorDeviation: wrongKl(
      'p log sigma0 for p log sigma0^2',
      of => kl(of) - (of.mean.length * Math.log(of.prior)) / 4,
    ),
    dimensionMissing: wrongKl(
      'log sigma0^2 without p',
      of => kl(of) - ((of.mean.length - 1) * Math.log(of.prior)) / 2,
    ),
    halfMissing: wrongKl('without 1/2', of => 2 * kl(of)),
    traceNotScaled: wrongKl(
      'tr Sigma not divided by sigma0^2',
      of => kl(of) + (mat.trace(of.sigma) * (1 - 1 / of.prior)) / 2,
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
    examplesMissing: wrong('the KL not divided by N', { objective: (loss, of) => loss + of }),
    sign: wrong('the KL subtracted', { objective: (loss, of, n) => loss - of / n }),
    penaltyHalf: wrong('1/N for 1/(2N) in (55)', { penalty: (of, n) => 2 * penalty(of, n) }),
    penaltyDeterminant: wrong('+ log det Sigma in (55)', {
      penalty: (of, n) => penalty(of, n) + mat.logDet(of.sigma) / n,
    }),
    levelOne: wrong('the ellipsoid of level 1', { level: () => 1 }),
  },
});
