/** @file UJV-18 (Algorithms 1-3): whether the algorithms step along the gradients of their objectives. */
import { claim, conditional } from '../../../kit.js';
import { algorithm1, algorithm3, negative, optimiserDecay, positive, printed1, printed2 } from './checks.js';
import { MUTANTS, SUBJECT } from './controls.js';
import { FINDINGS } from './findings.js';

export default claim({
  id: 'UJV-18',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, Algorithms 1-3',
  tex: {
    printed:
      '\\mu \\leftarrow \\mu - \\eta_1\\,\\nabla L(\\mu+\\Sigma^{1/2}\\eta), \\qquad \\Sigma \\leftarrow \\Sigma - \\eta_2\\,\\nabla_\\Sigma\\bigl[L(\\mu+\\Sigma^{1/2}\\eta) + \\operatorname{KL}\\bigr]',
    corrected:
      '\\mu \\leftarrow \\mu - \\eta_1\\bigl[\\nabla L(\\mu+\\Sigma^{1/2}\\eta) + 2\\alpha\\mu\\bigr], \\qquad \\log\\sigma^2 \\leftarrow \\log\\sigma^2 - \\eta_2\\,\\sigma^2\\,\\nabla_{\\sigma^2}\\bigl[L + \\tfrac1N\\operatorname{KL}\\bigr]',
  },
  says: 'The algorithms step along the gradients of the stated objectives with the 1/N of eq. (5) on the KL of the covariance, the weight decay 2 alpha = 1/(N sigma0^2) in the optimiser, and rho/sqrt(p) for the sigma0 of Algorithm 2; the plain update of the covariance keeps it positive at small rates only, descent on log variances at any.',
  verdict: conditional(
    'the KL of the covariance is divided by N as in eq. (5), the optimiser has the weight decay 2 alpha, sigma0 in Algorithm 2 is rho/sqrt(p) as in section 6, and the variances move by small steps or by their logarithms',
  ),
  findings: FINDINGS,
  objectives: ['mean-field', 'variational-sam'],
  subject: SUBJECT,
  checks: { printed1, printed2, negative, optimiserDecay, algorithm1, algorithm3, positive },
  mutants: MUTANTS,
});
