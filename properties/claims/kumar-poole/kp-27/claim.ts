/**
 * @file KP-27: what rescaling a latent says of the gradients, at all parameters, and of the codes where the
 * gradient vanishes.
 */

import { averagedStep, noisyStep, type Sampling } from '../../../../src/studies/noisy-step.js';
import { graeCovariance, precision } from '../../../../src/theory/closed/grae.js';
import { ppcaOptimum } from '../../../../src/theory/closed/ppca.js';
import { check, claim, exact, mat, quad } from '../../../kit.js';
import { jacobiansOf } from '../../../subjects/network/jacobians.js';
import { atCode, rowsOf } from '../../../subjects/network/jets.js';
import { covariancesOf } from '../../../subjects/network/posterior.js';
import { type DataCase, dataCases, dataValues } from '../../../subjects/vae/data-cases.js';
import { linearAutoencoder } from '../../../subjects/vae/local-cases.js';
import * as noisy from '../../../subjects/vae/noisy-cases.js';
import { grae, posterior, type Step } from '../../../subjects/vae/step.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';

/** The sum of a[k] b[k] over the given entries. */
const pairing = (a: ArrayLike<number>, b: ArrayLike<number>, entries: readonly number[]): number =>
  entries.reduce((sum, k) => sum + a[k]! * b[k]!, 0);

/** The entries of row `row` in a matrix of so many columns. */
const rowEntries = (row: number, columns: number): number[] =>
  Array.from({ length: columns }, (_, k) => row * columns + k);

/**
 * The outputs of a scale head that belong to latent j: its logarithm, and for a full factor its lower
 * entries.
 */
const lowerOf = (j: number, d: number): number[] =>
  Array.from({ length: j }, (_, k) => d + (j * (j - 1)) / 2 + k);

/**
 * The three parts of the identity for latent j, from the gradients of the network's parameters, and the size
 * of their terms.
 */
function parts({ model: { shape, params } }: noisy.NoisyCase, step: Step, j: number) {
  const d = shape.net.latent;
  const read = (name: string) => ({ p: params[name]!, g: step.gradient(name) });
  const layer = (name: string, rows: readonly number[]): number => {
    const [w, b] = [read(`${name}.weight`), read(`${name}.bias`)];
    const features = w.p.length / b.p.length;
    return rows.reduce(
      (sum, row) => sum + pairing(w.p, w.g, rowEntries(row, features)) + b.p[row]! * b.g[row]!,
      0,
    );
  };
  const first = read('decoder.0.weight');
  const column = Array.from({ length: first.p.length / d }, (_, i) => i * d + j);
  const spread =
    shape.net.posterior === 'diagonal'
      ? 2 * step.gradient('logvar.bias')[j]!
      : shape.net.posterior === 'cholesky'
        ? step.gradient('cholesky.bias')[j]! + layer('cholesky', lowerOf(j, d))
        : 0;
  return { weights: pairing(first.p, first.g, column), codes: layer('mu', [j]), spread };
}

/**
 * The identity for every latent, with Z_j^2 + S_jj averaged over the samples; the scale is that of the terms
 * that cancel.
 */
function identities(
  c: noisy.NoisyCase,
  rules: Subject,
  what: string,
  step: Step,
  covariances: readonly mat.Matrix[],
) {
  const codes = rowsOf(atCode(c.model).mean, c.model.shape.batch);
  return [...codes[0]!.keys()].map(j => {
    const { weights, codes: pulled, spread } = parts(c, step, j);
    const second = codes.reduce((sum, z, i) => sum + z[j]! ** 2 + covariances[i]![j]![j]!, 0) / codes.length;
    return {
      what: `${what}, latent ${j}`,
      actual: weights - pulled - spread,
      expected: rules.excess(second, c.beta),
      scale: Math.abs(weights) + Math.abs(pulled) + Math.abs(spread) + c.beta * (1 + second) + step.loss,
    };
  });
}

const sampled = check.equals<noisy.NoisyCase, Subject>({
  says: 'beta-VAE: <dL/dW_j, W_j> - <dL/dZ_j, Z_j> - sum dL/dlog sigma_j = -beta (mean(Z_j^2 + sigma_j^2) - 1) for every latent, noise and parameter; for a full covariance the row of its factor in place of sigma_j',
  given: noisy.noisyCases,
  runs: 40,
  measure: (c, rules) => {
    const net = noisy.trainedNet(c.model.shape);
    const step = noisyStep(noisy.noisyVae(rules.vae), net, noisy.noisyValues(c), c.noise);
    return identities(c, rules, 'beta-VAE', step, covariancesOf(c.model));
  },
});

const deterministic = check.equals<noisy.NoisyCase, Subject>({
  says: 'the same for the Taylor objective, for GRAE with S_jj of eq. (11), and for the Hadamard bound with 1 / P_jj',
  given: noisy.noisyCases,
  runs: 20,
  measure: (c, rules) => {
    const net = noisy.trainedNet(c.model.shape);
    const at = (objective: Sampling): Step => noisyStep(objective, net, noisy.noisyValues(c), c.noise);
    const jacobians = jacobiansOf(c.model);
    const best = jacobians.map(j => graeCovariance(j, c.beta));
    const meanField = jacobians.map(j => mat.diagonal(precision(j, c.beta).map((row, i) => 1 / row[i]!)));
    return [
      ...identities(c, rules, 'Taylor', at(noisy.noisyTaylor(rules.taylor)), covariancesOf(c.model)),
      ...identities(c, rules, 'GRAE', at(noisy.noisyGrae(rules.grae)), best),
      ...identities(c, rules, 'Hadamard', at(noisy.noisyGrae(rules.hadamard)), meanField),
    ];
  },
});

const optimum = check.equals<DataCase, Subject>({
  says: 'so each latent has second moment one at a stationary point: at the optimum of a linear autoencoder, in any rotation, the latents that it does not use included, where all gradients of the beta-VAE and of GRAE vanish',
  given: dataCases,
  runs: 30,
  measure: (c, rules) => {
    const d = c.rotation.length;
    const entries = c.weight.length;
    const net = linearAutoencoder(entries, d);
    const second = mat.gram(c.data).map(row => mat.scale(1 / c.data.length, row));
    const { values, vectors } = mat.symmetricEigen(second);
    const weight = mat.multiply(ppcaOptimum(values, vectors, d, c.beta), c.rotation);
    const covariance = graeCovariance(weight, c.beta, d);
    // (W'W + beta I)^-1 W' = S W' / beta
    const encoder = mat.multiply(covariance, mat.transpose(weight, d)).map(row => mat.scale(1 / c.beta, row));
    const plain = dataValues(c, weight, encoder, mat.zeros(entries));
    const params = {
      ...plain.params,
      ...posterior(net, mat.zeros(d), covariance),
      'mu.weight': encoder.flat(),
    };
    const codes = c.data.map(x => mat.apply(encoder, x));
    const moments = covariance.map((row, j) => row[j]! + mat.sum(codes.map(z => z[j]! ** 2)) / codes.length);
    const at = { ...plain, params };
    const [vae, regularised] = [
      averagedStep(noisy.noisyVae(rules.vae), net, at, quad.sigmaPoints(d)),
      grae(rules.grae, net, at),
    ].map(step => step.gradient('decoder.0.weight'));
    const total = mat.sum(values) + c.beta * entries;
    const size =
      ((total * (1 + total / c.beta)) / Math.sqrt(c.beta)) * Math.max(1, mat.dot(values, values) / total);
    const zero = mat.zeros(entries * d);
    return check.agree(
      {
        'second moments': [moments, moments.map(() => 1), 1 + total / c.beta],
        'beta-VAE': [vae!, zero],
        GRAE: [regularised!, zero],
      },
      size,
    );
  },
});

export default claim({
  id: 'KP-27',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, eqs. (2), (7), (13), (14): derived from them',
  tex: {
    printed: '\\text{(not in the paper)}',
    corrected:
      '\\Bigl\\langle \\tfrac{\\partial L}{\\partial W_{\\cdot j}}, W_{\\cdot j}\\Bigr\\rangle - \\Bigl\\langle \\tfrac{\\partial L}{\\partial Z_j}, Z_j\\Bigr\\rangle - \\sum_i \\tfrac{\\partial L}{\\partial\\log\\sigma_{ij}} = -\\beta\\Bigl(\\tfrac1n\\sum_i (Z_{ij}^2 + \\sigma_{ij}^2) - 1\\Bigr)',
  },
  says: 'For a decoder whose first layer is affine, rescaling one latent ties the gradients of the weights, codes and variances together at all parameters; so at every stationary point of a beta-VAE or of GRAE each latent, used or not, has aggregated second moment exactly one.',
  verdict: exact(),
  objectives: ['beta-vae', 'beta-vae-taylor', 'grae', 'grae-hadamard'],
  subject: SUBJECT,
  checks: { sampled, deterministic, optimum },
  mutants: MUTANTS,
});
