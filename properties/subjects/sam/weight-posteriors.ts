/**
 * @file Posteriors over weights on losses with known derivatives: MFVI, evolution strategies, variational
 * SAM.
 */

import type * as tf from '@tensorflow/tfjs';
import type { Params } from '../../../src/core/net/network.js';
import { type EvolutionRules, evolutionGradients } from '../../../src/core/variational/evolution-strategy.js';
import {
  MEAN_FIELD_RULES,
  type MeanFieldRules,
  meanFieldGradients,
} from '../../../src/core/variational/mean-field.js';
import {
  type PosteriorGradients,
  updatePosterior,
  type WeightPosterior,
} from '../../../src/core/variational/posterior.js';
import * as variationalSam from '../../../src/core/variational/variational-sam.js';
import { constant } from '../../../src/engine/ops.js';
import { draw, type mat } from '../../kit.js';
import { type AtWeights, batch, classifierOf, join, lossOf, run, type Tensors } from './weights.js';

/** MFVI without its KL: variational optimisation. */
export const WITHOUT_KL: MeanFieldRules = {
  ...MEAN_FIELD_RULES,
  meanWeight: () => constant(0),
  varianceWeight: () => constant(0),
};

/** A prior N(0, prior I), and the number of examples. */
export interface Prior {
  readonly prior: number;
  readonly examples: number;
}

/** Generators of both, the variance of the prior between 1/range and range. */
export const priors = (range: number) => ({
  prior: draw.logUniform({ min: 1 / range, max: range }),
  examples: draw.logUniform({ min: 1, max: 1000 }),
});

/** Just these two: a case may carry more. */
const numbersOf = ({ prior, examples }: Prior) => ({ prior, examples });

export interface Slopes {
  readonly loss: number;
  readonly mean: readonly number[];
  readonly sigma2: readonly number[];
}

const outputs = ({ loss, mean, sigma2 }: PosteriorGradients) => ({
  loss,
  mean: join(mean),
  sigma2: join(sigma2),
});

const slopes = (found: Record<'loss' | 'mean' | 'sigma2', number[]>): Slopes => ({
  ...found,
  loss: found.loss[0]!,
});

export interface Updated {
  readonly mean: readonly number[];
  readonly sigma2: readonly number[];
}

const joined = ({ mean, sigma2 }: WeightPosterior) => ({ mean: join(mean), sigma2: join(sigma2) });

/** What a step is given. */
interface Given {
  readonly data: Tensors;
  readonly posterior: WeightPosterior;
  readonly noise: Params;
  readonly hyper: { readonly prior: tf.Tensor; readonly examples: tf.Tensor };
  readonly rate: tf.Tensor;
}

/** Runs a function of a posterior over weights; without noise or rate it is given none. */
const runOn = <Output extends string>(
  rules: object,
  name: string,
  at: AtWeights,
  { rate, noise, ...inputs }: { sigma2: mat.Vector; noise?: mat.Vector; prior?: Prior; rate?: number },
  fn: (given: Given) => Record<Output, tf.Tensor>,
): Record<Output, number[]> =>
  run({
    rules,
    name,
    at,
    vectors: { sigma2: inputs.sigma2, ...(noise && { noise }) },
    numbers: { ...(inputs.prior && numbersOf(inputs.prior)), ...(rate !== undefined && { rate }) },
    fn: (data, { point, sigma2, noise: eta }, { prior, examples, rate: by }) => {
      const posterior = { mean: point!, sigma2: sigma2! };
      return fn({ data, posterior, noise: eta!, hyper: { prior: prior!, examples: examples! }, rate: by! });
    },
  });

/** One sample of MFVI: its objective and the gradients that Algorithm 1 steps along. */
export function meanFieldOn(
  rules: MeanFieldRules,
  at: AtWeights,
  sigma2: mat.Vector,
  noise: mat.Vector,
  prior: Prior,
): Slopes {
  const inputs = { sigma2, noise, prior };
  return slopes(
    runOn(rules, 'mean field', at, inputs, ({ data, posterior, noise: eta, hyper }) =>
      outputs(meanFieldGradients(rules, lossOf(at.loss, data), posterior, eta, hyper)),
    ),
  );
}

/** One update of Algorithm 1 from one noise, both learning rates alike. */
export const meanFieldUpdate = (
  rules: MeanFieldRules,
  at: AtWeights,
  sigma2: mat.Vector,
  noise: mat.Vector,
  prior: Prior,
  rate: number,
): Updated =>
  runOn(rules, 'mean field update', at, { sigma2, noise, prior, rate }, ({ data, posterior, ...given }) => {
    const { noise: eta, hyper, rate: by } = given;
    const grads = meanFieldGradients(rules, lossOf(at.loss, data), posterior, eta, hyper);
    return joined(updatePosterior(rules, posterior, grads, { mean: by, sigma2: by }));
  });

/** The estimates of an evolution strategy from one noise. */
export const evolutionOn = (
  rules: EvolutionRules,
  at: AtWeights,
  sigma2: mat.Vector,
  noise: mat.Vector,
  mirrored: boolean,
): Updated =>
  runOn(rules, `evolution ${mirrored}`, at, { sigma2, noise }, ({ data, posterior, noise: eta }) =>
    joined(evolutionGradients(rules, lossOf(at.loss, data), posterior, eta, mirrored)),
  );

export interface VariationalSlopes extends Slopes {
  /** Eq. (56), the approximated objective. */
  readonly objective: number;
}

/** The objective of eq. (56), and the gradients that Algorithm 3 steps along. */
export function variationalSamOn(
  rules: variationalSam.VariationalSamRules,
  at: AtWeights,
  sigma2: mat.Vector,
  prior: Prior,
): VariationalSlopes {
  const found = runOn(rules, 'variational SAM', at, { sigma2, prior }, ({ data, posterior, hyper }) => {
    const net = classifierOf(at.loss, data);
    return {
      ...outputs(variationalSam.variationalSamGradients(rules, net, posterior, batch(), hyper)),
      objective: variationalSam.variationalSamLoss(rules, net, posterior, batch(), hyper),
    };
  });
  return { ...slopes(found), objective: found.objective[0]! };
}

/** One update of Algorithm 3, both learning rates alike. */
export const variationalSamUpdate = (
  rules: variationalSam.VariationalSamRules,
  at: AtWeights,
  sigma2: mat.Vector,
  prior: Prior,
  rate: number,
): Updated =>
  runOn(rules, 'variational SAM update', at, { sigma2, prior, rate }, ({ data, posterior, ...given }) => {
    const { hyper, rate: by } = given;
    const net = classifierOf(at.loss, data);
    const grads = variationalSam.variationalSamGradients(rules, net, posterior, batch(), hyper);
    return joined(updatePosterior(rules, posterior, grads, { mean: by, sigma2: by }));
  });
