/**
 * @file The regularised autoencoders, as core trains them, as functions of numbers: loss, terms and
 * gradients in doubles.
 */
import type * as tf from '@tensorflow/tfjs';
import { gradients } from '../../../src/core/derivatives.js';
import type { Autoencoder, Params } from '../../../src/core/net/network.js';
import type { Objective, Reconstruction } from '../../../src/core/objectives/objective.js';
import { type PenalisedHyper, RAE } from '../../../src/core/objectives/rae/rae.js';
import { RAE_GHOSH_CODE } from '../../../src/core/objectives/rae/rae-ghosh-code.js';
import { RAE_JACOBIAN } from '../../../src/core/objectives/rae/rae-jacobian.js';
import { RAE_L2 } from '../../../src/core/objectives/rae/rae-l2.js';
import { RAE_LOSS_GRADIENT } from '../../../src/core/objectives/rae/rae-loss-gradient.js';
import { RAE_PYTHAE } from '../../../src/core/objectives/rae/rae-pythae.js';
import { makeVae, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import type { Arrays } from '../../../src/engine/program.js';
import type { Traceable } from '../../../src/engine/trace.js';
import type { AutoencoderCase } from '../../arbitraries/autoencoders.js';
import { CODE, prefixed } from '../network/network.js';

type Numbers = ArrayLike<number>;

/** A batch with the parameters of a network, row-major; noise where the objective samples. */
export interface Values {
  readonly params: Readonly<Record<string, Numbers>>;
  /** [batch, ...data] */
  readonly x: Numbers;
  readonly noise?: Numbers;
}

export interface Evaluated {
  readonly loss: number;
  /** The batch mean without its coefficient. */
  readonly term: (name: string) => number;
  /** With respect to the parameter of that name. */
  readonly gradient: (name: string) => Float64Array;
}

/** A network, and what it is evaluated on. */
export interface On {
  readonly net: Autoencoder;
  readonly values: Values;
  /** 'sum' when not said. */
  readonly rec?: Reconstruction;
}

type Scalars = Readonly<Record<string, number>>;
type Bound = Readonly<Record<string, tf.Tensor>>;

/**
 * `rules` is what the objective was made from, and keys its program; `hyper` gets the scalars as inputs of
 * the graph.
 */
function evaluate<Hyper>(
  rules: object,
  objective: Objective<Hyper>,
  { net, values, rec = 'sum' }: On,
  scalars: Scalars,
  hyper: (bound: Bound, rec: Reconstruction) => Hyper,
): Evaluated {
  const entries = net.data.reduce((a, b) => a * b, 1);
  const batch = values.x.length / entries;
  const names = Object.keys(net.shapes);
  const specs = {
    ...Object.fromEntries(names.map(name => [name, { shape: net.shapes[name]! }])),
    ...Object.fromEntries(Object.keys(scalars).map(name => [name, { shape: [] }])),
    x: { shape: [batch, ...net.data] },
    ...(objective.usesNoise && { noise: { shape: [batch, net.latent] } }),
  };
  const seen = (params: Params, all: Bound) => {
    const inputs = { x: all.x!, ...(objective.usesNoise && { noise: all.noise! }) };
    return objective.evaluate(net, params, inputs, hyper(all, rec));
  };
  const paramsOf = (all: Bound): Params => Object.fromEntries(names.map(name => [name, all[name]!]));
  const given: Record<string, Numbers> = { ...values.params, x: values.x };
  const inputs = {
    ...Object.fromEntries(names.map(name => [name, Float64Array.from(given[name] ?? [])])),
    ...Object.fromEntries(Object.entries(scalars).map(([name, value]) => [name, Float64Array.of(value)])),
    x: Float64Array.from(values.x),
    ...(objective.usesNoise && { noise: Float64Array.from(values.noise ?? []) }),
  };
  const run = (kind: 'values' | 'gradients', fn: Traceable): Arrays => {
    const name = `${objective.name} ${rec} ${batch} ${kind}`;
    const out = programOf(rules, net, name, () => ({ specs, fn })).run(inputs);
    return Object.fromEntries(Object.entries(out).map(([key, array]) => [key, array.slice()]));
  };
  const found = run('values', all => {
    const { loss, terms } = seen(paramsOf(all), all);
    return { loss, ...prefixed('term', terms) };
  });
  // traced only where a claim asks for gradients
  let slopes: Arrays | undefined;
  const gradient = (name: string): Float64Array => {
    slopes ??= run('gradients', all => {
      const loss = (params: Params) => ({ loss: seen(params, all).loss, aux: {} });
      return { ...gradients(loss, paramsOf(all)).grads };
    });
    return slopes[name]!;
  };
  return { loss: found.loss![0]!, term: name => found[`term.${name}`]![0]!, gradient };
}

export type Weights = { readonly beta: number; readonly lambda: number };

type Step<Rules> = (rules: Rules, on: On, weights: Weights) => Evaluated;

const penalisedHyper = (s: Bound, rec: Reconstruction) => ({ rec, beta: s.beta!, lambda: s.lambda! });

const penalised =
  <Rules extends object>(make: (rules: Rules) => Objective<PenalisedHyper>): Step<Rules> =>
  (rules, on, { beta, lambda }) =>
    evaluate(rules, make(rules), on, { beta, lambda }, penalisedHyper);

/** The rules of the objectives, by the names that subjects give them. */
export const RULES = {
  rae: RAE.rules,
  ghosh: RAE_GHOSH_CODE.rules,
  pythae: RAE_PYTHAE.rules,
  jacobian: RAE_JACOBIAN.rules,
  lossGradient: RAE_LOSS_GRADIENT.rules,
  l2: RAE_L2.rules,
};
type Rules = typeof RULES;
export type Variant = keyof Rules;

const STEPS: { readonly [Name in Variant]: Step<Rules[Name]> } = {
  /** Without a regulariser of the decoder. */
  rae: (rules, on, { beta }) =>
    evaluate(rules, RAE.make(rules), on, { beta }, (s, rec) => ({ rec, beta: s.beta! })),
  ghosh: penalised<Rules['ghosh']>(RAE_GHOSH_CODE.make),
  pythae: penalised<Rules['pythae']>(RAE_PYTHAE.make),
  /** The squared Frobenius norm of the decoder's Jacobian: the penalty as summarised. */
  jacobian: (rules, on, { beta, lambda }) =>
    evaluate(rules, RAE_JACOBIAN.make(rules), on, { beta, lambda }, (s, rec) => ({
      ...penalisedHyper(s, rec),
      power: 2 as const,
    })),
  lossGradient: penalised<Rules['lossGradient']>(RAE_LOSS_GRADIENT.make),
  l2: penalised<Rules['l2']>(RAE_L2.make),
};

/** An objective with the rules that a subject holds under its name. */
export const evaluated = <Name extends Variant>(
  subject: { readonly [N in Name]: Rules[N] },
  name: Name,
  on: On,
  weights: Weights,
): Evaluated => STEPS[name](subject[name], on, weights);

/** The VAE with covariance `variance` I. */
export const constantVariance = (
  rules: VaeRules,
  on: On,
  { beta, variance }: { readonly beta: number; readonly variance: number },
): Evaluated =>
  evaluate(rules, makeVae(rules), on, { beta, variance }, (s, rec) => ({
    rec,
    beta: s.beta!,
    variance: { fixed: s.variance! },
  }));

/** The numbers of a case; the codes are where the encoder puts them. */
export const valuesOf = ({ shape, params, x }: AutoencoderCase): Values => ({
  params: { ...params, [CODE]: new Float64Array(shape.batch * shape.net.latent) },
  x,
});
