/** @file Every known mistake is one replaced rule, and changes what is trained: what the negative controls build on. */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { gradient, jacobian } from '../../src/core/derivatives.js';
import * as gaussian from '../../src/core/gaussian.js';
import { denseAutoencoder } from '../../src/core/net/dense.js';
import { GRAE_RULES, makeGrae } from '../../src/core/objectives/grae/grae.js';
import { type Objective, scalar } from '../../src/core/objectives/objective.js';
import {
  makeRaeLossGradient,
  RAE_LOSS_GRADIENT_RULES,
} from '../../src/core/objectives/rae/rae-loss-gradient.js';
import { makeSamba, SAMBA_RULES } from '../../src/core/objectives/samba/samba.js';
import { makeBetaVae } from '../../src/core/objectives/vae/beta-vae.js';
import { BETA_VAE_TAYLOR_RULES, makeBetaVaeTaylor } from '../../src/core/objectives/vae/beta-vae-taylor.js';
import { VAE_RULES } from '../../src/core/objectives/vae/vae.js';
import { scaledNorm } from '../../src/core/perturbation.js';
import { evaluateWithGradient } from '../../src/core/step.js';
import { constant, detach } from '../../src/engine/ops.js';
import { suite } from '../harness.js';
import { draw, drawParams, norm, paramsOf, prefixed, relativeError, run } from './support.js';

const NET = denseAutoencoder({
  encoder: [5, 4],
  latent: 3,
  decoder: [3, 6, 5],
  activation: 'tanh',
  output: 'identity',
  posterior: 'diagonal',
});

const INPUTS = { ...drawParams(1, NET.shapes, 1.2), x: draw(2, [4, 5], 2), noise: draw(3, [4, 3], 1.5) };

/** All gradients of an objective, one after the other. */
function gradientOf<Hyper>(objective: Objective<Hyper>, hyper: Hyper): Float64Array {
  const grads = run(all => {
    const inputs = { x: all.x!, noise: all.noise! };
    return prefixed('', evaluateWithGradient(objective, NET, paramsOf(all), inputs, hyper).grads);
  }, INPUTS);
  return Float64Array.from(Object.keys(NET.shapes).flatMap(name => [...grads[name]!]));
}

/** Each rule set differs from the correct one in its gradient. */
function differ<Rules, Hyper>(
  title: string,
  make: (rules?: Rules) => Objective<Hyper>,
  rules: Rules,
  hyper: Hyper,
  mutants: Readonly<Record<string, Partial<Rules>>>,
): void {
  test(`${title}: every mistake is one rule`, () => {
    const correct = gradientOf(make(), hyper);
    assert.ok(norm(correct) > 0.1);
    assert.ok(relativeError(gradientOf(make(rules), hyper), correct) === 0);
    for (const [name, mutant] of Object.entries(mutants)) {
      assert.is(Object.keys(mutant).length, 1);
      const error = relativeError(gradientOf(make({ ...rules, ...mutant }), hyper), correct);
      assert.ok(error > 1e-4, `${name}: relative difference ${error}`);
    }
  });
}

const variance = { fixed: 0.09 } as const;
const rows = (x: tf.Tensor): tf.Tensor => tf.sum(x, 1, true);
const batchWide = (w: tf.Tensor): tf.Tensor =>
  tf.add(tf.zeros([w.shape[0]!, 1]), scaledNorm(tf.expandDims(w, 0)));
const flatNorm = (g: tf.Tensor): tf.Tensor => scaledNorm(g);

const test = suite('core/rules');

differ(
  'SAMBA, fixed variance',
  makeSamba,
  SAMBA_RULES,
  { rec: 'sum', beta: 0.5, variance },
  {
    'no detach': { detach: (w, n) => [w, n] },
    'detach norm only': { detach: (w, n) => [w, detach(n)] },
    'detach direction only': { detach: (w, n) => [detach(w), n] },
    'sign flip': { normalise: (w, n) => tf.neg(SAMBA_RULES.normalise(w, n)) },
    'unnormalised g': { normalise: w => w },
    'g / |g|^2': { normalise: (w, n) => SAMBA_RULES.normalise(w, tf.square(n)) },
    'drop sqrt d': { radius: () => tf.scalar(1) },
    'd for sqrt d': { radius: d => tf.scalar(d) },
    'half absorbed': { radius: d => constant(Math.sqrt(d) / 2) },
    'Sigma for its root': { outer: (scale, eta) => gaussian.scaleUp(scale, gaussian.scaleUp(scale, eta)) },
    'root of Sigma missing': { outer: (_, eta) => eta },
    'L1 normaliser': { norm: w => rows(tf.abs(w)) },
    'L-infinity normaliser': { norm: w => tf.max(tf.abs(w), 1, true) },
    'sign step': { normalise: w => tf.div(tf.sign(w), constant(Math.sqrt(w.shape[1]!))) },
    'added to the denominator': { norm: w => tf.add(SAMBA_RULES.norm(w), constant(1e-3)) },
    'gradient at z0': { point: mean => mean },
    'batch-wide norm': { norm: batchWide },
  },
);

differ(
  'SAMBA, learned variance',
  makeSamba,
  SAMBA_RULES,
  { rec: 'sum', beta: 0.5, variance: 'learned' },
  {
    'whitened twice': { whiten: (scale, g) => gaussian.whiten(scale, gaussian.whiten(scale, g)) },
    'not whitened': { whiten: (_, g) => g },
    'outer scale detached': { outer: (scale, eta) => detach(gaussian.scaleUp(scale, eta)) },
    'KL without': { kl: mean => gaussian.halfSquaredNorm(mean) },
    'gradient of something else': { gradient: at => gradient(z => tf.sum(at.decode(z), 1), at.z) },
  },
);

differ(
  'RAE',
  makeRaeLossGradient,
  RAE_LOSS_GRADIENT_RULES,
  { rec: 'sum', beta: 0.5, lambda: 0.4 },
  {
    squared: { norm: g => tf.square(scaledNorm(g)) },
    'denominator frozen': { norm: g => tf.div(tf.sum(tf.square(g), 1), detach(scaledNorm(g))) },
    'literal Jacobian': { gradient: at => jacobian(at.decode, at.z) },
    'literal Jacobian, squared': {
      gradient: at => {
        const j = jacobian(at.decode, at.z);
        return tf.mul(j, tf.reshape(flatNorm(j), [-1, 1, 1]));
      },
    },
    'constant penalty': { norm: g => detach(scaledNorm(g)) },
    'factor 2': { norm: g => tf.mul(scaledNorm(g), 2) },
    'batch-wide norm': { norm: g => batchWide(g) },
    'KL of the released code': { prior: mean => tf.mul(scaledNorm(tf.expandDims(mean, 0)), 0.5) },
  },
);

differ(
  'GRAE',
  makeGrae,
  GRAE_RULES,
  { beta: 0.3 },
  {
    'missing 1/2': { prefactor: beta => beta },
    'missing beta': { prefactor: () => tf.scalar(0.5) },
    'A / beta^2': { scaled: (j, beta) => tf.div(j, beta) },
    'A for A / beta': { scaled: j => j },
    'rows for columns': { logDet: a => tf.sum(tf.log1p(tf.sum(tf.square(a), 2)), 1) },
    'first order': { logDet: a => tf.sum(tf.square(a), [1, 2]) },
  },
);

differ(
  'beta-VAE',
  makeBetaVae,
  VAE_RULES,
  { beta: 0.3 },
  {
    'KL sign': { kl: (mean, scale) => tf.neg(gaussian.gaussianKl(mean, scale)) },
    'standard deviation for variance': {
      kl: (mean, scale) => {
        const half = tf.mul(gaussian.logDeterminant(scale, 3), 0.5);
        return tf.add(gaussian.halfSquaredNorm(mean), tf.mul(tf.sub(gaussian.trace(scale, 3), half), 0.5));
      },
    },
    'detached sample': { sample: (mean, scale, noise) => detach(VAE_RULES.sample(mean, scale, noise)) },
    'decoder variance 1/beta': { weight: beta => tf.reciprocal(scalar(beta)) },
  },
);

differ(
  'beta-VAE, Taylor',
  makeBetaVaeTaylor,
  BETA_VAE_TAYLOR_RULES,
  { beta: 0.3, variance: 'learned' },
  {
    'J without Sigma': { spread: j => j },
    'Sigma for its root': {
      spread: (j, scale) => gaussian.scaleColumns(gaussian.scaleColumns(j, scale), scale),
    },
    'missing 1/2': { prefactor: () => 1 },
  },
);

test('the divergence without its -d has the same gradient but another value', () => {
  const shifted = makeBetaVae({
    ...VAE_RULES,
    kl: (mean, scale) => tf.add(gaussian.gaussianKl(mean, scale), 1.5),
  });
  const loss = (objective: Objective<{ readonly beta: number }>): number => {
    const { loss } = run(all => {
      const inputs = { x: all.x!, noise: all.noise! };
      return { loss: objective.evaluate(NET, paramsOf(all), inputs, { beta: 0.3 }).loss };
    }, INPUTS);
    return loss![0]!;
  };
  assert.ok(
    relativeError(gradientOf(shifted, { beta: 0.3 }), gradientOf(makeBetaVae(), { beta: 0.3 })) < 1e-15,
  );
  assert.ok(Math.abs(loss(shifted) - loss(makeBetaVae()) - 0.45) < 1e-12);
});

test.run();
