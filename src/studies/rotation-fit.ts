/** @file The rotation experiment (Kumar & Poole 2020, appendix C): its data, and optima of its beta-VAE. */

import { stream } from '../claims/random.js';
import { makeBetaVae } from '../core/objectives/vae/beta-vae.js';
import { VAE_RULES } from '../core/objectives/vae/vae.js';
import type { WeightedPoint } from '../theory/numerics/gauss-hermite.js';
import { lbfgs } from '../theory/numerics/lbfgs.js';
import { apply, type Matrix, type Vector } from '../theory/numerics/matrix.js';
import { averagedStep, sampling } from './noisy-step.js';
import { rotationNet } from './rotation-net.js';

/** The nonlinearities of the experiment, as plain functions. */
const NONLINEARITIES = {
  identity: (u: number) => u,
  tanh: Math.tanh,
  sigmoid: (u: number) => 1 / (1 + Math.exp(-u)),
  elu: (u: number) => (u > 0 ? u : Math.expm1(u)),
};

export type Nonlinearity = keyof typeof NONLINEARITIES;

export interface RotationExperiment {
  readonly seed: number;
  /** W, of columns of norms 2 and 1. */
  readonly weights: Matrix;
  readonly nu: Nonlinearity;
  /** What the posterior's covariance may be. */
  readonly posterior: 'diagonal' | 'cholesky';
  readonly samples: number;
}

/** Standard deviation of the noise; its square is the beta of a unit-variance objective (KP-19). */
export const NOISE = 0.05;

/** A matrix with orthogonal columns of norms 2 and 1, the first so many radians from the first axis. */
export const orthogonalColumns = (turn: number): number[][] => [
  [2 * Math.cos(turn), -Math.sin(turn)],
  [2 * Math.sin(turn), Math.cos(turn)],
];

/** True latents, and x = nu(Wz) + noise. */
export function rotationData({ seed, weights, nu, samples }: RotationExperiment): { z: Matrix; x: Matrix } {
  const random = stream(seed, 'rotation data');
  const z = Array.from({ length: samples }, () => [random.normal(), random.normal()]);
  const x = z.map(v => apply(weights, v).map(u => NONLINEARITIES[nu](u) + NOISE * random.normal()));
  return { z, x };
}

export interface Fit {
  /** beta-VAE loss over beta. */
  readonly loss: number;
  /** The posterior means of the data. */
  readonly means: Matrix;
}

const SHARED = { 'decoder.weight': 4, 'decoder.bias': 2, 'mu.weight': 4, 'mu.bias': 2 };

/** The parameters that are fitted: one covariance for all data, so that the scale head has no weights. */
const SIZES: Readonly<Record<RotationExperiment['posterior'], Readonly<Record<string, number>>>> = {
  diagonal: { ...SHARED, 'logvar.bias': 2 },
  cholesky: { ...SHARED, 'cholesky.bias': 3 },
};

const FIXED = {
  diagonal: { 'logvar.weight': new Array<number>(4).fill(0) },
  cholesky: { 'cholesky.weight': new Array<number>(6).fill(0) },
};

function named(posterior: RotationExperiment['posterior'], flat: Vector): Record<string, Vector> {
  let offset = 0;
  const params: Record<string, Vector> = { ...FIXED[posterior] };
  for (const [name, size] of Object.entries(SIZES[posterior])) {
    params[name] = flat.slice(offset, offset + size);
    offset += size;
  }
  return params;
}

/** Weights at random, small variances. */
function startOf({ seed, posterior }: RotationExperiment, restart: number): number[] {
  const random = stream(seed, 'rotation start', restart);
  return Object.entries(SIZES[posterior]).flatMap(([name, size]) =>
    Array.from({ length: size }, (_, i) => {
      if (name.endsWith('weight')) return random.normal();
      if (name === 'logvar.bias') return -2;
      return name === 'cholesky.bias' && i < 2 ? -1 : 0;
    }),
  );
}

const SAMPLING = sampling(VAE_RULES, makeBetaVae(VAE_RULES), ({ beta }) => ({ beta: beta! }));

interface Options {
  readonly restart: number;
  /** What the expectation is taken over. */
  readonly points: readonly WeightedPoint[];
  /** The gradient of loss over beta at which to stop. */
  readonly tolerance: number;
}

/** A minimum of core's beta-VAE by L-BFGS on its expectation, from a random start. */
export function rotationFit(
  experiment: RotationExperiment,
  x: Matrix,
  { restart, points, tolerance }: Options,
): Fit {
  const { nu, posterior } = experiment;
  const net = rotationNet(nu, posterior);
  const names = Object.keys(SIZES[posterior]);
  const beta = NOISE ** 2;
  const data = x.flat();
  const found = lbfgs(
    at => {
      const step = averagedStep(SAMPLING, net, { params: named(posterior, at), x: data, beta }, points);
      return {
        value: step.loss / beta,
        gradient: names.flatMap(name => [...step.gradient(name)].map(g => g / beta)),
      };
    },
    startOf(experiment, restart),
    { tolerance, iterations: 2000 },
  );
  const { 'mu.weight': c, 'mu.bias': b } = named(posterior, found.at);
  return {
    loss: found.value,
    means: x.map(([u, v]) => [c![0]! * u! + c![1]! * v! + b![0]!, c![2]! * u! + c![3]! * v! + b![1]!]),
  };
}
