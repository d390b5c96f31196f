/** @file SAMBA-14 and UJV-7: whether the worst case on the ball bounds the mean under Gaussian noise. */
import { claim, conditional } from '../../kit.js';
import { MUTANTS, SUBJECT } from '../../subjects/bound/controls.js';
import { CORRECTED } from '../../subjects/bound/corrected.js';
import { COUNTEREXAMPLES } from '../../subjects/bound/counterexamples.js';
import { EXCESS } from '../../subjects/bound/excess.js';

export default claim({
  id: 'SAMBA-14',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, section 5 (after Ujváry et al. 2022, section 4.1)',
  tex: {
    printed:
      '\\mathbb E_{\\theta\\sim\\mathcal N(\\mu,\\Sigma)} L(\\theta) \\lesssim \\max_{\\varepsilon^\\top\\Sigma^{-1}\\varepsilon\\le p} L(\\mu+\\varepsilon)\\quad\\text{(Ujváry et al. 2022, section 4.1)}',
    asRead: true,
    corrected:
      '\\begin{aligned} \\mathbb E L &\\le \\max L && \\deg L \\le 3 \\\\ \\mathbb E L &\\le \\max L + \\tfrac{\\sqrt2}4 \\tfrac{G\\rho}{\\sqrt d} && L\\ G\\text{-Lipschitz},\\ \\Sigma=\\tfrac{\\rho^2}d I \\\\ \\mathbb E L &\\le \\max L + \\tfrac{b\\rho^2}{2d} && \\nabla L\\ b\\text{-Lipschitz} \\\\ \\mathbb E L &\\le (1-\\delta)\\max_{\\|\\eta\\|\\le\\sqrt d+\\sqrt{2\\log(1/\\delta)}} L + \\delta L_{\\max} && L \\le L_{\\max} \\end{aligned}',
  },
  says: 'That the worst case on the ball of radius sqrt(d) bounds the mean under Gaussian noise, which Ujváry et al. state informally for small covariances and many parameters, is exact for polynomials of degree up to three, linear decoders among them, and holds for small noise where the gradient is not zero; for other losses there can be an excess: the factor 1 + 2/d for |w|^4, which large dimensions make small, a fifth of the range for a bounded loss, which they do not, of order rho/sqrt(d) for Lipschitz and rho^2/d for smooth losses.',
  verdict: conditional(
    'the loss is a polynomial of degree up to three, or the covariance is small where the gradient is not zero, or an excess is granted: sqrt(2)/4 G rho/sqrt(d) for Lipschitz, b rho^2/(2d) for smooth losses, a larger radius and delta Lmax for bounded ones',
  ),
  findings: [
    {
      class: 'error',
      title: 'What Ujváry et al. bound is the expected loss, not the expected gradient',
      quote: 'who establish the SAM gradient as an upper bound on the expected MFVI gradient',
      place: 'section 5, Related work',
      says: 'Section 4.1 of Ujváry et al. compares the two losses, informally, for small covariances and many parameters. Between the losses the bound holds under conditions: exactly for polynomials up to degree three, for small covariances where the gradient does not vanish, and with an excess for Lipschitz, smooth or bounded losses.',
      also: ['UJV-7'],
    },
  ],
  objectives: ['samba', 'beta-vae'],
  subject: SUBJECT,
  checks: { ...COUNTEREXAMPLES, ...CORRECTED, ...EXCESS },
  mutants: MUTANTS,
});
