import {
  graeCovariance,
  graeGap,
  graeHadamardValue,
  graeLogDet,
  precision,
} from '../../../../src/theory/closed/grae.js';
import {
  ppcaNegativeLogLikelihood,
  ppcaOptimalValue,
  ppcaOptimum,
} from '../../../../src/theory/closed/ppca.js';
import { check, claim, exact, mat } from '../../../kit.js';
import { type DataCase, dataCases, dataValues } from '../../../subjects/vae/data-cases.js';
import {
  LOCAL_EXAMPLES,
  type LocalCase,
  linearAutoencoder,
  localCases,
  localModel,
  netOf,
  sizeOf,
  valuesOf,
} from '../../../subjects/vae/local-cases.js';
import { betaVae, grae, posterior, taylor, type Values } from '../../../subjects/vae/step.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';

const given = { arbitrary: localCases, examples: LOCAL_EXAMPLES };

/** The terms of the expectation and of the KL at a covariance. */
const spreadOf = (c: LocalCase, s: mat.Matrix): number =>
  mat.trace(mat.multiply(mat.gram(c.weight, s.length), s)) +
  c.beta * (mat.trace(s) + s.length) +
  mat.norm(c.weight.flat()) * Math.sqrt(mat.trace(s)) * mat.norm(localModel(c).residual);

const covariances = check.equals<LocalCase, Subject>({
  says: 'the beta-VAE equals its Taylor expansion at every covariance, exceeds GRAE by beta KL, and meets it at eq. (11)',
  given,
  measure: (c, rules) => {
    const net = netOf(c);
    const d = c.mean.length;
    const at = (s: mat.Matrix): Values => valuesOf(c, posterior(net, c.mean, s));
    const best = graeCovariance(c.weight, c.beta, d);
    const value = betaVae(rules.vae, net, at(c.covariance), rules.points(d));
    const floor = grae(rules.grae, net, at(best)).loss;
    const size = sizeOf(c) + spreadOf(c, c.covariance);
    return [
      {
        what: 'Taylor',
        actual: value,
        expected: taylor(rules.taylor, net, at(c.covariance)).loss,
        scale: size,
      },
      { what: 'GRAE', actual: value - floor, expected: graeGap(c.weight, c.covariance, c.beta), scale: size },
      {
        what: 'optimum',
        actual: betaVae(rules.vae, net, at(best), rules.points(d)),
        expected: floor,
        scale: sizeOf(c) + spreadOf(c, best),
      },
    ];
  },
});

const meanField = check.equals<LocalCase, Subject>({
  says: 'over diagonal covariances the optimum is 1 / diag(P) and the minimum is the Hadamard bound of eq. (14)',
  given,
  measure: (c, rules) => {
    const d = c.mean.length;
    const net = linearAutoencoder(c.weight.length, d, 'diagonal');
    const variances = mat.diagonal(precision(c.weight, c.beta, d).map((row, i) => 1 / row[i]!));
    const values = valuesOf(c, posterior(net, c.mean, variances));
    const floor = grae(rules.hadamard, net, values).loss;
    return [
      {
        what: 'optimum',
        actual: betaVae(rules.vae, net, values, rules.points(d)),
        expected: floor,
        scale: sizeOf(c) + spreadOf(c, variances),
      },
      { what: 'closed', actual: floor, expected: graeHadamardValue(localModel(c), c.beta), scale: sizeOf(c) },
    ];
  },
});

const meanOf = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const ppca = check.equals<DataCase, Subject>({
  says: 'with the best encoder, GRAE is beta times the negative log-likelihood of probabilistic PCA with noise beta, and it is stationary in the encoder',
  given: { arbitrary: dataCases },
  measure: (c, rules) => {
    const [entries, d] = [c.weight.length, c.rotation.length];
    const net = linearAutoencoder(entries, d);
    const step = grae(rules.grae, net, dataValues(c, c.weight, rules.encoder(c.weight, c.beta, d), c.bias));
    const centred = c.data.map(x => mat.subtract(x, c.bias));
    const likelihood = meanOf(centred.map(x => ppcaNegativeLogLikelihood(x, c.weight, c.beta)));
    const spread = meanOf(centred.map(x => mat.dot(x, x)));
    const stretch = 1 + mat.norm(c.weight.flat()) ** 2 / c.beta;
    // The covariance WW' + beta I is inverted on the right-hand side: its condition enters.
    const size = stretch * spread + c.beta * (entries + stretch + graeLogDet(c.weight, c.beta, d));
    const slope = (mat.norm(c.weight.flat()) + Math.sqrt(c.beta)) * spread * (1 + Math.sqrt(stretch));
    return [
      {
        what: 'value',
        actual: step.loss,
        expected: c.beta * (likelihood - (entries / 2) * Math.log(2 * Math.PI * c.beta)),
        scale: size,
      },
      {
        what: 'encoder',
        actual: step.gradient('mu.weight'),
        expected: new Float64Array(d * entries),
        scale: slope,
      },
    ];
  },
});

/** The eigenvalues of the data's second moments, the optimal W rotated, and its best encoder. */
function optimum(c: DataCase, { encoder }: Subject) {
  const d = c.rotation.length;
  const second = mat.gram(c.data).map(row => mat.scale(1 / c.data.length, row));
  const { values, vectors } = mat.symmetricEigen(second);
  const unrotated = ppcaOptimum(values, vectors, d, c.beta);
  const weight = mat.multiply(unrotated, c.rotation);
  return {
    values,
    unrotated,
    weight,
    at: (w: mat.Matrix) =>
      dataValues(
        c,
        w,
        encoder(w, c.beta, d),
        c.bias.map(() => 0),
      ),
  };
}

const optimal = check.equals<DataCase, Subject>({
  says: 'the optimum is W = U (Lambda - beta)_+^(1/2) R with any rotation R: its value, and a gradient of zero',
  given: { arbitrary: dataCases },
  measure: (c, rules) => {
    const d = c.rotation.length;
    const net = linearAutoencoder(c.weight.length, d);
    const { values, weight, at } = optimum(c, rules);
    const step = grae(rules.grae, net, at(weight));
    const total = values.reduce((a, b) => a + b, 0) + c.beta * values.length;
    return [
      { what: 'value', actual: step.loss, expected: ppcaOptimalValue(values, d, c.beta), scale: total },
      {
        what: 'gradient',
        actual: step.gradient('decoder.0.weight'),
        expected: new Float64Array(c.weight.length * d),
        scale: (total * (1 + total / c.beta)) / Math.sqrt(c.beta),
      },
    ];
  },
});

const minimal = check.bound<DataCase, Subject>({
  says: 'no other weights and no other encoder of the same weights do better; the Hadamard bound is above for every rotation',
  given: { arbitrary: dataCases },
  measure: (c, rules) => {
    const d = c.rotation.length;
    const net = linearAutoencoder(c.weight.length, d);
    const { values, weight, at } = optimum(c, rules);
    const floor = ppcaOptimalValue(values, d, c.beta);
    const nudge = Array.from({ length: c.weight.length }, (_, m) => c.nudge.slice(m * d, (m + 1) * d));
    const nudged = mat.combine(1, weight, 1, nudge);
    const worse = mat.combine(1, rules.encoder(nudged, c.beta, d), 1, mat.transpose(nudge, d));
    const best = grae(rules.grae, net, at(nudged)).loss;
    const other = grae(
      rules.grae,
      net,
      dataValues(
        c,
        nudged,
        worse,
        c.bias.map(() => 0),
      ),
    ).loss;
    const size = other + c.beta * (d + Math.sqrt(1 + mat.norm(nudged.flat()) ** 2 / c.beta));
    return [
      { what: 'weights', lower: floor, upper: best, scale: size },
      { what: 'encoder', lower: best, upper: other, scale: size },
      { what: 'Hadamard', lower: floor, upper: grae(rules.hadamard, net, at(weight)).loss, scale: size },
    ];
  },
});

const rotations = check.equals<DataCase, Subject>({
  says: 'the Hadamard bound exceeds GRAE by -beta/2 log det of the correlations of P: it attains the minimum at the unrotated W only',
  given: { arbitrary: dataCases },
  measure: (c, rules) => {
    const d = c.rotation.length;
    const net = linearAutoencoder(c.weight.length, d);
    const { values, unrotated, weight, at } = optimum(c, rules);
    const above = (w: mat.Matrix): number =>
      grae(rules.hadamard, net, at(w)).loss - grae(rules.grae, net, at(w)).loss;
    const columns = mat
      .transpose(weight, d)
      .reduce((sum, column) => sum + Math.log1p(mat.dot(column, column) / c.beta), 0);
    const size = values.reduce((a, b) => a + b, 0) + c.beta * (d + columns);
    return [
      {
        what: 'rotated',
        actual: above(weight),
        expected: (c.beta / 2) * (columns - graeLogDet(weight, c.beta, d)),
        scale: size,
      },
      { what: 'unrotated', actual: above(unrotated), expected: 0, scale: size },
      // Reversing the order of the latents and the sign of one of them is a signed permutation.
      {
        what: 'permuted',
        actual: above(unrotated.map(row => row.toReversed().map((x, k) => (k === 0 ? -x : x)))),
        expected: 0,
        scale: size,
      },
    ];
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
  },
  says: 'For a linear decoder GRAE equals the beta-VAE with the best Gaussian posterior exactly, at every beta, and training it is maximum likelihood in probabilistic PCA with noise variance beta.',
  verdict: exact(),
  objectives: ['grae', 'grae-hadamard', 'beta-vae', 'beta-vae-taylor'],
  subject: SUBJECT,
  checks: { covariances, meanField, ppca, optimal, minimal, rotations },
  mutants: MUTANTS,
});
