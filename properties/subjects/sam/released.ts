/** @file The released code of the SAMBA paper: its two losses as programs of a case, and batches of several sizes. */
import { gradients } from '../../../src/core/derivatives.js';
import type { Objective } from '../../../src/core/objectives/objective.js';
import type { SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { makeVaeSamRae, type VaeSamRaeRules } from '../../../src/core/objectives/vae-sam/vae-sam-rae.js';
import { makeVaeSamSamba, type VaeSamHyper } from '../../../src/core/objectives/vae-sam/vae-sam-samba.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import type { Float64Program } from '../../../src/engine/program.js';
import type { AutoencoderCase, Shape } from '../../arbitraries/autoencoders.js';
import { atCode, rowsOf } from '../network/jets.js';
import { inputSpecs, networkOf, paramsOf, prefixed } from '../network/network.js';

/** Loss, terms and gradients; inputs `alpha2` and `klCoeff` besides those of the shape. */
function stepOf(rules: object, objective: Objective<VaeSamHyper>, shape: Shape): Float64Program {
  return programOf(rules, shape, objective.name, () => ({
    specs: { ...inputSpecs(shape), alpha2: { shape: [] }, klCoeff: { shape: [] } },
    fn: inputs => {
      const hyper = { alpha2: inputs.alpha2!, klCoeff: inputs.klCoeff! };
      const { loss, aux, grads } = gradients(
        p => {
          const { loss, terms } = objective.evaluate(networkOf(shape), p, { x: inputs.x! }, hyper);
          return { loss, aux: prefixed('term', terms) };
        },
        paramsOf(shape, inputs),
      );
      return { loss, ...aux, ...prefixed('grad', grads) };
    },
  }));
}

export const releasedSamba = (rules: SambaRules, shape: Shape): Float64Program =>
  stepOf(rules, makeVaeSamSamba(rules), shape);

export const releasedRae = (rules: VaeSamRaeRules, shape: Shape): Float64Program =>
  stepOf(rules, makeVaeSamRae(rules), shape);

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

/** The gradients of every sample's own mean squared error, and their norms; G_i of the released code is one over B. */
export function sampleGradients(c: AutoencoderCase): { rows: Float64Array[]; norms: number[] } {
  const entries = c.x.length / c.shape.batch;
  const rows = rowsOf(atCode(c).gradient, c.shape.batch).map(row => row.map(x => x / entries));
  return { rows, norms: rows.map(row => Math.hypot(...row)) };
}

export const average = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => a + b, 0) / values.length;

export const rootMeanSquare = (values: readonly number[]): number =>
  Math.sqrt(average(values.map(x => x * x)));
