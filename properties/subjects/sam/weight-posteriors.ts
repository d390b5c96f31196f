/** @file Posteriors over weights on losses with known derivatives: MFVI, evolution strategies, variational SAM. */
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

const hyperOf = ({ prior, examples }: Tensors) => ({ prior: prior!, examples: examples! });

const slopes = (found: Record<'loss' | 'mean' | 'sigma2', number[]>): Slopes => ({
  ...found,
  loss: found.loss[0]!,
});

/** One sample of MFVI: its objective and the gradients that Algorithm 1 steps along. */
export const meanFieldOn = (
  rules: MeanFieldRules,
  at: AtWeights,
  sigma2: mat.Vector,
  noise: mat.Vector,
  prior: Prior,
): Slopes =>
  slopes(
    run({
      rules,
      name: 'mean field',
      at,
      vectors: { sigma2, noise },
      numbers: numbersOf(prior),
      fn: (data, { point, sigma2: s, noise: eta }, numbers) =>
        outputs(
          meanFieldGradients(
            rules,
            lossOf(at.loss, data),
            { mean: point!, sigma2: s! },
            eta!,
            hyperOf(numbers),
          ),
        ),
    }),
  );

export interface Updated {
  readonly mean: readonly number[];
  readonly sigma2: readonly number[];
}

const joined = ({ mean, sigma2 }: WeightPosterior) => ({ mean: join(mean), sigma2: join(sigma2) });

/** One update of Algorithm 1 from one noise, both learning rates alike. */
export const meanFieldUpdate = (
  rules: MeanFieldRules,
  at: AtWeights,
  sigma2: mat.Vector,
  noise: mat.Vector,
  prior: Prior,
  rate: number,
): Updated =>
  run({
    rules,
    name: 'mean field update',
    at,
    vectors: { sigma2, noise },
    numbers: { ...numbersOf(prior), rate },
    fn: (data, { point, sigma2: s, noise: eta }, { rate: by, ...numbers }) => {
      const posterior = { mean: point!, sigma2: s! };
      const grads = meanFieldGradients(rules, lossOf(at.loss, data), posterior, eta!, hyperOf(numbers));
      return joined(updatePosterior(rules, posterior, grads, { mean: by!, sigma2: by! }));
    },
  });

/** The estimates of an evolution strategy from one noise. */
export const evolutionOn = (
  rules: EvolutionRules,
  at: AtWeights,
  sigma2: mat.Vector,
  noise: mat.Vector,
  mirrored: boolean,
): Updated =>
  run({
    rules,
    name: `evolution ${mirrored}`,
    at,
    vectors: { sigma2, noise },
    numbers: {},
    fn: (data, { point, sigma2: s, noise: eta }) =>
      joined(evolutionGradients(rules, lossOf(at.loss, data), { mean: point!, sigma2: s! }, eta!, mirrored)),
  });

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
  const found = run({
    rules,
    name: 'variational SAM',
    at,
    vectors: { sigma2 },
    numbers: numbersOf(prior),
    fn: (data, { point, sigma2: s }, numbers) => {
      const [net, posterior] = [classifierOf(at.loss, data), { mean: point!, sigma2: s! }];
      const hyper = hyperOf(numbers);
      return {
        ...outputs(variationalSam.variationalSamGradients(rules, net, posterior, batch(), hyper)),
        objective: variationalSam.variationalSamLoss(rules, net, posterior, batch(), hyper),
      };
    },
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
  run({
    rules,
    name: 'variational SAM update',
    at,
    vectors: { sigma2 },
    numbers: { ...numbersOf(prior), rate },
    fn: (data, { point, sigma2: s }, { rate: by, ...numbers }) => {
      const [net, posterior] = [classifierOf(at.loss, data), { mean: point!, sigma2: s! }];
      const grads = variationalSam.variationalSamGradients(rules, net, posterior, batch(), hyperOf(numbers));
      return joined(updatePosterior(rules, posterior, grads, { mean: by!, sigma2: by! }));
    },
  });
