/** @file UJV-14 (Prop. 4): which loss stochastic descent with Gaussian noise on the weights descends. */
import { scaleUp } from '../../../../src/core/gaussian.js';
import { VAE_RULES, type VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { claim, mat, mutant, refuted } from '../../../kit.js';
import * as sgd from '../../../subjects/flow/sgd.js';
import { cube, independent, meanSquare, printed, trained, withoutReplacement } from './checks.js';
import { STATIC } from './static.js';

const changed = (says: string, change: Partial<sgd.SgdRules>) =>
  mutant<sgd.SgdRules>(says, rules => ({ ...rules, ...change }));

const sampled = (says: string, sample: VaeRules['sample']) => {
  const vae = { ...VAE_RULES, sample };
  return mutant<sgd.SgdRules>(says, rules => ({ ...rules, vae }));
};

export default claim({
  id: 'UJV-14',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, Proposition 4, eqs. (17)-(20), (38)-(49)',
  tex: {
    printed:
      '\\dot\\mu = -\\nabla\\tilde L, \\qquad \\tilde L = L + \\tfrac\\delta4\\|\\nabla L\\|^2 + \\tfrac\\delta4\\operatorname{tr}\\bigl(\\Sigma(\\nabla^2 L)^2\\bigr)',
    corrected:
      '\\mathbb E\\bigl[L + \\tfrac\\delta4\\|\\nabla L\\|^2\\bigr] = L + \\tfrac12\\operatorname{tr}(\\Sigma\\nabla^2L) + \\tfrac\\delta4\\bigl[\\|\\nabla L\\|^2 + \\operatorname{tr}(\\Sigma(\\nabla^2 L)^2) + \\nabla L\\cdot\\nabla\\operatorname{tr}(\\Sigma\\nabla^2L)\\bigr] + O(\\Sigma^2); \\qquad \\text{independent noise: } \\tilde L = F + \\tfrac\\delta4\\|\\nabla F\\|^2,\\ F = \\mathbb E L',
  },
  says: 'The printed modified loss of stochastic descent with weight noise leaves out tr(Sigma H)/2, which is of the same order in Sigma as the term it keeps and larger by 2/(delta H), and a third-derivative term; the mean of one step with independent noise follows F + delta/4 |grad F|^2 with F = E L, without a term tr(Sigma H^2), which belongs to sampling without replacement.',
  verdict: refuted({
    counterexample:
      'L = w^3: the mean step is -delta (3 mu^2 + 3 sigma^2); the printed flow has no sigma^2 at first order in delta',
    corrected:
      'F + delta/4 |grad F|^2, F = E L, for independent noise; F + delta/4 E|grad L|^2 without replacement, whose expansion has tr(Sigma H)/2 and delta/4 grad L . grad tr(Sigma H) besides the printed terms',
  }),
  findings: [
    {
      class: 'error',
      title: 'The modified loss of SGD with a mean-field step lacks its leading term',
      quote: 'Gradient descent with MFVI step follows a path that is closest to the gradient flow path on',
      place: 'proposition 4, eqs. (17), (38)-(39)',
      says: '½Tr(ΣH) is of the same order in Σ as the term δ/4 Tr(ΣH²) that is kept, and larger by about 2/(δλ) for a curvature λ; δ/4 ∇L·∇Tr(ΣH), with third derivatives, is missing too: both fall out between eq. (38) and eq. (39). For independent noise the mean of one step is gradient descent on the smoothed loss F = E L, whose modified loss is F + (δ/4)|∇F|², without Tr(ΣH²); eq. (38) belongs to sampling without replacement.',
      also: ['UJV-15'],
      changesUse: true,
    },
  ],
  subject: sgd.SGD_RULES,
  checks: {
    cube,
    ...STATIC,
    independent,
    meanSquare,
    printed,
    withoutReplacement,
    trained,
  },
  mutants: {
    halfDropped: changed('tr(Sigma H) without the 1/2', { half: 1 }),
    curvatureDropped: changed('no tr(Sigma H)', { half: 0 }),
    eighth: changed('delta/8', { quarter: 1 / 8 }),
    deltaHalf: changed('delta/2', { quarter: 1 / 2 }),
    minus: changed('-delta/4', { quarter: -1 / 4 }),
    turningDropped: changed('no grad L . grad tr(Sigma H)', { turning: () => 0 }),
    turningHalved: changed('half of grad L . grad tr(Sigma H)', { turning: (g, t) => mat.dot(g, t) / 2 }),
    hessianUnsquared: changed('tr(Sigma H) for tr(Sigma H^2)', { spread: mat.traceOfProduct }),
    squareOfTrace: changed('tr(Sigma H)^2', { spread: (s, h) => mat.traceOfProduct(s, h) ** 2 }),
    covarianceSquared: changed('tr(Sigma^2 H^2)', {
      spread: (s, h) => mat.traceOfProduct(mat.multiply(s, s), mat.multiply(h, h)),
    }),
    noNoise: sampled('no noise', mean => mean),
    covarianceForRoot: sampled('Sigma times the noise instead of its square root', (mean, s, noise) =>
      VAE_RULES.sample(mean, s, scaleUp(s, noise)),
    ),
  },
});
