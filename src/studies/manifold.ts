/**
 * @file The experiment of VGR-15: data on a random 2-D manifold, and training of the gamma-VAE by core's own
 * step.
 */

import { fill, type Random, stream } from '../claims/random.js';
import { initialise } from '../core/init.js';
import type { Autoencoder } from '../core/net/network.js';
import { type GammaVaeRules, makeGammaVae } from '../core/objectives/gamma-vae/gamma-vae.js';
import { adam } from '../core/optimiser.js';
import { withoutPrefix, withPrefix } from '../core/prefix.js';
import { trainingStep } from '../core/step.js';
import { programOf } from '../engine/float64/program-of.js';
import { sizeOf } from '../engine/graph/graph.js';
import type { Arrays } from '../engine/program.js';
import { specsOf } from '../engine/spec.js';
import { type Component, mixtureMmd, standardNormal } from '../theory/closed/gaussian-mmd.js';
import { mirroredNet } from './mirrored.js';
import { entry, type Stepper } from './stepper.js';

export interface ManifoldSize {
  /** Data entries, latents, width of the two hidden layers on either side, points, batch. */
  readonly data: number;
  readonly latent: number;
  readonly hidden: number;
  readonly points: number;
  readonly batch: number;
  readonly steps: number;
  readonly rate: number;
  /** The last steps, which the final error and energy are averaged over. */
  readonly final: number;
}

/** Dimension of the data's manifold. */
export const RANK = 2;

export const manifoldNet = ({ data, latent, hidden }: ManifoldSize): Autoencoder =>
  mirroredNet({ data, latent, width: hidden, activation: 'tanh' });

const OPTIMISER = adam();

const normals = (n: number, random: Random): Float64Array => fill(new Float64Array(n), 'normal', random);

/** x = W tanh(A u + c), u ~ N(0, I_2): [points, data]. */
export function manifold({ data, points }: ManifoldSize, random: Random): Float64Array {
  const units = 16;
  const [a, c, w] = [normals(RANK * units, random), normals(units, random), normals(data * units, random)];
  const x = new Float64Array(points * data);
  for (let i = 0; i < points; i++) {
    const [u, v] = [random.normal(), random.normal()];
    const h = c.map((shift, k) => Math.tanh(0.7 * (a[2 * k]! * u + a[2 * k + 1]! * v) + 0.5 * shift));
    for (let m = 0; m < data; m++)
      x[i * data + m] = h.reduce((sum, value, k) => sum + w[m * units + k]! * value, 0) / Math.sqrt(units);
  }
  return x;
}

/** Parameters as PyTorch draws them. */
export const initial = (net: Autoencoder, random: Random): Arrays =>
  initialise(
    net,
    Object.fromEntries(
      Object.entries(net.shapes).map(([name, shape]) => [
        name,
        fill(new Float64Array(sizeOf(shape)), 'uniform', random),
      ]),
    ),
  );

const stateShapes = (net: Autoencoder) => OPTIMISER.stateShapes(net.shapes);

/** One step of Adam on a batch; gamma is an input. */
const stepProgram = (rules: GammaVaeRules, net: Autoencoder, batch: number) =>
  programOf(rules, net, `training step ${batch}`, () => ({
    specs: {
      ...specsOf(withPrefix('param', net.shapes)),
      ...specsOf(withPrefix('state', stateShapes(net))),
      x: { shape: [batch, ...net.data] },
      noise: { shape: [batch, net.latent] },
      rate: { shape: [] },
      gamma: { shape: [] },
    },
    fn: inputs => {
      const { loss, terms, params, state } = trainingStep(makeGammaVae(rules), net, OPTIMISER, {
        params: withoutPrefix('param', inputs),
        state: withoutPrefix('state', inputs),
        inputs: { x: inputs.x!, noise: inputs.noise! },
        rate: inputs.rate!,
        hyper: { gamma: inputs.gamma!, variance: 'learned' },
      });
      return {
        loss,
        reconstruction: terms.reconstruction!,
        ...withPrefix('param', params),
        ...withPrefix('state', state),
      };
    },
  }));

/** The owner of the program that no negative control changes. */
const PLAIN = {};

function posteriors(net: Autoencoder, params: Arrays, x: Float64Array): Component[] {
  const points = x.length / net.data[0]!;
  const program = programOf(PLAIN, net, `posteriors ${points}`, () => ({
    specs: { ...specsOf(withPrefix('param', net.shapes)), x: { shape: [points, ...net.data] } },
    fn: inputs => {
      const { mean, scale } = net.encode(withoutPrefix('param', inputs), inputs.x!);
      if (scale.kind !== 'diagonal') throw new Error('manifold: the network must have a diagonal posterior');
      return { mean, std: scale.std };
    },
  }));
  const { mean, std } = program.run({ ...params, x });
  return Array.from({ length: points }, (_, i) => ({
    mean: [...mean!.subarray(i * net.latent, (i + 1) * net.latent)],
    variances: [...std!.subarray(i * net.latent, (i + 1) * net.latent)].map(s => s ** 2),
  }));
}

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

/** A batch before its step, with what the step starts from. */
export interface Before {
  readonly step: number;
  readonly params: Arrays;
  readonly x: Float64Array;
  readonly noise: Float64Array;
  readonly gamma: number;
}

interface Options {
  readonly rules: GammaVaeRules;
  readonly size: ManifoldSize;
  readonly seed: number;
  /** gamma before the first step. */
  readonly start: number;
  /** The next gamma from the present one and the batch's error of an entry. */
  readonly track: (gamma: number, error: number) => number;
  /** What is noted down on the way, every so many steps. */
  readonly log?: { readonly every: number; readonly measure: (before: Before) => number };
}

/** A step that was noted down: error of an entry and energy of its batch, and the measure before it. */
export interface Noted {
  readonly step: number;
  readonly error: number;
  readonly energy: number;
  readonly measured: number;
}

const COLUMNS = 4;

export interface ManifoldTraining extends Stepper {
  /** At the end. */
  result(): Trained;
  history(): Noted[];
}

/**
 * Trains on the data of a seed, from its initial parameters and with its batches and noise: the same for
 * every gamma.
 */
export function manifoldTraining({ rules, size, seed, start, track, log }: Options): ManifoldTraining {
  const { data, latent, points, batch, steps, rate, final } = size;
  const net = manifoldNet(size);
  const x = manifold(size, stream(seed, 'manifold'));
  const program = stepProgram(rules, net, batch);
  const zeros = Object.entries(stateShapes(net)).map(
    ([name, shape]) => [name, new Float64Array(sizeOf(shape))] as const,
  );
  let values: Record<string, Float64Array> = {
    ...withPrefix('param', initial(net, stream(seed, 'parameters'))),
    ...withPrefix('state', Object.fromEntries(zeros)),
  };
  const random = stream(seed, 'batches');
  let [done, gamma, error, energy] = [0, start, 0, 0];
  const notes: number[] = [];

  const draw = (): { x: Float64Array; noise: Float64Array } => {
    const rows = new Float64Array(batch * data);
    for (let b = 0; b < batch; b++) {
      const at = Math.floor(random.uniform() * points) * data;
      rows.set(x.subarray(at, at + data), b * data);
    }
    return { x: rows, noise: normals(batch * latent, random) };
  };
  const trained = (): Arrays =>
    Object.fromEntries(Object.entries(values).filter(([name]) => name.startsWith('param.')));

  return {
    steps,
    get done() {
      return done;
    },
    advance() {
      const drawn = draw();
      const note = log !== undefined && (done % log.every === 0 || done === steps - 1);
      const measured = note ? log.measure({ step: done, params: trained(), ...drawn, gamma }) : 0;
      const { loss, reconstruction, ...next } = program.run({
        ...values,
        ...drawn,
        rate: Float64Array.of(done < 0.7 * steps ? rate : rate / 5),
        gamma: Float64Array.of(gamma),
      });
      // the program lends its results
      values = Object.fromEntries(Object.entries(next).map(([name, v]) => [name, v.slice()]));
      const found = reconstruction![0]! / data;
      if (done >= steps - final) {
        error += found / final;
        energy += loss![0]! / final;
      }
      if (note) notes.push(done, found, loss![0]!, measured);
      gamma = track(gamma, found);
      done++;
    },
    state: () => ({
      ...values,
      progress: Float64Array.of(done, gamma, error, energy),
      notes: Float64Array.from(notes),
    }),
    resume(state) {
      const { progress: _, notes: __, ...saved } = state;
      values = saved;
      [done, gamma, error, energy] = [...entry(state, 'progress')] as [number, number, number, number];
      notes.push(...entry(state, 'notes'));
      for (let i = 0; i < done; i++) draw();
    },
    history: () =>
      Array.from({ length: notes.length / COLUMNS }, (_, i) => {
        const row = notes.slice(COLUMNS * i) as [number, number, number, number];
        return { step: row[0], error: row[1], energy: row[2], measured: row[3] };
      }),
    result() {
      const q = posteriors(net, trained(), x);
      const variances = Array.from(
        { length: latent },
        (_, k) => q.reduce((sum, { variances: s }) => sum + s[k]!, 0) / points,
      );
      return {
        gamma,
        error,
        energy,
        active: variances.filter(s => s < 0.5).length,
        mmd: mixtureMmd(q, [standardNormal(latent)], Math.sqrt(latent)),
      };
    },
  };
}
