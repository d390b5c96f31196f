/** @file The SAM step of core by itself: gradients and covariances in, steps out. */
import * as tf from '@tensorflow/tfjs';
import { type PerturbationRules, perturb } from '../../../src/core/perturbation.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import { draw, fc, mat } from '../../kit.js';

/** A batch of gradients, each with its covariance. */
export interface StepCase {
  readonly gradients: readonly mat.Vector[];
  readonly covariances: readonly draw.SpectralMatrix[];
}

/**
 * Batches of `batch` gradients in d dimensions that are never zero, with positive definite, not diagonal
 * covariances.
 */
export const stepCases = (d: number, batch: number): fc.Arbitrary<StepCase> =>
  draw.record({
    gradients: fc.tuple(
      ...Array.from({ length: batch }, () => draw.vector(d, draw.normal()).filter(g => g.some(x => x !== 0))),
    ),
    covariances: fc.tuple(...Array.from({ length: batch }, () => draw.spd(d))),
  });

/** Sizes [d, batch], one latent among them. */
const SIZES: readonly (readonly [number, number])[] = [
  [3, 2],
  [1, 2],
  [5, 3],
];

export const anySteps: fc.Arbitrary<StepCase> = fc.oneof(...SIZES.map(([d, batch]) => stepCases(d, batch)));

const keys = new Map<string, object>();
function keyOf(d: number, batch: number): object {
  const name = `${d} ${batch}`;
  const known = keys.get(name) ?? {};
  keys.set(name, known);
  return known;
}

export interface Steps {
  readonly steps: readonly (readonly number[])[];
  readonly zeroDirections: number;
}

/** The step of every sample: sqrt(d) Sigma g / |Sigma^(1/2) g| according to core. */
export function stepsOf(
  rules: PerturbationRules,
  gradients: readonly mat.Vector[],
  covariances: readonly mat.Matrix[],
): Steps {
  const batch = gradients.length;
  const d = gradients[0]!.length;
  const program = programOf(rules, keyOf(d, batch), 'perturbation', () => ({
    specs: { gradient: { shape: [batch, d] }, factor: { shape: [batch, d, d] } },
    fn: ({ gradient, factor }) => {
      const scale = { kind: 'cholesky', factor: factor!, logDiagonal: tf.zeros([batch, d]) } as const;
      const { step, zeroDirections } = perturb(scale, gradient!, rules);
      return { step, zeroDirections };
    },
  }));
  const { step, zeroDirections } = program.run({
    gradient: Float64Array.from(gradients.flat()),
    factor: Float64Array.from(covariances.flatMap(sigma => mat.cholesky(sigma).flat())),
  });
  const rows = gradients.map((_, i) => [...step!.slice(i * d, (i + 1) * d)]);
  return { steps: rows, zeroDirections: zeroDirections![0]! };
}

/** Just the steps of a case. */
export const stepsIn = (rules: PerturbationRules, { gradients, covariances }: StepCase): Steps['steps'] =>
  stepsOf(
    rules,
    gradients,
    covariances.map(({ matrix }) => matrix),
  ).steps;

/** The condition number. */
export const condition = ({ spectrum }: draw.SpectralMatrix): number =>
  Math.max(...spectrum) / Math.min(...spectrum);

export const diagonalCovariance = (spectrum: readonly number[]): draw.SpectralMatrix => ({
  matrix: mat.diagonal(spectrum),
  spectrum,
  basis: mat.identity(spectrum.length),
});
