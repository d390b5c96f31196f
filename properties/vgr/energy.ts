/** @file The gamma-VAE as core trains it, as a function of numbers: energies averaged over weighted noises, and gradients. */
import type * as tf from '@tensorflow/tfjs';
import { gradients } from '../../src/core/derivatives.js';
import { type Autoencoder, type Params, parameter } from '../../src/core/net/network.js';
import { type GammaVaeRules, makeGammaVae } from '../../src/core/objectives/gamma-vae.js';
import { type GammaVaeClosedRules, makeGammaVaeClosed } from '../../src/core/objectives/gamma-vae-closed.js';
import { LOG_GAMMA, makeGammaVaeLearned, withLogGamma } from '../../src/core/objectives/gamma-vae-learned.js';
import type { Objective } from '../../src/core/objectives/objective.js';
import type { Specs } from '../../src/engine/spec.js';
import type { WeightedPoint } from '../../src/theory/closed/gauss-hermite.js';
import type { Vector } from '../../src/theory/closed/matrix.js';
import { prefixed } from '../support/network.js';
import { programOf } from '../support/program.js';

/** A data set with the parameters of a network, row-major. */
export interface Values {
  readonly params: Readonly<Record<string, Vector>>;
  /** [n, d] */
  readonly x: Vector;
  readonly gamma: number;
  /** Weight of the KL divergence, 1 when not said. */
  readonly beta?: number;
}

export interface Energy {
  readonly loss: number;
  /** mean |x - g(z)|^2 */
  readonly reconstruction: number;
  /** mean KL */
  readonly kl: number;
  /** d loss / d log gamma; 0 where gamma is chosen by the batch. */
  readonly slope: number;
  /** The loss's gradient with respect to the parameter of that name. */
  readonly gradient: (name: string) => Float64Array;
}

/** The mean code only: no noise. */
export const noNoise = (latent: number): readonly WeightedPoint[] => [
  { point: new Array<number>(latent).fill(0), weight: 1 },
];

type Hyper = { readonly variance: 'learned'; readonly beta: tf.Tensor };

const batchOf = (net: Autoencoder, x: Vector): number => x.length / net.data.reduce((a, b) => a * b, 1);

function programFor(rules: object, objective: Objective<Hyper>, net: Autoencoder, batch: number) {
  return programOf(rules, net, `${objective.name} ${batch}`, () => {
    const live = objective.name === 'gamma-vae-learned' ? withLogGamma(net) : net;
    const params = Object.entries(live.shapes).map(([name, shape]) => [name, { shape }] as const);
    const specs: Specs = {
      ...Object.fromEntries(params),
      x: { shape: [batch, ...net.data] },
      beta: { shape: [] },
      noise: { shape: [batch, net.latent] },
    };
    const fn = (inputs: Params): Record<string, tf.Tensor> => {
      const batch = { x: parameter(inputs, 'x'), noise: parameter(inputs, 'noise') };
      const hyper: Hyper = { variance: 'learned', beta: parameter(inputs, 'beta') };
      const own = Object.fromEntries(params.map(([name]) => [name, parameter(inputs, name)]));
      const found = gradients(p => {
        const { loss, terms } = objective.evaluate(live, p, batch, hyper);
        return { loss, aux: prefixed('term', terms) };
      }, own);
      return { loss: found.loss, ...found.aux, ...prefixed('gradient', found.grads) };
    };
    return { specs, fn };
  });
}

type Outputs = Readonly<Record<string, Float64Array>>;

const arrays = (params: Values['params']): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(params).map(([name, values]) => [name, Float64Array.from(values)]));

function asEnergy(outputs: Outputs): Energy {
  const gradient = (name: string): Float64Array => {
    const found = outputs[`gradient.${name}`];
    if (!found) throw new Error(`energy: "${name}" must be a parameter - give one of net.shapes`);
    return found;
  };
  return {
    loss: outputs.loss![0]!,
    reconstruction: outputs['term.reconstruction']![0]!,
    kl: outputs['term.kl']![0]!,
    slope: outputs[`gradient.${LOG_GAMMA}`]?.[0] ?? 0,
    gradient,
  };
}

/**
 * The energy of core's gamma-VAE, gamma a parameter, every sample with the same noise, averaged over the noises: with
 * sigma points the expectation itself for a linear decoder.
 */
export function energy(
  rules: GammaVaeRules,
  net: Autoencoder,
  { params, x, gamma, beta = 1 }: Values,
  points: readonly WeightedPoint[],
): Energy {
  const batch = batchOf(net, x);
  const program = programFor(rules, makeGammaVaeLearned(rules), net, batch);
  const numbers = {
    ...arrays(params),
    [LOG_GAMMA]: Float64Array.of(Math.log(gamma)),
    x: Float64Array.from(x),
    beta: Float64Array.of(beta),
  };
  const total: Record<string, Float64Array> = {};
  for (const [i, { point, weight }] of points.entries()) {
    const noise = Float64Array.from({ length: batch * net.latent }, (_, k) => point[k % net.latent]!);
    const found = i === 0 ? program.run({ ...numbers, noise }) : program.update({ noise });
    for (const [name, values] of Object.entries(found)) {
      const sum = (total[name] ??= new Float64Array(values.length));
      for (const [k, value] of values.entries()) sum[k]! += weight * value;
    }
  }
  return asEnergy(total);
}

/** The same with gamma in closed form, every sample repeated with each of equally weighted noises: one batch, so that eq. (6) averages over all. */
export function closedEnergy(
  rules: GammaVaeClosedRules,
  net: Autoencoder,
  { params, x, beta = 1 }: Omit<Values, 'gamma'>,
  noises: readonly Vector[],
): Energy {
  const batch = batchOf(net, x) * noises.length;
  const program = programFor(rules, makeGammaVaeClosed(rules), net, batch);
  const entries = x.length / batchOf(net, x);
  const rows = Array.from({ length: batchOf(net, x) }, (_, i) => x.slice(i * entries, (i + 1) * entries));
  const outputs = program.run({
    ...arrays(params),
    x: Float64Array.from(rows.flatMap(row => noises.flatMap(() => [...row]))),
    noise: Float64Array.from(rows.flatMap(() => noises.flat())),
    beta: Float64Array.of(beta),
  });
  return asEnergy(Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, values.slice()])));
}

/** Core's gamma-VAE with gamma given as a number and not learned: its loss at one noise for every sample. */
export function fixedEnergy(
  rules: GammaVaeRules,
  net: Autoencoder,
  { params, x, gamma, beta = 1 }: Values,
  noise: Vector,
): Energy {
  const batch = batchOf(net, x);
  const objective = makeGammaVae(rules);
  const program = programOf(rules, net, `fixed ${batch}`, () => ({
    specs: {
      ...Object.fromEntries(Object.entries(net.shapes).map(([name, shape]) => [name, { shape }])),
      x: { shape: [batch, ...net.data] },
      noise: { shape: [batch, net.latent] },
      gamma: { shape: [] },
      beta: { shape: [] },
    },
    fn: inputs => {
      const own = Object.fromEntries(Object.keys(net.shapes).map(name => [name, parameter(inputs, name)]));
      const hyper = { gamma: inputs.gamma!, beta: inputs.beta!, variance: 'learned' } as const;
      const given = { x: inputs.x!, noise: inputs.noise! };
      const found = gradients(p => {
        const { loss, terms } = objective.evaluate(net, p, given, hyper);
        return { loss, aux: prefixed('term', terms) };
      }, own);
      return { loss: found.loss, ...found.aux, ...prefixed('gradient', found.grads) };
    },
  }));
  const outputs = program.run({
    ...arrays(params),
    x: Float64Array.from(x),
    noise: Float64Array.from(noise),
    gamma: Float64Array.of(gamma),
    beta: Float64Array.of(beta),
  });
  return asEnergy(Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, values.slice()])));
}
