/**
 * @file Objectives that sample, on arrays of doubles: loss and gradients for given noise, or averaged over
 * weighted noises.
 */
import { gradients } from '../core/derivatives.js';
import { type Autoencoder, type Params, parameter } from '../core/net/network.js';
import type { Evaluation, Inputs, Objective } from '../core/objectives/objective.js';
import { withPrefix } from '../core/prefix.js';
import { programOf } from '../engine/float64/program-of.js';
import type { Arrays, Float64Program } from '../engine/program.js';
import type { Specs } from '../engine/spec.js';
import type { WeightedPoint } from '../theory/numerics/gauss-hermite.js';
import type { Vector } from '../theory/numerics/matrix.js';

/** A batch with the parameters of a network, row-major. */
export interface Values {
  readonly params: Readonly<Record<string, Vector>>;
  /** [batch, D] */
  readonly x: Vector;
  readonly beta: number;
}

export interface Step {
  readonly loss: number;
  /** With respect to the parameter of that name. */
  readonly gradient: (name: string) => Float64Array;
}

/** An objective of core with its hyper-parameters. */
export interface Sampling {
  /** What the objective was made from: keys its program. */
  readonly rules: object;
  /** Tells it from others of the same rules. */
  readonly name: string;
  /** Inputs besides parameters, data, noise and beta. */
  readonly specs: Specs;
  readonly evaluate: (net: Autoencoder, params: Params, batch: Inputs, inputs: Params) => Evaluation;
}

/**
 * An objective as it is made from rules; `hyper` takes its hyper-parameters from the inputs `beta` and those
 * of `specs`.
 * @param detail - tells it from others of the same rules and inputs
 */
export const sampling = <Hyper>(
  rules: object,
  objective: Objective<Hyper>,
  hyper: (inputs: Params) => Hyper,
  detail = '',
  specs: Specs = {},
): Sampling => ({
  rules,
  name: `${objective.name} ${detail} ${Object.keys(specs).join(' ')}`,
  specs,
  evaluate: (net, params, batch, inputs) => objective.evaluate(net, params, batch, hyper(inputs)),
});

const samplesOf = (net: Autoencoder, { x }: Values): number => x.length / net.data.reduce((a, b) => a * b, 1);

function programFor(
  { rules, name, specs, evaluate }: Sampling,
  net: Autoencoder,
  samples: number,
): Float64Program {
  return programOf(rules, net, `${name} ${samples}`, () => {
    const names = Object.keys(net.shapes);
    return {
      specs: {
        ...Object.fromEntries(names.map(key => [key, { shape: net.shapes[key]! }])),
        x: { shape: [samples, ...net.data] },
        noise: { shape: [samples, net.latent] },
        beta: { shape: [] },
        ...specs,
      },
      fn: inputs => {
        const batch = { x: parameter(inputs, 'x'), noise: parameter(inputs, 'noise') };
        const found = gradients(
          params => {
            const { loss, terms } = evaluate(net, params, batch, inputs);
            return { loss, aux: withPrefix('term', terms) };
          },
          Object.fromEntries(names.map(key => [key, parameter(inputs, key)])),
        );
        return { loss: found.loss, ...found.aux, ...withPrefix('gradient', found.grads) };
      },
    };
  });
}

/** Values with the inputs that an objective takes besides. */
export interface NoisyValues extends Values {
  readonly more?: Readonly<Record<string, Vector>>;
}

const arrays = ({ params, x, beta, more }: NoisyValues): Record<string, Float64Array> =>
  Object.fromEntries(
    Object.entries({ ...params, x, beta: [beta], ...more }).map(([name, values]) => [
      name,
      Float64Array.from(values),
    ]),
  );

export interface NoisyStep extends Step {
  readonly term: (name: string) => number;
}

function asStep(outputs: Arrays): NoisyStep {
  const read = (name: string): Float64Array => {
    const found = outputs[name];
    if (!found) throw new Error(`step: "${name}" must be an output - name a parameter of the network`);
    return found;
  };
  return {
    loss: read('loss')[0]!,
    term: name => read(`term.${name}`)[0]!,
    gradient: name => read(`gradient.${name}`),
  };
}

/** The same noise for every sample. */
const everywhere = (noise: Vector, samples: number): Float64Array =>
  Float64Array.from({ length: samples * noise.length }, (_, k) => noise[k % noise.length]!);

/** With the noise given: a row [d] for each sample, or one for all. */
export function noisyStep(
  objective: Sampling,
  net: Autoencoder,
  values: NoisyValues,
  noise: Vector,
): NoisyStep {
  const samples = samplesOf(net, values);
  const rows = noise.length === net.latent ? everywhere(noise, samples) : Float64Array.from(noise);
  const outputs = programFor(objective, net, samples).run({ ...arrays(values), noise: rows });
  return asStep(Object.fromEntries(Object.entries(outputs).map(([name, found]) => [name, found.slice()])));
}

/**
 * The weighted mean over noises, all samples having the same one: an expectation, as each sample sees its own
 * noise only.
 */
export function averagedStep(
  objective: Sampling,
  net: Autoencoder,
  values: NoisyValues,
  points: readonly WeightedPoint[],
): NoisyStep {
  const samples = samplesOf(net, values);
  const program = programFor(objective, net, samples);
  const fixed = arrays(values);
  const total: Record<string, Float64Array> = {};
  for (const [i, { point, weight }] of points.entries()) {
    const noise = everywhere(point, samples);
    const found = i === 0 ? program.run({ ...fixed, noise }) : program.update({ noise });
    for (const [name, entries] of Object.entries(found)) {
      const sum = total[name] ?? new Float64Array(entries.length);
      total[name] = sum;
      for (let k = 0; k < entries.length; k++) sum[k]! += weight * entries[k]!;
    }
  }
  return asStep(total);
}
