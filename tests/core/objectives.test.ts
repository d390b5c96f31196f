import type * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { convAutoencoder } from '../../src/core/net/conv.js';
import { denseAutoencoder } from '../../src/core/net/dense.js';
import type { Autoencoder } from '../../src/core/net/network.js';
import { OBJECTIVES, type ObjectiveSpec, objectiveOf } from '../../src/core/objectives/list.js';
import type { Objective } from '../../src/core/objectives/objective.js';
import { makeSamba, SAMBA_RULES } from '../../src/core/objectives/samba/samba.js';
import { makeBetaVae } from '../../src/core/objectives/vae/beta-vae.js';
import { makeBetaVaeTaylor } from '../../src/core/objectives/vae/beta-vae-taylor.js';
import { evaluateWithGradient } from '../../src/core/step.js';
import { suite } from '../harness.js';
import {
  close,
  compiled,
  draw,
  drawParams,
  moved,
  type Named,
  paramsOf,
  prefixed,
  run,
  slope,
  type Traced,
  values,
} from './support.js';

/** Loss, terms and gradients as a function to trace. */
const evaluated =
  <Hyper>(objective: Objective<Hyper>, net: Autoencoder, hyper: Hyper): Traced =>
  all => {
    const inputs = all.noise === undefined ? { x: all.x! } : { x: all.x!, noise: all.noise };
    const { loss, terms, grads, zeroDirections } = evaluateWithGradient(
      objective,
      net,
      paramsOf(all),
      inputs,
      hyper,
    );
    const zero = zeroDirections === undefined ? {} : { zeroDirections };
    return { loss, ...terms, ...zero, ...prefixed('grad.', grads) };
  };

const ofSpec = (spec: ObjectiveSpec, net: Autoencoder): Traced => evaluated(objectiveOf(spec), net, spec);

/** Each gradient along a random direction against the difference of the loss. */
function checkGradients(fn: Traced, net: Autoencoder, inputs: Named, tolerance = 1e-7): void {
  const f = compiled(fn, inputs);
  const out = f(inputs);
  for (const [i, [name, shape]] of Object.entries(net.shapes).entries()) {
    const direction = draw(300 + i, shape);
    const expected = slope(t => f(moved(inputs, { [`param.${name}`]: direction }, t)).loss![0]!);
    const got = out[`grad.${name}`]!.reduce((s, g, k) => s + g * direction.values[k]!, 0);
    const size = Math.hypot(...out[`grad.${name}`]!);
    assert.ok(Math.abs(got - expected) <= tolerance * (size + 1), `${name}: ${got} for ${expected}`);
  }
}

const LEARNED = { variance: 'learned' } as const;
const SPECS: readonly (ObjectiveSpec & { readonly learned?: true })[] = [
  { name: 'vae', rec: 'mean', beta: 0.7, variance: { fixed: 0.3 } },
  { name: 'vae', rec: 'sum', beta: 0.7, ...LEARNED },
  { name: 'rae-loss-gradient', rec: 'half', beta: 0.4, lambda: 0.6 },
  { name: 'rae-jacobian', rec: 'sum', beta: 0.4, lambda: 0.6, power: 1 },
  { name: 'rae-jacobian', rec: 'sum', beta: 0.4, lambda: 0.6, power: 2 },
  { name: 'rae-l2', rec: 'sum', beta: 0.4, lambda: 0.6 },
  { name: 'rae-ghosh-code', rec: 'mean', beta: 0.4, lambda: 0.6 },
  { name: 'rae-pythae', rec: 'sum', beta: 0.4, lambda: 0.6 },
  { name: 'rae', rec: 'sum', beta: 0.4 },
  { name: 'beta-vae', beta: 0.7 },
  { name: 'beta-vae', beta: 0.7, variance: { fixed: 0.3 } },
  { name: 'beta-vae-taylor', beta: 0.7, ...LEARNED },
  { name: 'beta-vae-taylor', beta: 0.7, variance: { fixed: 0.3 } },
  { name: 'grae', beta: 0.3 },
  { name: 'grae-hadamard', beta: 0.3 },
  { name: 'gamma-vae', gamma: 0.3, ...LEARNED },
  { name: 'beta-vae-bernoulli', beta: 0.7, ...LEARNED },
  { name: 'beta-vae-taylor-bernoulli', beta: 0.7, variance: { fixed: 0.3 } },
  { name: 'grae-sampled', beta: 0.3, columns: 2 },
  { name: 'gamma-vae-closed', ...LEARNED },
  { name: 'gamma-vae-learned', ...LEARNED },
  { name: 'vae-sam-rae', klCoeff: 0.3, alpha2: 0.4 },
];

const DENSE = (posterior: 'none' | 'diagonal' | 'cholesky'): Autoencoder =>
  denseAutoencoder({
    encoder: [5, 4],
    latent: 3,
    decoder: [3, 4, 5],
    activation: 'tanh',
    output: 'sigmoid',
    posterior,
  });
const CONV = convAutoencoder({
  image: [4, 4, 2],
  channels: [3],
  latent: 2,
  activation: 'softplus',
  output: 'identity',
  posterior: 'diagonal',
});

/** The network with what the objective learns beside it. */
const netFor = ({ name }: ObjectiveSpec, net: Autoencoder): Autoencoder =>
  OBJECTIVES[name].extend?.(net) ?? net;

const withData = (net: Autoencoder, seed: number, noise: boolean, batch = 3): Named => ({
  ...drawParams(seed, net.shapes),
  x: draw(seed + 1, [batch, ...net.data]),
  ...(noise ? { noise: draw(seed + 2, [batch, net.latent], 2) } : {}),
});

const test = suite('core/objectives');

test('the table: names, terms, and noise as declared', () => {
  for (const [name, objective] of Object.entries(OBJECTIVES)) assert.is(objective.name, name);
  for (const spec of SPECS) {
    const net = netFor(spec, DENSE('diagonal'));
    const objective = OBJECTIVES[spec.name];
    const out = run(ofSpec(spec, net), withData(net, 1, objective.usesNoise));
    for (const term of objective.terms) assert.is(out[term]?.length, 1, `${spec.name}: ${term}`);
  }
});

for (const posterior of ['diagonal', 'cholesky'] as const)
  test(`gradients by differences: dense, ${posterior}`, () => {
    for (const spec of SPECS) {
      const net = netFor(spec, DENSE(posterior));
      checkGradients(ofSpec(spec, net), net, withData(net, 11, OBJECTIVES[spec.name].usesNoise));
    }
  });

test('gradients by differences: convolutional', () => {
  for (const spec of SPECS.filter(({ name }) =>
    ['vae', 'rae-loss-gradient', 'grae', 'rae-jacobian', 'rae-ghosh-code', 'rae-pythae'].includes(name),
  ))
    checkGradients(ofSpec(spec, CONV), CONV, withData(CONV, 21, OBJECTIVES[spec.name].usesNoise, 2), 1e-6);
});

for (const posterior of ['none', 'diagonal', 'cholesky'] as const)
  test(`SAMBA's gradient is that of the loss with the direction frozen: ${posterior}`, () => {
    const net = DENSE(posterior);
    const inputs = withData(net, 31, false);
    const hyper = {
      rec: 'sum',
      beta: 0.5,
      variance: posterior === 'none' ? { fixed: 0.3 } : 'learned',
    } as const;
    const unit = (all: Record<string, tf.Tensor>): { unit: tf.Tensor } => {
      let seen: tf.Tensor | undefined;
      const spy = makeSamba({
        ...SAMBA_RULES,
        normalise: (w, norm) => {
          seen = SAMBA_RULES.normalise(w, norm);
          return seen;
        },
      });
      spy.evaluate(net, paramsOf(all), { x: all.x! }, hyper);
      return { unit: seen! };
    };
    const frozen = { ...inputs, unit: values([3, 3], run(unit, inputs).unit!) };
    const fn: Traced = ({ unit, ...all }) =>
      evaluated(makeSamba({ ...SAMBA_RULES, normalise: () => unit! }), net, hyper)(all);
    checkGradients(fn, net, frozen);
    const live = run(evaluated(makeSamba(), net, hyper), inputs);
    const fixed = run(fn, frozen);
    for (const [name, value] of Object.entries(live)) close(value, fixed[name]!, 1e-14, name);
  });

test('SAMBA without detach has the gradient of its loss', () => {
  const net = DENSE('diagonal');
  const live = makeSamba({ ...SAMBA_RULES, detach: (w, norm) => [w, norm] });
  checkGradients(evaluated(live, net, { rec: 'sum', beta: 0.5, ...LEARNED }), net, withData(net, 41, false));
});

// one sample, one latent, one datum: mu = a x + b, f(z) = w z + c
const LINE = denseAutoencoder({
  encoder: [1],
  latent: 1,
  decoder: [1, 1],
  activation: 'identity',
  output: 'identity',
});
const LINE_INPUTS: Named = {
  'param.mu.weight': values([1, 1], [0.5]),
  'param.mu.bias': values([1], [0.25]),
  'param.decoder.0.weight': values([1, 1], [3]),
  'param.decoder.0.bias': values([1], [-1]),
  x: values([1, 1], [2]),
  noise: values([1, 1], [-0.5]),
};
// mu = 1.25, f = 2.75, residual -0.75, gradient of the squared residual 4.5, Jacobian 3
const BY_HAND: readonly (readonly [ObjectiveSpec, number, Record<string, number>])[] = (() => {
  const kl = (1.25 ** 2 + 0.25 - 1 - Math.log(0.25)) / 2;
  const prior = 1.25 ** 2 / 2;
  const fixed = { variance: { fixed: 0.25 } };
  const log = Math.log(1 + 9 / 0.5);
  const rec = 0.75 ** 2;
  const sam = 2.25 ** 2;
  const noisy = 0; // z = 1.25 - 0.25 = 1, f = 2
  return [
    [{ name: 'vae', rec: 'sum', beta: 2, ...fixed }, noisy + 2 * kl, { reconstruction: noisy, kl }],
    [
      { name: 'samba', rec: 'sum', beta: 2, ...fixed },
      sam + 2 * kl,
      { reconstruction: sam, kl, zeroDirections: 0 },
    ],
    [{ name: 'samba', rec: 'half', beta: 2, ...fixed }, sam / 2 + 2 * kl, { reconstruction: sam / 2, kl }],
    [
      { name: 'rae-loss-gradient', rec: 'sum', beta: 2, lambda: 3 },
      rec + 13.5 + 2 * prior,
      { reconstruction: rec, penalty: 4.5, prior },
    ],
    [
      { name: 'rae-jacobian', rec: 'mean', beta: 2, lambda: 3, power: 1 },
      rec + 9 + 2 * prior,
      { penalty: 3 },
    ],
    [
      { name: 'rae-jacobian', rec: 'mean', beta: 2, lambda: 3, power: 2 },
      rec + 27 + 2 * prior,
      { penalty: 9 },
    ],
    [{ name: 'rae-l2', rec: 'sum', beta: 2, lambda: 3 }, rec + 30 + 2 * prior, { penalty: 10 }],
    [
      { name: 'rae-ghosh-code', rec: 'sum', beta: 2, lambda: 3 },
      rec + 12 * 8.25 ** 2 + 2 * prior,
      { penalty: 4 * 8.25 ** 2, prior },
    ],
    [{ name: 'rae-pythae', rec: 'sum', beta: 2, lambda: 3 }, rec + 6.75 + 2 * prior, { penalty: 2.25 }],
    [{ name: 'rae', rec: 'sum', beta: 2 }, rec + 2 * prior, { reconstruction: rec, prior }],
    [{ name: 'beta-vae', beta: 2, ...fixed }, 2 * kl, { kl }],
    [{ name: 'beta-vae-taylor', beta: 2, ...fixed }, rec / 2 + 9 / 8 + 2 * kl, { penalty: 9 / 8, kl }],
    [{ name: 'grae', beta: 0.5 }, rec / 2 + prior / 2 + log / 4, { penalty: log, prior }],
    [{ name: 'grae-hadamard', beta: 0.5 }, rec / 2 + prior / 2 + log / 4, { penalty: log, prior }],
    [{ name: 'gamma-vae', gamma: 0.5, ...fixed }, Math.log(0.5) + 2 * kl, { reconstruction: 0, kl }],
    [{ name: 'vae-sam-samba', klCoeff: 2, alpha2: 0.25 }, sam + 2 * kl, { reconstruction: sam, kl }],
    [{ name: 'vae-sam-rae', klCoeff: 2, alpha2: 0.25 }, rec + 2.25 + 1.25, { penalty: 4.5, prior: 0.625 }],
  ];
})();

test('by hand: one latent, one datum, a straight line', () => {
  for (const [spec, loss, terms] of BY_HAND) {
    const { noise, ...rest } = LINE_INPUTS;
    const out = run(ofSpec(spec, LINE), OBJECTIVES[spec.name].usesNoise ? LINE_INPUTS : rest);
    close(out.loss!, [loss], 1e-15, spec.name);
    for (const [term, value] of Object.entries(terms))
      close(out[term]!, [value], 1e-15, `${spec.name} ${term}`);
  }
});

test('hyper-parameters may be inputs of the graph', () => {
  const net = DENSE('none');
  const inputs = withData(net, 51, false);
  const beta = values([], [0.3]);
  const given = run(
    ({ beta, ...all }) =>
      evaluated(OBJECTIVES.samba, net, { rec: 'sum', beta: beta!, variance: { fixed: beta! } })(all),
    { ...inputs, beta },
  );
  const fixed = run(
    evaluated(OBJECTIVES.samba, net, { rec: 'sum', beta: 0.3, variance: { fixed: 0.3 } }),
    inputs,
  );
  for (const [name, value] of Object.entries(fixed)) close(given[name]!, value, 1e-14, name);
});

for (const posterior of ['diagonal', 'cholesky'] as const)
  test(`affine decoder: the Taylor form is the average of the beta-VAE over sigma points, ${posterior}`, () => {
    const d = 2;
    const net = denseAutoencoder({
      encoder: [3, 4],
      latent: d,
      decoder: [d, 3],
      activation: 'tanh',
      output: 'identity',
      posterior,
    });
    const one = withData(net, 61, false, 1);
    const taylor = run(evaluated(makeBetaVaeTaylor(), net, { beta: 0.4, ...LEARNED }), one);
    const points = [0, 1, 2, 3].flatMap(i =>
      [0, 1].map(k => (i % d === k ? (i < d ? 1 : -1) * Math.sqrt(d) : 0)),
    );
    const many = {
      ...one,
      x: values(
        [4, 3],
        [0, 1, 2, 3].flatMap(() => [...one.x!.values]),
      ),
      noise: values([4, d], points),
    };
    const sampled = run(evaluated(makeBetaVae(), net, { beta: 0.4 }), many);
    close(taylor.loss!, sampled.loss!, 1e-14, 'loss');
    for (const name of Object.keys(net.shapes))
      close(taylor[`grad.${name}`]!, sampled[`grad.${name}`]!, 1e-13, name);
  });

test('errors: a learned variance needs a head, sampling needs noise', () => {
  const net = DENSE('none');
  const inputs = withData(net, 71, false);
  assert.throws(
    () => run(ofSpec({ name: 'samba', rec: 'sum', beta: 1, ...LEARNED }, net), inputs),
    /variance: "learned" needs a scale head/,
  );
  assert.throws(
    () => run(ofSpec({ name: 'vae', rec: 'sum', beta: 1, variance: { fixed: 1 } }, net), inputs),
    /noise \[B, d\] is required/,
  );
});

test.run();
