/** @file VGR-1: the energy (3) is twice the negative ELBO up to constants, and bounds -2 log p(x). */
import { GAMMA_VAE_RULES, type GammaVaeRules } from '../../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { energy } from '../../../../src/studies/energy.js';
import { graeCovariance, graeGap, graeLogDet, precision } from '../../../../src/theory/closed/grae.js';
import { ppcaNegativeLogLikelihood } from '../../../../src/theory/closed/ppca.js';
import { check, claim, draw, exact, mat, quad, wrong } from '../../../kit.js';
import { type DenseCase, denseCases, denseNet, denseValues } from '../../../subjects/energy/dense-cases.js';
import { GAMMA_WRONG } from '../../../subjects/energy/gamma-controls.js';
import { parametersOf } from '../../../subjects/energy/linear-cases.js';
import * as local from '../../../subjects/vae/local-cases.js';
import { posterior } from '../../../subjects/vae/step.js';
import { negativeElbo, posteriorParts } from './elbo.js';

const LOG_TWO_PI = Math.log(2 * Math.PI);

const SUBJECT = {
  gamma: GAMMA_VAE_RULES,
  /** Core's loss from -ELBO; eq. (3) has kappa more. */
  fromElbo: (value: number, d: number, _latent: number) => 2 * value - d * LOG_TWO_PI,
  /** Core's loss less twice the KL to the true posterior, from -log p(x). */
  fromEvidence: (value: number, d: number) => 2 * value - d * LOG_TWO_PI,
};
type Subject = typeof SUBJECT;

const definition = check.equals<DenseCase, Subject>({
  says: 'the energy as trained is 2 (-ELBO) - d log 2 pi, the ELBO taken from densities; the printed eq. (3) has kappa more',
  given: denseCases,
  runs: 40,
  measure: (c, { gamma: rules, fromElbo }) => {
    const { latent } = c.model.shape.net;
    const d = c.model.shape.net.encoder[0]!;
    const { loss, reconstruction } = energy(rules, denseNet(c), denseValues(c), quad.sigmaPoints(latent));
    const parts = posteriorParts(c);
    const logs = d * (2 + Math.abs(Math.log(c.gamma))) + latent + Math.abs(parts.logDet);
    const size = reconstruction / c.gamma + parts.energy + parts.trace + logs;
    const printed =
      reconstruction / c.gamma + d * Math.log(c.gamma) + parts.trace - parts.logDet + parts.energy;
    return check.agree(
      { ELBO: [loss, fromElbo(negativeElbo(c), d, latent)], 'eq. (3)': [loss + latent, printed] },
      size,
    );
  },
});

const netOf = (c: local.LocalCase, kind: 'diagonal' | 'cholesky') =>
  local.linearAutoencoder(c.weight.length, c.mean.length, kind);

/** The energy of a posterior at one datum, and the size of its terms; gamma is the case's beta. */
function at(
  c: local.LocalCase,
  rules: GammaVaeRules,
  mean: mat.Vector,
  s: mat.Matrix,
  kind: 'diagonal' | 'cholesky',
) {
  const net = netOf(c, kind);
  const params = {
    ...posterior(net, mean, s),
    'decoder.0.weight': c.weight.flat(),
    'decoder.0.bias': c.bias,
  };
  const { loss } = energy(rules, net, { params, x: c.x, gamma: c.beta }, quad.sigmaPoints(mean.length));
  const d = c.x.length;
  const spread = mat.norm(c.weight.flat()) * Math.sqrt(mat.trace(s));
  const error = mat.norm(mat.subtract(c.x, mat.add(mat.apply(c.weight, mean), c.bias))) + spread;
  const size =
    error ** 2 / c.beta +
    d * (2 + Math.abs(Math.log(c.beta))) +
    mat.norm(mean) ** 2 +
    mat.trace(s) +
    mean.length;
  return { loss, size };
}

/** -log p(x), and how rounding of the covariance WW' + gamma I enters it. */
function evidence(c: local.LocalCase) {
  const centred = mat.subtract(c.x, c.bias);
  const stretch = 1 + mat.norm(c.weight.flat()) ** 2 / c.beta;
  return {
    value: ppcaNegativeLogLikelihood(centred, c.weight, c.beta),
    size: (stretch * mat.dot(centred, centred)) / c.beta + c.x.length * stretch,
  };
}

/** The mean of the true posterior, (gamma I + W'W)^-1 W'(x - b). */
function bestMean(c: local.LocalCase): number[] {
  const pulled = mat.apply(mat.transpose(c.weight, c.mean.length), mat.subtract(c.x, c.bias));
  return mat.scale(1 / c.beta, mat.apply(graeCovariance(c.weight, c.beta, c.mean.length), pulled));
}

/** KL(N(mean, s) || p(z|x)). */
function klToPosterior(c: local.LocalCase, mean: mat.Vector, s: mat.Matrix): number {
  const off = mat.subtract(mean, bestMean(c));
  const shift = mat.form(off, precision(c.weight, c.beta, mean.length), off) / 2;
  return graeGap(c.weight, s, c.beta) / c.beta + shift;
}

const given = { arbitrary: local.localCases, examples: local.LOCAL_EXAMPLES };

const gap = check.equals<local.LocalCase, Subject>({
  says: 'for a linear decoder it exceeds -2 log p(x) by twice the KL to the true posterior: 0 at the best full covariance, the Hadamard gap at the best diagonal one',
  given,
  runs: 40,
  measure: (c, { gamma: rules, fromEvidence }) => {
    const { value, size } = evidence(c);
    const latent = c.mean.length;
    const floor = fromEvidence(value, c.x.length);
    const p = precision(c.weight, c.beta, latent);
    const hadamard =
      p.reduce((sum, row, i) => sum + Math.log(row[i]!), 0) - graeLogDet(c.weight, c.beta, latent);
    const some = at(c, rules, c.mean, c.covariance, 'cholesky');
    const best = at(c, rules, bestMean(c), graeCovariance(c.weight, c.beta, latent), 'cholesky');
    const meanField = at(c, rules, bestMean(c), mat.diagonal(p.map((row, i) => 1 / row[i]!)), 'diagonal');
    return check.agree({
      'some posterior': [some.loss - floor, 2 * klToPosterior(c, c.mean, c.covariance), some.size + size],
      'best posterior': [best.loss, floor, best.size + size],
      'best diagonal': [meanField.loss - floor, hadamard, meanField.size + size],
    });
  },
});

const evidenceBound = check.bound<local.LocalCase, Subject>({
  says: 'eq. (2): no posterior brings the energy below -2 log p(x) - d log 2 pi',
  given,
  runs: 40,
  measure: (c, { gamma: rules, fromEvidence }) => {
    const { value, size } = evidence(c);
    const some = at(c, rules, c.mean, c.covariance, 'cholesky');
    const best = at(c, rules, bestMean(c), graeCovariance(c.weight, c.beta, c.mean.length), 'cholesky');
    const lower = fromEvidence(value, c.x.length);
    return check.below({
      'some posterior': [lower, some.loss, some.size + size],
      'the true posterior': [lower, best.loss, best.size + size],
    });
  },
});

const slope = check.equals<number, Subject>({
  says: 'the slope of the energy in a standard deviation that the decoder ignores is 2 sigma - 2 / sigma: unbounded as sigma goes to 0',
  given: { arbitrary: draw.logUniform({ min: 1e-12, max: 100 }), examples: [1e-150, 1] },
  runs: 24,
  measure: (sigma, { gamma: rules }) => {
    const net = local.linearAutoencoder(1, 2, 'diagonal');
    const ignored = parametersOf(net, [[0, 0]], [[0], [0]], mat.identity(2));
    const params = { ...ignored, 'logvar.bias': [2 * Math.log(sigma), 0] };
    const { gradient } = energy(rules, net, { params, x: [0], gamma: 1 }, quad.sigmaPoints(2));
    return {
      actual: (gradient('logvar.bias')[0]! * 2) / sigma,
      expected: 2 * sigma - 2 / sigma,
      scale: (2 * sigma + 2 / sigma) * (1 + Math.abs(Math.log(sigma))),
    };
  },
});

export default claim({
  id: 'VGR-1',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, eqs. (2)-(3)',
  tex: {
    printed:
      '\\mathcal L = \\frac1n\\sum_i \\mathbb E_q\\Bigl[\\tfrac1\\gamma\\|x_i - \\mu_x\\|^2\\Bigr] + d\\log\\gamma + \\|\\sigma_z\\|^2 - \\log|\\mathrm{diag}(\\sigma_z)^2| + \\|\\mu_z\\|^2',
    asRead: true,
    corrected:
      '\\mathcal L = -2\\,\\mathrm{ELBO} - d\\log 2\\pi + \\kappa = -2\\log p(x) + 2\\,\\mathrm{KL}(q\\,\\|\\,p(z|x)) - d\\log 2\\pi + \\kappa',
  },
  says: 'The VAE energy of eq. (3) is twice the negative ELBO less d log 2 pi plus the number of latents, exactly; it exceeds -2 log p(x) by twice the KL to the true posterior, and its slope in a posterior standard deviation is unbounded.',
  verdict: exact(),
  objectives: ['gamma-vae', 'gamma-vae-learned'],
  subject: SUBJECT,
  checks: { definition, gap, evidenceBound, slope },
  mutants: {
    ...wrong.rules(SUBJECT, 'gamma', GAMMA_WRONG),
    ...wrong.formula(SUBJECT, 'fromElbo', {
      elboOnce: ['-ELBO for 2 (-ELBO)', (v, d) => v - d * LOG_TWO_PI],
      constantKept: ['d log 2 pi not dropped', v => 2 * v],
      latentsKept: ['kappa not dropped', (v, d, latent) => 2 * v - d * LOG_TWO_PI + latent],
    }),
    ...wrong.formula(SUBJECT, 'fromEvidence', {
      evidenceOnce: ['-log p(x) for -2 log p(x)', (v, d) => v - d * LOG_TWO_PI],
    }),
  },
});
