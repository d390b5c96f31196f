/** @file The rotation experiment with a nonlinear decoder, at the size of a test: data, and the optimum of its beta-VAE. */
import { makeBetaVae, VAE_RULES } from '../../src/core/objectives/vae.js';
import { gaussianPoints } from '../../src/theory/closed/gauss-hermite.js';
import { lbfgs } from '../../src/theory/closed/lbfgs.js';
import { apply, type Matrix, type Vector } from '../../src/theory/closed/matrix.js';
import { stream } from '../../src/theory/random.js';
import { averagedStep, sampling } from './noisy-step.js';
import { rotationNet } from './rotation-net.js';

export interface RotationExperiment {
  readonly seed: number;
  /** Of W = Rot(turn) diag(2, 1), in radians. */
  readonly turn: number;
  readonly samples: number;
  /** Nodes of the quadrature for each latent. */
  readonly nodes: number;
}

/** Standard deviation of the noise; its square is the beta of a unit-variance objective (KP-19). */
const NOISE = 0.05;

/** A matrix with orthogonal columns of norms 2 and 1. */
const weightsOf = (turn: number): number[][] => [
  [2 * Math.cos(turn), -Math.sin(turn)],
  [2 * Math.sin(turn), Math.cos(turn)],
];

/** True latents, and x = tanh(Wz) + noise. */
export function rotationData({ seed, turn, samples }: RotationExperiment): { z: Matrix; x: Matrix } {
  const random = stream(seed, 'rotation data');
  const z = Array.from({ length: samples }, () => [random.normal(), random.normal()]);
  const x = z.map(v => apply(weightsOf(turn), v).map(u => Math.tanh(u) + NOISE * random.normal()));
  return { z, x };
}

export interface Fit {
  /** beta-VAE loss over beta. */
  readonly loss: number;
  /** The posterior means of the data. */
  readonly means: Matrix;
}

const SIZES = {
  'decoder.weight': 4,
  'decoder.bias': 2,
  'mu.weight': 4,
  'mu.bias': 2,
  'logvar.bias': 2,
} as const;
const NAMES = Object.keys(SIZES) as readonly (keyof typeof SIZES)[];

/** One covariance for all data: the scale head has no weights. */
function named(flat: Vector): Record<string, Vector> {
  let offset = 0;
  const params: Record<string, Vector> = { 'logvar.weight': [0, 0, 0, 0] };
  for (const name of NAMES) {
    params[name] = flat.slice(offset, offset + SIZES[name]);
    offset += SIZES[name];
  }
  return params;
}

const SAMPLING = sampling(VAE_RULES, makeBetaVae(VAE_RULES), ({ beta }) => ({ beta: beta! }));

/** A minimum of core's beta-VAE with a mean-field posterior, from a random start. */
export function rotationFit(experiment: RotationExperiment, x: Matrix, restart: number): Fit {
  const net = rotationNet('tanh');
  const beta = NOISE ** 2;
  const data = x.flat();
  const points = gaussianPoints(2, experiment.nodes);
  const random = stream(experiment.seed, 'rotation start', restart);
  const start = NAMES.flatMap(name =>
    Array.from({ length: SIZES[name] }, () =>
      name.endsWith('weight') ? random.normal() : name === 'logvar.bias' ? -2 : 0,
    ),
  );
  const found = lbfgs(
    at => {
      const step = averagedStep(SAMPLING, net, { params: named(at), x: data, beta }, points);
      return {
        value: step.loss / beta,
        gradient: NAMES.flatMap(name => [...step.gradient(name)].map(g => g / beta)),
      };
    },
    start,
    { tolerance: 1e-6, iterations: 2000 },
  );
  const { 'mu.weight': c, 'mu.bias': b } = named(found.at);
  return {
    loss: found.value,
    means: x.map(([u, v]) => [c![0]! * u! + c![1]! * v! + b![0]!, c![2]! * u! + c![3]! * v! + b![1]!]),
  };
}
