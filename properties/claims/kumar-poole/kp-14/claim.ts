/** @file KP-14: GRAE is the minimum of the second-order objective over covariances. */
import { ULPS } from '../../../../src/claims/checks/rounding.js';
import { graeValue, taylorValue } from '../../../../src/theory/closed/grae.js';
import { check, claim, draw, exact, mat } from '../../../kit.js';
import * as local from '../../../subjects/vae/local-cases.js';
import { grae, jacobianAt, posterior, taylor } from '../../../subjects/vae/step.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';

const given = { arbitrary: local.localCases, examples: local.LOCAL_EXAMPLES };

const value = check.equals<local.LocalCase, Subject>({
  says: 'GRAE has its closed value, the Taylor objective has its own at any covariance, and at eq. (11) the two are equal',
  given,
  ulps: 16,
  measure: (c, rules) => {
    const net = local.netOf(c);
    const model = local.localModel(c);
    const valuesAt = (s: mat.Matrix) => local.valuesOf(c, posterior(net, c.mean, s));
    const at = (s: mat.Matrix) => taylor(rules.taylor, net, valuesAt(s)).loss;
    const best = rules.covariance(c.weight, c.beta, c.mean.length);
    const value = grae(rules.grae, net, valuesAt(c.covariance)).loss;
    const size = local.sizeOf(c);
    const stretched = taylorValue({ ...model, residual: [] }, c.covariance, c.beta);
    return check.agree(
      {
        GRAE: [value, graeValue(model, c.beta)],
        'Taylor at eq. (11)': [at(best), graeValue(model, c.beta)],
        Taylor: [at(c.covariance), taylorValue(model, c.covariance, c.beta), size + Math.abs(stretched)],
      },
      size,
    );
  },
});

const minimum = check.bound<local.LocalCase, Subject>({
  says: 'no covariance brings the Taylor objective below GRAE',
  given,
  measure: (c, rules) => {
    const net = local.netOf(c);
    const values = local.valuesOf(c, posterior(net, c.mean, c.covariance));
    return {
      lower: grae(rules.grae, net, values).loss,
      upper: taylor(rules.taylor, net, values).loss,
      scale: local.sizeOf(c),
    };
  },
});

const stationary = check.equals<local.LocalCase, Subject>({
  says: 'at eq. (11) the gradient of the Taylor objective with respect to the Cholesky factor is zero',
  given,
  measure: (c, rules) => {
    const net = local.netOf(c);
    const best = rules.covariance(c.weight, c.beta, c.mean.length);
    const values = local.valuesOf(c, posterior(net, c.mean, best));
    const found = taylor(rules.taylor, net, values).gradient('cholesky.bias');
    // The gradient is (A + beta) L - beta L^-T, |L| <= 1: rounding S alone leaves eps (|A| + beta).
    const size = mat.norm(c.weight.flat()) ** 2 + c.beta;
    return { actual: found, expected: new Float64Array(found.length), scale: size };
  },
});

const gradient = check.equals<local.LocalCase, Subject>({
  says: 'the gradient of GRAE with respect to the decoder is J S - residual h^T, S of eq. (11), and beta h - J^T residual with respect to the code',
  given,
  ulps: 16,
  measure: (c, rules) => {
    const net = local.netOf(c);
    const { residual, mean } = local.localModel(c);
    const step = grae(rules.grae, net, local.valuesOf(c, posterior(net, c.mean, c.covariance)));
    const best = rules.covariance(c.weight, c.beta, mean.length);
    const pulled = mat
      .multiply(c.weight, best)
      .map((row, m) => row.map((x, k) => x - residual[m]! * mean[k]!));
    const back = mat.apply(mat.transpose(c.weight, mean.length), residual);
    const code = mean.map((h, k) => c.beta * h - back[k]!);
    const [w, off] = [mat.norm(c.weight.flat()), mat.norm(residual)];
    const size = Math.sqrt(c.beta) * Math.sqrt(1 + w ** 2 / c.beta) + off * mat.norm(mean);
    return check.agree({
      'decoder.0.weight': [step.gradient('decoder.0.weight'), pulled.flat(), size],
      'decoder.0.bias': [step.gradient('decoder.0.bias'), mat.scale(-1, residual)],
      'mu.bias': [step.gradient('mu.bias'), code, c.beta * mat.norm(mean) + w * off],
    });
  },
});

const curved = local.affinelyEncoded([2, 5, 4], 'tanh');

const curvedCases = draw.record({
  /** Weights and biases of a decoder with one hidden layer, by name. */
  params: draw.record({
    'decoder.0.weight': draw.vector(10, draw.normal()),
    'decoder.0.bias': draw.vector(5, draw.normal()),
    'decoder.1.weight': draw.vector(20, draw.normal()),
    'decoder.1.bias': draw.vector(4, draw.normal()),
  }),
  mean: draw.vector(2, draw.normal()),
  x: draw.vector(4, draw.normal()),
  beta: local.betas,
});
type CurvedCase = draw.Of<typeof curvedCases>;

const envelope = check.equals<CurvedCase, Subject>({
  says: 'GRAE and the Taylor objective at eq. (11) have the same gradient with respect to a curved decoder and the code',
  given: curvedCases,
  runs: 40,
  ulps: ULPS.factorisation,
  measure: ({ params, mean, x, beta }, rules) => {
    const best = rules.covariance(jacobianAt(curved, params, mean), beta, 2);
    const values = { params: { ...params, ...posterior(curved, mean, best) }, x, beta };
    const names = [...Object.keys(params), 'mu.bias'];
    const [left, right] = [grae(rules.grae, curved, values), taylor(rules.taylor, curved, values)];
    return names.map(what => ({ what, actual: left.gradient(what), expected: right.gradient(what) }));
  },
});

const path = check.bound({
  says: 'the regulariser grows with beta, is concave in it, and stays below half the squared Frobenius norm of J',
  given: {
    arbitrary: draw.record({
      jacobian: local.jacobians(3, 2),
      beta: local.betas,
      /** The second beta over the first. */
      factor: local.betas.map(b => 1 + b),
    }),
    examples: [{ jacobian: [1, 2, 0].map(x => [x, 2 * x]), beta: 1e-3, factor: 1e5 }],
  },
  measure: ({ jacobian, beta, factor }, rules: Subject) => {
    const net = local.linearAutoencoder(3, 2);
    const decoder = { 'decoder.0.weight': jacobian.flat(), 'decoder.0.bias': [0, 0, 0] };
    const params = { ...posterior(net, [0, 0], mat.identity(2)), ...decoder };
    const at = (b: number): number => grae(rules.grae, net, { params, x: [0, 0, 0], beta: b }).loss;
    const [low, middle, high] = [at(beta), at((beta * (1 + factor)) / 2), at(beta * factor)];
    const size = high + Math.sqrt(beta * factor) * mat.norm(jacobian.flat());
    const half = mat.norm(jacobian.flat()) ** 2 / 2;
    return check.below(
      { monotone: [low, high], concave: [(low + high) / 2, middle], bounded: [high, half] },
      size,
    );
  },
});

export default claim({
  id: 'KP-14',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, eqs. (11)-(13)',
  tex: {
    asRead: true,
    printed:
      '\\min_{\\Sigma \\succ 0} \\tfrac12 \\|x - g\\|^2 + \\tfrac12 \\operatorname{tr}(J^\\top J \\Sigma) + \\beta\\,\\mathrm{KL} = \\tfrac12 \\|x - g\\|^2 + \\tfrac\\beta2 \\|h\\|^2 + \\tfrac\\beta2 \\log\\det\\bigl(I + \\tfrac1\\beta J^\\top J\\bigr), \\quad \\Sigma = \\bigl(I + \\tfrac1\\beta J^\\top J\\bigr)^{-1}',
  },
  says: 'For every Jacobian, every beta and any number of latents, GRAE is exactly the minimum of the second-order beta-VAE objective over all Gaussian posteriors, attained at the covariance of eq. (11), and its gradient is the one of that objective with the covariance held fixed.',
  verdict: exact(),
  findings: [
    {
      class: 'sharpened',
      title: 'GRAE is the minimum of the second-order objective, gradients included',
      quote: 'Following similar steps for the objective (7) gives the optimal posterior covariance of',
      place: 'section 5, before eq. (11)',
      says: 'At every Jacobian, beta and number of latents; and the gradient of GRAE is that of the second-order objective with the covariance of eq. (11) held fixed.',
    },
  ],
  objectives: ['grae', 'beta-vae-taylor'],
  subject: SUBJECT,
  checks: { value, minimum, stationary, gradient, envelope, path },
  mutants: MUTANTS,
});
