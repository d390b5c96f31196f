/** @file SAMBA-14 and UJV-7: whether the worst case on the ball bounds the mean under Gaussian noise. */
import { claim, refuted } from '../../kit.js';
import { MUTANTS, SUBJECT } from '../../subjects/bound/controls.js';
import { CORRECTED } from '../../subjects/bound/corrected.js';
import { COUNTEREXAMPLES } from '../../subjects/bound/counterexamples.js';
import { EXCESS } from '../../subjects/bound/excess.js';

export default claim({
  id: 'SAMBA-14',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (9); Ujváry et al. 2022, section 4.1',
  tex: {
    printed:
      '\\mathbb E_{\\eta\\sim\\mathcal N(0,I_d)} L(\\psi+\\Sigma^{1/2}\\eta) \\le \\max_{\\|\\eta\\|\\le\\sqrt d} L(\\psi+\\Sigma^{1/2}\\eta)',
    corrected:
      '\\begin{aligned} \\mathbb E L &\\le \\max L && \\deg L \\le 3 \\\\ \\mathbb E L &\\le \\max L + \\tfrac{\\sqrt2}4 \\tfrac{G\\rho}{\\sqrt d} && L\\ G\\text{-Lipschitz},\\ \\Sigma=\\tfrac{\\rho^2}d I \\\\ \\mathbb E L &\\le \\max L + \\tfrac{b\\rho^2}{2d} && \\nabla L\\ b\\text{-Lipschitz} \\\\ \\mathbb E L &\\le (1-\\delta)\\max_{\\|\\eta\\|\\le\\sqrt d+\\sqrt{2\\log(1/\\delta)}} L + \\delta L_{\\max} && L \\le L_{\\max} \\end{aligned}',
  },
  says: 'That the worst case on the ball of radius sqrt(d) bounds the mean under Gaussian noise is exact for polynomials of degree up to three, linear decoders among them, and holds for small noise where the gradient is not zero; as a general statement it is false in every dimension (|w|^4 exceeds it by the factor 1 + 2/d), and true with an excess of order rho/sqrt(d) for Lipschitz, rho^2/d for smooth losses.',
  verdict: refuted({
    counterexample:
      'L(w) = |w|^4 at w = 0: the mean is 1 + 2/d times the maximum for every d and every radius',
    corrected:
      'exact up to degree three; an excess of at most sqrt(2)/4 G rho/sqrt(d) for Lipschitz and b rho^2/(2d) for smooth losses; a larger radius and a term delta Lmax for bounded ones',
  }),
  objectives: ['samba', 'beta-vae'],
  subject: SUBJECT,
  checks: { ...COUNTEREXAMPLES, ...CORRECTED, ...EXCESS },
  mutants: MUTANTS,
});
