/**
 * @file KP-12: Bernoulli observations. For probabilities the Gauss-Newton Hessian fails where the fit is
 * good; for logits it does not.
 */
import { claim, refuted } from '../../../kit.js';
import { MUTANTS, SUBJECT } from './controls.js';
import { LOGITS } from './logits.js';
import { PROBABILITIES } from './probabilities.js';

export default claim({
  id: 'KP-12',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, section 5.1, Bernoulli observations',
  tex: {
    asRead: true,
    printed:
      '\\frac{\\partial^2 \\log p}{\\partial g^2} = -\\frac1{(1 - x - g)^2}, \\text{ close to } -1 \\text{ when the fit is good}; \\qquad \\nabla_z^2 \\log p \\approx J^\\top H_p J',
    corrected:
      '-\\frac{x}{g^2} - \\frac{1-x}{(1-g)^2}; \\qquad \\frac{J^\\top H_p J}{\\nabla_z^2 \\log p} = \\frac{1-g}{g} \\to 0 \\text{ for } x = 1,\\ g = \\sigma(wz); \\qquad H_p = -\\mathrm{diag}(\\sigma(1-\\sigma)) \\text{ for logits}',
  },
  says: 'The printed second derivative is right for black and white pixels, for which it is stated; but for decoders that end in a sigmoid, as those of appendix D do, the Gauss-Newton form of eq. (6) loses all of the curvature just where the fit becomes good, by the factor (1-g)/g, and a mean-field posterior does not drive the columns of their Jacobian to be orthogonal. For logits it is exact wherever it is for Gaussian observations.',
  verdict: refuted({
    counterexample:
      'x = 1, g(z) = sigmoid(z) = 0.99: the Hessian of log p is -0.0099, eq. (6) gives -0.0001; two white pixels at 0.99 and 0.999 have a diagonal Hessian where the columns of J have the cosine 0.82',
    corrected:
      'd^2 log p / dg^2 = -x/g^2 - (1-x)/(1-g)^2; with logits for outputs H_p = -diag(p(1-p)), and J^T H_p J is the Hessian for affine and piecewise linear logits',
  }),
  findings: [
    {
      class: 'error',
      title: 'With sigmoid outputs a good fit does not drive the Jacobian to orthogonal columns',
      quote:
        'When the decoding network has the capacity to fit the training data well, *i.e.*, $(1 - x_i - [g(h(x))]_i)^2$ is close to 1 for all i , the Jacobian matrix $J_g(h(x))$ will still be driven towards having orthogonal columns',
      place: 'section 5.1',
      says: 'With sigmoid outputs, as in appendix D, the neglected part of eq. (5) is then nearly all of the Hessian: the Gauss-Newton part is (1-g)/g of it for a white pixel, 11 %, 1 %, 0.1 % at g = 0.9, 0.99, 0.999. What a mean-field posterior drives to be diagonal is the Hessian through the logits, in the weights p(1-p), not J^T J: for two pixels at 0.99 and 0.999 it is diagonal where the columns of J have the cosine 0.82.',
      changesUse: true,
    },
    {
      class: 'caveat',
      title: 'The printed second derivative is for black and white pixels',
      quote: "is given by $-1/(1 - x_i - [g(h(x))]_i)^2$, where $x_i \\in \\{0, 1\\}$ is the i 'th pixel",
      place: 'section 5.1',
      says: 'For grey values it is -x/g^2 - (1-x)/(1-g)^2.',
    },
  ],
  objectives: ['beta-vae-bernoulli', 'beta-vae-taylor-bernoulli'],
  subject: SUBJECT,
  checks: { ...PROBABILITIES, ...LOGITS },
  mutants: MUTANTS,
});
