/**
 * @file Kumar & Poole's objectives, as core trains them, as functions of numbers: loss and gradients in
 * doubles.
 */
import type * as tf from '@tensorflow/tfjs';
import { gradients, jacobian } from '../../../src/core/derivatives.js';
import { type Autoencoder, type Params, parameter } from '../../../src/core/net/network.js';
import { type GraeRules, makeGrae } from '../../../src/core/objectives/grae/grae.js';
import type { Objective, Scalar } from '../../../src/core/objectives/objective.js';
import { makeBetaVae } from '../../../src/core/objectives/vae/beta-vae.js';
import * as betaVaeTaylor from '../../../src/core/objectives/vae/beta-vae-taylor.js';
import type { VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import type { Specs } from '../../../src/engine/spec.js';
import type { Step, Values } from '../../../src/studies/noisy-step.js';
import { mat, quad } from '../../kit.js';
import { prefixed } from '../network/network.js';

export type { Step, Values };

export type Hyper = { readonly beta: Scalar; readonly variance: 'learned' };

const paramSpecs = ({ shapes }: Autoencoder, names = Object.keys(shapes)): Specs =>
  Object.fromEntries(names.map(name => [name, { shape: shapes[name]! }]));

const pick = ({ shapes }: Autoencoder, inputs: Params): Params =>
  Object.fromEntries(Object.keys(shapes).map(name => [name, parameter(inputs, name)]));

const arrays = (params: Values['params']): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(params).map(([name, values]) => [name, Float64Array.from(values)]));

/** The loss of an objective on `batch` samples as a traced function of its inputs. */
function lossOf(objective: Objective<Hyper>, net: Autoencoder, inputs: Params, params: Params): tf.Tensor {
  const hyper: Hyper = { beta: parameter(inputs, 'beta'), variance: 'learned' };
  const noise = objective.usesNoise ? { noise: parameter(inputs, 'noise') } : {};
  return objective.evaluate(net, params, { x: parameter(inputs, 'x'), ...noise }, hyper).loss;
}

const specsOf = (objective: Objective<Hyper>, net: Autoencoder, batch: number): Specs => ({
  ...paramSpecs(net),
  x: { shape: [batch, ...net.data] },
  beta: { shape: [] },
  ...(objective.usesNoise && { noise: { shape: [batch, net.latent] } }),
});

const inputsOf = ({ params, x, beta }: Values): Record<string, Float64Array> => ({
  ...arrays(params),
  x: Float64Array.from(x),
  beta: Float64Array.of(beta),
});

/** Loss and gradients of an objective on a batch; `rules` is what it was made from, and keys its program. */
export function step(rules: object, objective: Objective<Hyper>, net: Autoencoder, values: Values): Step {
  const batch = values.x.length / net.data[0]!;
  const program = programOf(rules, net, `${objective.name} ${batch}`, () => ({
    specs: specsOf(objective, net, batch),
    fn: inputs => {
      const found = gradients(p => ({ loss: lossOf(objective, net, inputs, p), aux: {} }), pick(net, inputs));
      return { loss: found.loss, ...prefixed('gradient', found.grads) };
    },
  }));
  const outputs = program.run(inputsOf(values));
  return {
    loss: outputs.loss![0]!,
    gradient: name => {
      const found = outputs[`gradient.${name}`];
      if (!found) throw new Error(`step: "${name}" must be a parameter - give one of net.shapes`);
      return found.slice();
    },
  };
}

/**
 * Eq. (13), or eq. (14) with the rules of the Hadamard bound. Gradients must be read before the next
 * evaluation.
 */
export const grae = (rules: GraeRules, net: Autoencoder, values: Values): Step =>
  step(rules, makeGrae(rules), net, values);

/** Eq. (7), with the covariance of the network's heads. */
export const taylor = (rules: betaVaeTaylor.BetaVaeTaylorRules, net: Autoencoder, values: Values): Step =>
  step(rules, betaVaeTaylor.makeBetaVaeTaylor(rules), net, values);

/** Eq. (2), to be minimised: the beta-VAE at one sample, averaged over weighted noises. */
export function betaVae(
  rules: VaeRules,
  net: Autoencoder,
  values: Values,
  points: readonly quad.WeightedPoint[],
): number {
  const program = programOf(rules, net, 'beta-vae', () => {
    const objective = makeBetaVae(rules);
    return {
      specs: specsOf(objective, net, 1),
      fn: inputs => ({ loss: lossOf(objective, net, inputs, pick(net, inputs)) }),
    };
  });
  const inputs = inputsOf(values);
  return quad.expectation(
    points,
    noise => program.run({ ...inputs, noise: Float64Array.from(noise) }).loss![0]!,
  );
}

/** The owner of the programs that no negative control changes. */
const PLAIN = {};

/** The decoder's Jacobian [D, d] at a code; `params` are the decoder's. */
export function jacobianAt(net: Autoencoder, params: Values['params'], z: mat.Vector): number[][] {
  const program = programOf(PLAIN, net, 'jacobian', () => ({
    specs: { ...paramSpecs(net, Object.keys(params)), z: { shape: [1, net.latent] } },
    fn: inputs => ({ jacobian: jacobian(code => net.decode(inputs, code), parameter(inputs, 'z')) }),
  }));
  const flat = program.run({ ...arrays(params), z: Float64Array.from(z) }).jacobian!;
  return Array.from({ length: net.data[0]! }, (_, m) => [
    ...flat.subarray(m * net.latent, (m + 1) * net.latent),
  ]);
}

/**
 * The parameters of core's heads that give every sample the posterior N(mean, S): weights zero, all in the
 * biases.
 */
export function posterior(
  net: Autoencoder,
  mean: mat.Vector,
  covariance: mat.Matrix,
): Record<string, mat.Vector> {
  const [data, d] = [net.data[0]!, net.latent];
  const heads = { 'mu.weight': mat.zeros(d * data), 'mu.bias': mean };
  if (net.posterior === 'diagonal')
    return {
      ...heads,
      'logvar.weight': mat.zeros(d * data),
      'logvar.bias': covariance.map((row, i) => Math.log(row[i]!)),
    };
  const factor = mat.cholesky(covariance);
  const entries = [
    ...factor.map((row, i) => Math.log(row[i]!)),
    ...factor.flatMap((row, i) => row.slice(0, i)),
  ];
  return { ...heads, 'cholesky.weight': mat.zeros(entries.length * data), 'cholesky.bias': entries };
}
