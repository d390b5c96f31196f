/** @file KP-18: affine decoders. GRAE is exact at every beta, and trains probabilistic PCA. */
import * as closed from '../../../../src/theory/closed/grae.js';
import * as pca from '../../../../src/theory/closed/ppca.js';
import { check, claim, exact, mat } from '../../../kit.js';
import { type DataCase, dataCases, dataValues } from '../../../subjects/vae/data-cases.js';
import * as local from '../../../subjects/vae/local-cases.js';
import { betaVae, grae, posterior, taylor, type Values } from '../../../subjects/vae/step.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';

const given = { arbitrary: local.localCases, examples: local.LOCAL_EXAMPLES };

/** The terms of the expectation and of the KL at a covariance. */
const spreadOf = (c: local.LocalCase, s: mat.Matrix): number =>
  mat.trace(mat.multiply(mat.gram(c.weight, s.length), s)) +
  c.beta * (mat.trace(s) + s.length) +
  mat.norm(c.weight.flat()) * Math.sqrt(mat.trace(s)) * mat.norm(local.localModel(c).residual);

const covariances = check.equals<local.LocalCase, Subject>({
  says: 'the beta-VAE equals its Taylor expansion at every covariance, exceeds GRAE by beta KL, and meets it at eq. (11)',
  given,
  measure: (c, rules) => {
    const net = local.netOf(c);
    const d = c.mean.length;
    const at = (s: mat.Matrix): Values => local.valuesOf(c, posterior(net, c.mean, s));
    const best = closed.graeCovariance(c.weight, c.beta, d);
    const value = betaVae(rules.vae, net, at(c.covariance), rules.points(d));
    const floor = grae(rules.grae, net, at(best)).loss;
    const size = local.sizeOf(c) + spreadOf(c, c.covariance);
    return check.agree(
      {
        Taylor: [value, taylor(rules.taylor, net, at(c.covariance)).loss],
        GRAE: [value - floor, closed.graeGap(c.weight, c.covariance, c.beta)],
        optimum: [
          betaVae(rules.vae, net, at(best), rules.points(d)),
          floor,
          local.sizeOf(c) + spreadOf(c, best),
        ],
      },
      size,
    );
  },
});

const meanField = check.equals<local.LocalCase, Subject>({
  says: 'over diagonal covariances the optimum is 1 / diag(P) and the minimum is the Hadamard bound of eq. (14)',
  given,
  measure: (c, rules) => {
    const d = c.mean.length;
    const net = local.linearAutoencoder(c.weight.length, d, 'diagonal');
    const variances = mat.diagonal(closed.precision(c.weight, c.beta, d).map((row, i) => 1 / row[i]!));
    const values = local.valuesOf(c, posterior(net, c.mean, variances));
    const floor = grae(rules.hadamard, net, values).loss;
    return check.agree({
      optimum: [
        betaVae(rules.vae, net, values, rules.points(d)),
        floor,
        local.sizeOf(c) + spreadOf(c, variances),
      ],
      closed: [floor, closed.graeHadamardValue(local.localModel(c), c.beta), local.sizeOf(c)],
    });
  },
});

const meanOf = (values: readonly number[]): number => mat.sum(values) / values.length;

const ppca = check.equals<DataCase, Subject>({
  says: 'with the best encoder, GRAE is beta times the negative log-likelihood of probabilistic PCA with noise beta, and it is stationary in the encoder',
  given: dataCases,
  measure: (c, rules) => {
    const [entries, d] = [c.weight.length, c.rotation.length];
    const net = local.linearAutoencoder(entries, d);
    const step = grae(rules.grae, net, dataValues(c, c.weight, rules.encoder(c.weight, c.beta, d), c.bias));
    const centred = c.data.map(x => mat.subtract(x, c.bias));
    const likelihood = meanOf(centred.map(x => pca.ppcaNegativeLogLikelihood(x, c.weight, c.beta)));
    const spread = meanOf(centred.map(x => mat.dot(x, x)));
    const stretch = 1 + mat.norm(c.weight.flat()) ** 2 / c.beta;
    // The covariance WW' + beta I is inverted on the right-hand side: its condition enters.
    const size = stretch * spread + c.beta * (entries + stretch + closed.graeLogDet(c.weight, c.beta, d));
    const slope = (mat.norm(c.weight.flat()) + Math.sqrt(c.beta)) * spread * (1 + Math.sqrt(stretch));
    return check.agree({
      value: [step.loss, c.beta * (likelihood - (entries / 2) * Math.log(2 * Math.PI * c.beta)), size],
      encoder: [step.gradient('mu.weight'), new Float64Array(d * entries), slope],
    });
  },
});

/** The eigenvalues of the data's second moments, the optimal W rotated, and its best encoder. */
function optimum(c: DataCase, { encoder }: Subject) {
  const d = c.rotation.length;
  const second = mat.gram(c.data).map(row => mat.scale(1 / c.data.length, row));
  const { values, vectors } = mat.symmetricEigen(second);
  const unrotated = pca.ppcaOptimum(values, vectors, d, c.beta);
  const weight = mat.multiply(unrotated, c.rotation);
  const origin = mat.zeros(c.bias.length);
  const at = (w: mat.Matrix, code = encoder(w, c.beta, d)) => dataValues(c, w, code, origin);
  return { d, net: local.linearAutoencoder(c.weight.length, d), values, unrotated, weight, at };
}

const optimal = check.equals<DataCase, Subject>({
  says: 'the optimum is W = U (Lambda - beta)_+^(1/2) R with any rotation R: its value, and a gradient of zero',
  given: dataCases,
  measure: (c, rules) => {
    const { d, net, values, weight, at } = optimum(c, rules);
    const step = grae(rules.grae, net, at(weight));
    const total = mat.sum(values) + c.beta * values.length;
    return check.agree({
      value: [step.loss, pca.ppcaOptimalValue(values, d, c.beta), total],
      gradient: [
        step.gradient('decoder.0.weight'),
        new Float64Array(c.weight.length * d),
        (total * (1 + total / c.beta)) / Math.sqrt(c.beta),
      ],
    });
  },
});

const minimal = check.bound<DataCase, Subject>({
  says: 'no other weights and no other encoder of the same weights do better; the Hadamard bound is above for every rotation',
  given: dataCases,
  measure: (c, rules) => {
    const { d, net, values, weight, at } = optimum(c, rules);
    const floor = pca.ppcaOptimalValue(values, d, c.beta);
    const nudge = Array.from({ length: c.weight.length }, (_, m) => c.nudge.slice(m * d, (m + 1) * d));
    const nudged = mat.combine(1, weight, 1, nudge);
    const worse = mat.combine(1, rules.encoder(nudged, c.beta, d), 1, mat.transpose(nudge, d));
    const best = grae(rules.grae, net, at(nudged)).loss;
    const other = grae(rules.grae, net, at(nudged, worse)).loss;
    const size = other + c.beta * (d + Math.sqrt(1 + mat.norm(nudged.flat()) ** 2 / c.beta));
    return check.below(
      {
        weights: [floor, best],
        encoder: [best, other],
        Hadamard: [floor, grae(rules.hadamard, net, at(weight)).loss],
      },
      size,
    );
  },
});

const rotations = check.equals<DataCase, Subject>({
  says: 'the Hadamard bound exceeds GRAE by -beta/2 log det of the correlations of P: it attains the minimum at the unrotated W only',
  given: dataCases,
  measure: (c, rules) => {
    const { d, net, values, unrotated, weight, at } = optimum(c, rules);
    const above = (w: mat.Matrix): number =>
      grae(rules.hadamard, net, at(w)).loss - grae(rules.grae, net, at(w)).loss;
    const columns = mat
      .transpose(weight, d)
      .reduce((sum, column) => sum + Math.log1p(mat.dot(column, column) / c.beta), 0);
    const size = mat.sum(values) + c.beta * (d + columns);
    return check.agree(
      {
        rotated: [above(weight), (c.beta / 2) * (columns - closed.graeLogDet(weight, c.beta, d))],
        unrotated: [above(unrotated), 0],
        // reversed latents, one of them with its sign changed: a signed permutation
        permuted: [above(unrotated.map(row => row.toReversed().map((x, k) => (k === 0 ? -x : x)))), 0],
      },
      size,
    );
  },
});

export default claim({
  id: 'KP-18',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, eqs. (7), (13), (14) for g(z) = Wz + b',
  tex: {
    printed:
      '\\min_\\Sigma F_\\beta(h, \\Sigma) = \\tfrac12\\|x - Wh - b\\|^2 + \\tfrac\\beta2\\|h\\|^2 + \\tfrac\\beta2\\log\\det\\bigl(I + \\tfrac1\\beta W^\\top W\\bigr)',
    corrected:
      '\\min_h \\mathrm{GRAE}(x) = -\\beta\\log\\mathcal N(x;\\, b,\\, WW^\\top + \\beta I) - \\tfrac{\\beta D}2\\log(2\\pi\\beta)',
    asRead: true,
  },
  says: 'For a linear decoder GRAE equals the beta-VAE with the best Gaussian posterior exactly, at every beta, and training it is maximum likelihood in probabilistic PCA with noise variance beta.',
  verdict: exact(),
  findings: [
    {
      class: 'sharpened',
      title: 'Exact for affine decoders, and then probabilistic PCA',
      quote: 'derive a deterministic objective that closely approximates the β -VAE objective',
      place: 'section 1',
      says: 'For g(z) = Wz + b GRAE is the beta-VAE with the best Gaussian posterior at every beta, and its minimum over encoders is beta times the negative log-likelihood of probabilistic PCA with noise variance beta, up to a constant.',
    },
  ],
  objectives: ['grae', 'grae-hadamard', 'beta-vae', 'beta-vae-taylor'],
  subject: SUBJECT,
  checks: { covariances, meanField, ppca, optimal, minimal, rotations },
  mutants: MUTANTS,
});
