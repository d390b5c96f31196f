/** @file UJV-2: the perturbation of SAM with a covariance, in closed form. */
import * as tf from '@tensorflow/tfjs';
import { scaleUp, whiten } from '../../../../src/core/gaussian.js';
import { SAMBA_RULES, type SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import { claim, exact, mutant } from '../../../kit.js';
import { inSamba, LENGTH_MUTANTS } from '../../../subjects/sam/mutants.js';
import { pick } from '../../../subjects/sam/step-mutants.js';
import { best, closed, gain, level, multiplier, plain, type Subject, zero } from './checks.js';

const wrong = (says: string, change: Partial<SambaRules>) => ({ says, rules: { ...SAMBA_RULES, ...change } });

const own = {
  rootForCovariance: wrong('Sigma^(1/2) G for Sigma G', { outer: (_, eta) => eta }),
  notWhitened: wrong('the gradient is not whitened before it is normalised', { whiten: (_, g) => g }),
  downhill: wrong('the opposite direction', {
    normalise: (w, length) => tf.neg(SAMBA_RULES.normalise(w, length)),
  }),
  factorTransposed: wrong('the factor for its transpose when whitening', { whiten: scaleUp }),
  outerTransposed: wrong('the transposed factor on the way back', { outer: whiten }),
  inverseCovariance: wrong('Sigma^-1 for Sigma', {
    whiten: (s, g) => (s.kind === 'cholesky' ? whiten(s, g) : tf.div(g, s.std)),
    outer: (s, eta) => (s.kind === 'cholesky' ? scaleUp(s, eta) : tf.div(eta, s.std)),
  }),
  unguarded: wrong('zero divided by zero where the gradient is zero', {
    normalise: (w, length) => tf.div(w, length),
  }),
  naiveNorm: wrong('the root of a sum of squares, which overflows', {
    norm: w => tf.sqrt(tf.sum(tf.square(w), 1, true)),
  }),
};

/** Sigma^(1/2) is not unique: the factor with its columns in reverse order is another root. */
const otherRoot: SambaRules = {
  ...SAMBA_RULES,
  whiten: (s, g) => tf.reverse(whiten(s, g), 1),
  outer: (s, eta) => scaleUp(s, tf.reverse(eta, 1)),
};

export default claim({
  id: 'UJV-2',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, eqs. (2)-(3)',
  tex: {
    printed:
      '\\varepsilon^* = \\Sigma^{1/2}\\eta = \\sqrt p\\,\\frac{\\Sigma\\,\\nabla L(\\mu)}{\\sqrt{\\nabla L(\\mu)^\\top\\Sigma\\,\\nabla L(\\mu)}} = \\operatorname*{arg\\,max}_{\\varepsilon^\\top\\Sigma^{-1}\\varepsilon \\le p} \\nabla L(\\mu)^\\top\\varepsilon',
  },
  says: 'The SAM perturbation with covariance Sigma is the unique maximiser of the linearised loss on the ellipsoid of radius sqrt(p), for every Sigma and every gradient but zero; with Sigma = (rho^2/p) I it is the step of SAM.',
  verdict: exact(),
  objectives: ['samba'],
  subject: { samba: SAMBA_RULES },
  checks: { closed, level, gain, multiplier, best, plain, zero },
  mutants: {
    ...inSamba<Subject>(
      pick(
        LENGTH_MUTANTS,
        'unnormalised',
        'dividedBySquare',
        'rootDimensionMissing',
        'dimensionForRoot',
        'covarianceForRoot',
      ),
    ),
    ...inSamba<Subject>(
      pick(LENGTH_MUTANTS, 'largestEntryNorm', 'absoluteSumNorm', 'epsilonInDenominator', 'batchNorm'),
    ),
    ...inSamba<Subject>(own),
    otherRoot: mutant<Subject>(
      'another square root of Sigma',
      () => ({ samba: otherRoot }),
      'For any root R of Sigma, RR^T = Sigma: the step is sqrt(p) R R^T G / |R^T G|, and |R^T G|^2 = G^T Sigma G.',
    ),
  },
});
