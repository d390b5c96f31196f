/**
 * @file Figure 3 of Kumar & Poole 2020 on synthetic data: beta-VAEs, and their three objectives on held-out
 * data.
 */
import * as tf from '@tensorflow/tfjs';
import { fill, type Random, stream } from '../claims/random.js';
import { mean, standardDeviation } from '../claims/statistics.js';
import { jvp } from '../core/derivatives.js';
import { scaleUp } from '../core/gaussian.js';
import { initialise } from '../core/init.js';
import { type Autoencoder, type Params, parameter } from '../core/net/network.js';
import { type GraeRules, makeGrae } from '../core/objectives/grae/grae.js';
import { scaleOf, squaredNorm } from '../core/objectives/objective.js';
import { makeBetaVae } from '../core/objectives/vae/beta-vae.js';
import { type BetaVaeTaylorRules, makeBetaVaeTaylor } from '../core/objectives/vae/beta-vae-taylor.js';
import { VAE_RULES, type VaeRules } from '../core/objectives/vae/vae.js';
import { adam } from '../core/optimiser.js';
import { withoutPrefix, withPrefix } from '../core/prefix.js';
import { trainingStep } from '../core/step.js';
import { programOf } from '../engine/float64/program-of.js';
import { sizeOf } from '../engine/graph/graph.js';
import { specsOf } from '../engine/spec.js';
import { mirroredNet } from './mirrored.js';
import { entry, finish, type Stepper } from './stepper.js';

export interface GapExperiment {
  readonly seed: number;
  /** Latents of the network and of the data, data entries, and width of its hidden layers. */
  readonly latent: number;
  readonly data: number;
  readonly width: number;
  readonly batch: number;
  readonly steps: number;
  readonly heldOut: number;
  /** Antithetic pairs of noises. */
  readonly pairs: number;
  /** Of the hidden layers: that of the paper when not said. */
  readonly activation?: 'elu' | 'relu';
  /**
   * Real data in the place of the synthetic set, a row of `data` numbers each: for training, then held out.
   */
  readonly rows?: Float64Array;
}

/** The implementations that are compared. */
export interface GapRules {
  readonly vae: VaeRules;
  readonly taylor: BetaVaeTaylorRules;
  readonly grae: GraeRules;
}

export interface Gaps {
  /** beta-VAE minus its Taylor objective, with its standard error over the noises. */
  readonly taylor: number;
  readonly error: number;
  /** The Taylor objective minus GRAE. */
  readonly grae: number;
  /** GRAE itself. */
  readonly value: number;
}

/** As far as the networks of the paper are dense. */
const networkOf = ({ latent, data, width, activation = 'elu' }: GapExperiment): Autoencoder =>
  mirroredNet({ latent, data, width, activation });

/** Points on a curved manifold of as many dimensions as there are latents, with a little noise. */
function draw({ latent, data }: GapExperiment, world: Random, random: Random, count: number): Float64Array {
  const mix = Array.from({ length: 2 * data * latent }, () => world.normal() / Math.sqrt(latent));
  const x = new Float64Array(count * data);
  for (let i = 0; i < count; i++) {
    const u = Array.from({ length: latent }, () => random.normal());
    for (let m = 0; m < data; m++) {
      const at = (offset: number): number =>
        u.reduce((sum, value, k) => sum + value * mix[offset + m * latent + k]!, 0);
      x[i * data + m] = Math.sin(at(0)) + at(data * latent) + 0.05 * random.normal();
    }
  }
  return x;
}

/** Training data, eight batches of them, or what is held out. */
function dataOf(e: GapExperiment, name: 'training' | 'held-out'): Float64Array {
  const training = 8 * e.batch;
  const count = name === 'training' ? training : e.heldOut;
  if (e.rows === undefined) return draw(e, stream(e.seed, 'world'), stream(e.seed, name), count);
  const first = name === 'training' ? 0 : training;
  return e.rows.subarray(first * e.data, (first + count) * e.data);
}

const pick = (net: Autoencoder, inputs: Params): Params =>
  Object.fromEntries(Object.keys(net.shapes).map(name => [name, parameter(inputs, name)]));

/** The owner of the programs that no negative control changes. */
const PLAIN = {};

const optimiser = adam();

const RATE = 2 ** -8;

export interface GapTraining extends Stepper {
  params(): Record<string, Float64Array>;
}

/** Parameters after training core's beta-VAE. */
export function trainedAt(e: GapExperiment, beta: number): Record<string, Float64Array> {
  const training = gapTraining(e, beta);
  finish(training);
  return training.params();
}

/** Trains core's beta-VAE, a step of core's Adam at a time; the same start and data for every beta. */
export function gapTraining(e: GapExperiment, beta: number): GapTraining {
  const net = networkOf(e);
  const state = optimiser.stateShapes(net.shapes);
  const program = programOf(PLAIN, net, `train ${e.batch}`, () => ({
    specs: {
      ...specsOf(net.shapes),
      ...specsOf(withPrefix('state', state)),
      x: { shape: [e.batch, ...net.data] },
      noise: { shape: [e.batch, net.latent] },
      beta: { shape: [] },
    },
    fn: inputs => {
      const next = trainingStep(makeBetaVae(VAE_RULES), net, optimiser, {
        params: pick(net, inputs),
        state: withoutPrefix('state', inputs),
        inputs: { x: parameter(inputs, 'x'), noise: parameter(inputs, 'noise') },
        rate: tf.scalar(RATE),
        hyper: { beta: parameter(inputs, 'beta') },
      });
      return { ...next.params, ...withPrefix('state', next.state) };
    },
  }));
  const draws = Object.fromEntries(
    Object.entries(net.shapes).map(([name, shape]) => [
      name,
      fill(new Float64Array(sizeOf(shape)), 'normal', stream(e.seed, 'start', name)),
    ]),
  );
  let numbers: Record<string, Float64Array> = {
    ...initialise(net, draws, 'lecun'),
    ...Object.fromEntries(
      Object.entries(state).map(([name, shape]) => [`state.${name}`, new Float64Array(sizeOf(shape))]),
    ),
  };
  const random = stream(e.seed, 'noise');
  const all = dataOf(e, 'training');
  const length = e.batch * e.data;
  let done = 0;
  const draw = (): Float64Array => fill(new Float64Array(e.batch * e.latent), 'normal', random);
  return {
    steps: e.steps,
    get done() {
      return done;
    },
    advance() {
      const at = (done % 8) * length;
      const x = all.subarray(at, at + length);
      const next = program.run({ ...numbers, x, noise: draw(), beta: Float64Array.of(beta) });
      numbers = Object.fromEntries(Object.entries(next).map(([name, values]) => [name, values.slice()]));
      done++;
    },
    state: () => ({ ...numbers, done: Float64Array.of(done) }),
    resume(saved) {
      done = entry(saved, 'done')[0]!;
      const { done: _, ...rest } = saved;
      numbers = rest;
      for (let i = 0; i < done; i++) draw();
    },
    params: () => Object.fromEntries(Object.keys(net.shapes).map(name => [name, numbers[name]!])),
  };
}

/**
 * The gaps of trained parameters on held-out data. The expectation of the beta-VAE is taken over antithetic
 * noises, with |J L noise|^2 / 2 as control variate, whose mean is a term of the Taylor objective.
 */
export function gapsOf(e: GapExperiment, beta: number, params: Params64, rules: GapRules): Gaps {
  const net = networkOf(e);
  const samples = e.heldOut;
  const program = programOf(rules, net, `gaps ${samples}`, () => ({
    specs: {
      ...specsOf(net.shapes),
      x: { shape: [samples, ...net.data] },
      noise: { shape: [samples, net.latent] },
      beta: { shape: [] },
    },
    fn: inputs => {
      const [numbers, x] = [pick(net, inputs), parameter(inputs, 'x')];
      const noise = parameter(inputs, 'noise');
      const hyper = { beta: parameter(inputs, 'beta'), variance: 'learned' as const };
      const at = (eta: tf.Tensor): tf.Tensor =>
        makeBetaVae(rules.vae).evaluate(net, numbers, { x, noise: eta }, hyper).loss;
      const taylor = makeBetaVaeTaylor(rules.taylor).evaluate(net, numbers, { x }, hyper);
      const posterior = net.encode(numbers, x);
      const along = scaleUp(scaleOf(posterior, 'learned'), noise);
      const moved = jvp(z => net.decode(numbers, z), posterior.mean, along);
      return {
        both: tf.mul(tf.add(at(noise), at(tf.neg(noise))), 0.5),
        control: tf.mul(tf.mean(squaredNorm(moved)), 0.5),
        spread: taylor.terms.penalty!,
        taylor: taylor.loss,
        grae: makeGrae(rules.grae).evaluate(net, numbers, { x }, hyper).loss,
      };
    },
  }));
  const random = stream(e.seed, 'held-out noise');
  const draws = new Float64Array(e.pairs);
  let deterministic = { taylor: Number.NaN, grae: Number.NaN };
  for (let i = 0; i < e.pairs; i++) {
    const noise = fill(new Float64Array(samples * e.latent), 'normal', random);
    const found =
      i === 0
        ? program.run({ ...params, x: dataOf(e, 'held-out'), noise, beta: Float64Array.of(beta) })
        : program.update({ noise });
    draws[i] = found.both![0]! - found.control![0]! + found.spread![0]! - found.taylor![0]!;
    deterministic = { taylor: found.taylor![0]!, grae: found.grae![0]! };
  }
  return {
    taylor: mean(draws),
    error: standardDeviation(draws) / Math.sqrt(e.pairs),
    grae: deterministic.taylor - deterministic.grae,
    value: deterministic.grae,
  };
}

type Params64 = Readonly<Record<string, Float64Array>>;
