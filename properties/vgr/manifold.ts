/** @file The experiment of VGR-15: data on a random 2-D manifold, and training of the gamma-VAE by core's own step. */

import { initialise } from '../../src/core/init.js';
import { denseAutoencoder } from '../../src/core/net/dense.js';
import { type Params, parameter } from '../../src/core/net/network.js';
import { type GammaVaeRules, makeGammaVae } from '../../src/core/objectives/gamma-vae.js';
import { adam } from '../../src/core/optimiser.js';
import { trainingStep } from '../../src/core/step.js';
import { sizeOf } from '../../src/engine/graph.js';
import type { Arrays } from '../../src/engine/program.js';
import { type Component, mixtureMmd, standardNormal } from '../../src/theory/closed/gaussian-mmd.js';
import { fill, type Random, stream } from '../../src/theory/random.js';
import { prefixed } from '../support/network.js';
import { programOf } from '../support/program.js';

const [DATA, LATENT, HIDDEN, POINTS, BATCH] = [12, 6, 24, 256, 32];
/** Dimension of the data's manifold. */
export const RANK = 2;
export const STEPS = 1500;
const RATE = 0.005;
/** The last steps, at a smaller rate and averaged over. */
const FINAL = 200;

export const NET = denseAutoencoder({
  encoder: [DATA, HIDDEN, HIDDEN],
  latent: LATENT,
  decoder: [LATENT, HIDDEN, HIDDEN, DATA],
  activation: 'tanh',
  output: 'identity',
  posterior: 'diagonal',
});

const OPTIMISER = adam();
const STATE = OPTIMISER.stateShapes(NET.shapes);

const normals = (n: number, random: Random): Float64Array => fill(new Float64Array(n), 'normal', random);

/** x = W tanh(A u + c), u ~ N(0, I_2): [points, data]. */
export function manifold(random: Random): Float64Array {
  const units = 16;
  const [a, c, w] = [normals(RANK * units, random), normals(units, random), normals(DATA * units, random)];
  const x = new Float64Array(POINTS * DATA);
  for (let i = 0; i < POINTS; i++) {
    const [u, v] = [random.normal(), random.normal()];
    const h = c.map((shift, k) => Math.tanh(0.7 * (a[2 * k]! * u + a[2 * k + 1]! * v) + 0.5 * shift));
    for (let m = 0; m < DATA; m++)
      x[i * DATA + m] = h.reduce((sum, value, k) => sum + w[m * units + k]! * value, 0) / Math.sqrt(units);
  }
  return x;
}

/** Parameters as PyTorch draws them. */
export const initial = (random: Random): Arrays =>
  initialise(
    NET,
    Object.fromEntries(
      Object.entries(NET.shapes).map(([name, shape]) => [
        name,
        fill(new Float64Array(sizeOf(shape)), 'uniform', random),
      ]),
    ),
  );

const specsOf = (prefix: string, shapes: Readonly<Record<string, readonly number[]>>) =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [`${prefix}.${name}`, { shape }]));

const under = (prefix: string, shapes: Readonly<Record<string, unknown>>, inputs: Params): Params =>
  Object.fromEntries(Object.keys(shapes).map(name => [name, parameter(inputs, `${prefix}.${name}`)]));

/** One step of Adam on a batch; gamma is an input. */
const stepProgram = (rules: GammaVaeRules) =>
  programOf(rules, NET, 'training step', () => ({
    specs: {
      ...specsOf('param', NET.shapes),
      ...specsOf('state', STATE),
      x: { shape: [BATCH, DATA] },
      noise: { shape: [BATCH, LATENT] },
      rate: { shape: [] },
      gamma: { shape: [] },
    },
    fn: inputs => {
      const { loss, terms, params, state } = trainingStep(makeGammaVae(rules), NET, OPTIMISER, {
        params: under('param', NET.shapes, inputs),
        state: under('state', STATE, inputs),
        inputs: { x: inputs.x!, noise: inputs.noise! },
        rate: inputs.rate!,
        hyper: { gamma: inputs.gamma!, variance: 'learned' },
      });
      return {
        loss,
        reconstruction: terms.reconstruction!,
        ...prefixed('param', params),
        ...prefixed('state', state),
      };
    },
  }));

/** The owner of the program that no negative control changes. */
const PLAIN = {};

const encoderProgram = () =>
  programOf(PLAIN, NET, 'posteriors', () => ({
    specs: { ...specsOf('param', NET.shapes), x: { shape: [POINTS, DATA] } },
    fn: inputs => {
      const { mean, scale } = NET.encode(under('param', NET.shapes, inputs), inputs.x!);
      if (scale.kind !== 'diagonal') throw new Error('manifold: the network must have a diagonal posterior');
      return { mean, std: scale.std };
    },
  }));

export interface Trained {
  readonly gamma: number;
  /** Error of an entry, and energy, averaged over the last steps. */
  readonly error: number;
  readonly energy: number;
  /** Latents whose posterior variance is below 1/2 on average. */
  readonly active: number;
  /** Squared discrepancy of the aggregated posterior from the prior, in closed form. */
  readonly mmd: number;
}

function posteriors(params: Arrays, x: Float64Array): Component[] {
  const { mean, std } = encoderProgram().run({ ...params, x });
  return Array.from({ length: POINTS }, (_, i) => ({
    mean: [...mean!.subarray(i * LATENT, (i + 1) * LATENT)],
    variances: [...std!.subarray(i * LATENT, (i + 1) * LATENT)].map(s => s ** 2),
  }));
}

/**
 * Trains on the data of a seed, from its initial parameters and with its batches and noise, the same for every call.
 * @param track - the next gamma from the present one and the batch's error of an entry
 */
export function train(
  rules: GammaVaeRules,
  seed: number,
  start: number,
  track: (gamma: number, error: number) => number,
): Trained {
  const x = manifold(stream(seed, 'manifold'));
  const step = stepProgram(rules);
  const zeros = Object.entries(STATE).map(([name, shape]) => [
    `state.${name}`,
    new Float64Array(sizeOf(shape)),
  ]);
  const params = Object.entries(initial(stream(seed, 'parameters'))).map(([name, v]) => [`param.${name}`, v]);
  let values: Record<string, Float64Array> = Object.fromEntries([...params, ...zeros]);
  const random = stream(seed, 'batches');
  let gamma = start;
  let [error, energy] = [0, 0];
  for (let i = 0; i < STEPS; i++) {
    const batch = new Float64Array(BATCH * DATA);
    for (let b = 0; b < BATCH; b++) {
      const at = Math.floor(random.uniform() * POINTS) * DATA;
      batch.set(x.subarray(at, at + DATA), b * DATA);
    }
    const { loss, reconstruction, ...next } = step.run({
      ...values,
      x: batch,
      noise: normals(BATCH * LATENT, random),
      rate: Float64Array.of(i < 0.7 * STEPS ? RATE : RATE / 5),
      gamma: Float64Array.of(gamma),
    });
    // the program lends its results
    values = Object.fromEntries(Object.entries(next).map(([name, v]) => [name, v.slice()]));
    const found = reconstruction![0]! / DATA;
    if (i >= STEPS - FINAL) {
      error += found / FINAL;
      energy += loss![0]! / FINAL;
    }
    gamma = track(gamma, found);
  }
  const trained = Object.fromEntries(Object.entries(values).filter(([name]) => name.startsWith('param.')));
  const q = posteriors(trained, x);
  const variances = Array.from(
    { length: LATENT },
    (_, k) => q.reduce((sum, { variances: s }) => sum + s[k]!, 0) / POINTS,
  );
  return {
    gamma,
    error,
    energy,
    active: variances.filter(s => s < 0.5).length,
    mmd: mixtureMmd(q, [standardNormal(LATENT)], Math.sqrt(LATENT)),
  };
}
