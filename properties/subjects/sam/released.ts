/**
 * @file The released code of the SAMBA paper: its two losses as programs of a case, and batches of several
 * sizes.
 */
import type { SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { makeVaeSamRae, type VaeSamRaeRules } from '../../../src/core/objectives/vae-sam/vae-sam-rae.js';
import { makeVaeSamSamba, type VaeSamHyper } from '../../../src/core/objectives/vae-sam/vae-sam-samba.js';
import type { Float64Program } from '../../../src/engine/program.js';
import type { AutoencoderCase, Shape } from '../../arbitraries/autoencoders.js';
import { mat } from '../../kit.js';
import { atCode, norm, rowsOf } from '../network/jets.js';
import { inputsOf } from '../network/network.js';
import { stepProgram } from './steps.js';

const scalars = {
  names: ['alpha2', 'klCoeff'],
  hyper: (inputs: VaeSamHyper) => inputs,
} as const;

/** Inputs `alpha2` and `klCoeff` besides those of the shape. */
export const releasedSamba = (rules: SambaRules, shape: Shape): Float64Program =>
  stepProgram(rules, shape, makeVaeSamSamba(rules), scalars);

export const releasedRae = (rules: VaeSamRaeRules, shape: Shape): Float64Program =>
  stepProgram(rules, shape, makeVaeSamRae(rules), scalars);

const shape = (encoder: readonly number[], decoder: readonly number[], batch: number): Shape => ({
  net: { encoder, latent: decoder[0]!, decoder, activation: 'tanh', output: 'identity', posterior: 'none' },
  batch,
});

/** Batches of several samples. */
export const BATCHES: readonly Shape[] = [shape([5, 4], [3, 6, 5], 4), shape([4, 5], [2, 5, 4], 9)];

/** Batches of one. */
export const SINGLES: readonly Shape[] = [shape([5, 4], [3, 6, 5], 1), shape([3, 2], [1, 4, 3], 1)];

/** The same case with every sample of the batch a copy of the first. */
export const copies = (c: AutoencoderCase): AutoencoderCase => {
  const perSample = c.x.length / c.shape.batch;
  return { ...c, x: c.x.map((_, i) => c.x[i % perSample]!) };
};

/** The inputs of both programs: standard deviation and coefficient of the KL. */
export const releasedInputs = (c: AutoencoderCase, alpha: number, klCoeff = 0) => ({
  ...inputsOf(c),
  alpha2: Float64Array.of(alpha ** 2),
  klCoeff: Float64Array.of(klCoeff),
});

/**
 * The norms of the gradients of every sample's own mean squared error; G_i of the released code is one over
 * B.
 */
export const sampleNorms = (c: AutoencoderCase): number[] =>
  rowsOf(atCode(c).gradient, c.shape.batch).map(row => norm(row.map(x => x / entriesOf(c))));

/** Entries of one datum. */
export const entriesOf = (c: AutoencoderCase): number => c.x.length / c.shape.batch;

export const average = (values: ArrayLike<number>): number => mat.sum(Array.from(values)) / values.length;

export const rootMeanSquare = (values: readonly number[]): number =>
  Math.sqrt(average(values.map(x => x * x)));
