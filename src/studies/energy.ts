/**
 * @file The gamma-VAE as core trains it, on arrays of doubles: energies, averaged over weighted noises, and
 * gradients.
 */
import type * as tf from '@tensorflow/tfjs';
import { gradients } from '../core/derivatives.js';
import { type Autoencoder, type Params, parameter } from '../core/net/network.js';
import { type GammaVaeRules, makeGammaVae } from '../core/objectives/gamma-vae/gamma-vae.js';
import {
  type GammaVaeClosedRules,
  makeGammaVaeClosed,
} from '../core/objectives/gamma-vae/gamma-vae-closed.js';
import {
  LOG_GAMMA,
  makeGammaVaeLearned,
  withLogGamma,
} from '../core/objectives/gamma-vae/gamma-vae-learned.js';
import type { Evaluation, Inputs } from '../core/objectives/objective.js';
import { withPrefix } from '../core/prefix.js';
import { programOf } from '../engine/float64/program-of.js';
import type { Arrays, Float64Program } from '../engine/program.js';
import type { WeightedPoint } from '../theory/numerics/gauss-hermite.js';
import type { Vector } from '../theory/numerics/matrix.js';

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
  /** The observation variance: given, a parameter, or that of eq. (6). */
  readonly gamma: number;
  /** The loss's gradient with respect to the parameter of that name. */
  readonly gradient: (name: string) => Float64Array;
}

/** An objective of core with the network it needs, as a function of the inputs of a program. */
interface Kind {
  readonly name: string;
  readonly net: Autoencoder;
  readonly evaluate: (params: Params, batch: Inputs, gamma: tf.Tensor, beta: tf.Tensor) => Evaluation;
}

const variance = 'learned';

const fixed = (rules: GammaVaeRules, net: Autoencoder): Kind => ({
  name: 'fixed',
  net,
  evaluate: (params, batch, gamma, beta) =>
    makeGammaVae(rules).evaluate(net, params, batch, { gamma, beta, variance }),
});

const learned = (rules: GammaVaeRules, plain: Autoencoder): Kind => {
  const net = withLogGamma(plain);
  return {
    name: 'learned',
    net,
    evaluate: (params, batch, _, beta) =>
      makeGammaVaeLearned(rules).evaluate(net, params, batch, { beta, variance }),
  };
};

const closed = (rules: GammaVaeClosedRules, net: Autoencoder): Kind => ({
  name: 'closed',
  net,
  evaluate: (params, batch, _, beta) =>
    makeGammaVaeClosed(rules).evaluate(net, params, batch, { beta, variance }),
});

function programFor<Rules extends object>(
  rules: Rules,
  plain: Autoencoder,
  kind: (rules: Rules, net: Autoencoder) => Kind,
  samples: number,
): Float64Program {
  return programOf(rules, plain, `${kind.name} ${samples}`, () => {
    const { net, evaluate } = kind(rules, plain);
    const names = Object.keys(net.shapes);
    return {
      specs: {
        ...Object.fromEntries(names.map(name => [name, { shape: net.shapes[name]! }])),
        x: { shape: [samples, ...net.data] },
        noise: { shape: [samples, net.latent] },
        gamma: { shape: [] },
        beta: { shape: [] },
      },
      fn: inputs => {
        const batch = { x: inputs.x!, noise: inputs.noise! };
        const found = gradients(
          params => {
            const { loss, terms } = evaluate(params, batch, inputs.gamma!, inputs.beta!);
            return { loss, aux: withPrefix('term', terms) };
          },
          Object.fromEntries(names.map(name => [name, parameter(inputs, name)])),
        );
        return { loss: found.loss, ...found.aux, ...withPrefix('gradient', found.grads) };
      },
    };
  });
}

const samplesOf = (net: Autoencoder, { x }: Pick<Values, 'x'>): number => x.length / net.data[0]!;

function inputsOf({ params, x, gamma, beta = 1 }: Values): Record<string, Float64Array> {
  const numbers = { ...params, x, gamma: [gamma], beta: [beta] };
  return Object.fromEntries(
    Object.entries(numbers).map(([name, values]) => [name, Float64Array.from(values)]),
  );
}

function asEnergy(outputs: Arrays, gamma = Number.NaN): Energy {
  const read = (name: string): Float64Array => {
    const found = outputs[name];
    if (!found) throw new Error(`energy: "${name}" must be an output - name a parameter of the network`);
    return found;
  };
  return {
    loss: read('loss')[0]!,
    reconstruction: read('term.reconstruction')[0]!,
    kl: read('term.kl')[0]!,
    gamma: outputs['term.gamma']?.[0] ?? gamma,
    gradient: name => read(`gradient.${name}`),
  };
}

const copied = (outputs: Arrays): Arrays =>
  Object.fromEntries(Object.entries(outputs).map(([name, values]) => [name, values.slice()]));

/** The same noise for every sample. */
const everywhere = (noise: Vector, samples: number): Float64Array =>
  Float64Array.from({ length: samples * noise.length }, (_, k) => noise[k % noise.length]!);

/** gamma as a number; `noise` is one row a sample, or the same for all. */
export function fixedEnergy(rules: GammaVaeRules, net: Autoencoder, values: Values, noise: Vector): Energy {
  const samples = samplesOf(net, values);
  const rows = noise.length === net.latent ? everywhere(noise, samples) : Float64Array.from(noise);
  const program = programFor(rules, net, fixed, samples);
  return asEnergy(copied(program.run({ ...inputsOf(values), noise: rows })), values.gamma);
}

/**
 * gamma a parameter, `gamma.log`; every sample has the same noise, averaged over the points: for sigma points
 * and a linear decoder the expectation itself.
 */
export function energy(
  rules: GammaVaeRules,
  net: Autoencoder,
  values: Values,
  points: readonly WeightedPoint[],
): Energy {
  const samples = samplesOf(net, values);
  const program = programFor(rules, net, learned, samples);
  const numbers = { ...inputsOf(values), [LOG_GAMMA]: Float64Array.of(Math.log(values.gamma)) };
  const total: Record<string, Float64Array> = {};
  for (const [i, { point, weight }] of points.entries()) {
    const noise = everywhere(point, samples);
    const found = i === 0 ? program.run({ ...numbers, noise }) : program.update({ noise });
    for (const [name, entries] of Object.entries(found)) {
      const sum = total[name] ?? new Float64Array(entries.length);
      total[name] = sum.map((x, k) => x + weight * entries[k]!);
    }
  }
  return asEnergy(total);
}

/**
 * gamma in closed form; every sample is repeated with each noise, all in one batch, so that eq. (6) averages
 * over all of them.
 */
export function closedEnergy(
  rules: GammaVaeClosedRules,
  net: Autoencoder,
  values: Omit<Values, 'gamma'>,
  noises: readonly Vector[],
): Energy {
  const d = net.data[0]!;
  const rows = Array.from({ length: samplesOf(net, values) }, (_, i) => values.x.slice(i * d, (i + 1) * d));
  const x = rows.flatMap(row => noises.flatMap(() => [...row]));
  const noise = Float64Array.from(rows.flatMap(() => noises.flat()));
  const program = programFor(rules, net, closed, rows.length * noises.length);
  return asEnergy(copied(program.run({ ...inputsOf({ ...values, x, gamma: 1 }), noise })));
}
