/** @file What UJV-16 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { mapParams } from '../../../../src/core/derivatives.js';
import { ASAM_RULES, type MetricSamHyper } from '../../../../src/core/objectives/sam/asam.js';
import type { SamRules } from '../../../../src/core/objectives/sam/diagonal.js';
import { FISHER_SAM_RULES } from '../../../../src/core/objectives/sam/fisher-sam.js';
import { RANDOM_SAM_RULES, type RandomSamRules } from '../../../../src/core/objectives/sam/random-sam.js';
import { SAM_RULES, type SamHyper } from '../../../../src/core/objectives/sam/sam.js';
import { EVOLUTION_RULES, type EvolutionRules } from '../../../../src/core/variational/evolution-strategy.js';
import type { MeanFieldRules } from '../../../../src/core/variational/mean-field.js';
import { constant } from '../../../../src/engine/ops.js';
import { type Mutant, mat, mutant, wrong } from '../../../kit.js';
import { inRules } from '../../../subjects/sam/step-mutants.js';
import { WITHOUT_KL } from '../../../subjects/sam/weight-posteriors.js';

type Metric = SamRules<MetricSamHyper>;

export interface Subject {
  readonly sam: SamRules<SamHyper>;
  readonly asam: Metric;
  readonly fisher: Metric;
  readonly random: RandomSamRules;
  readonly meanField: MeanFieldRules;
  readonly evolution: EvolutionRules;
  /** Table 1: the covariance of each method in units of rho^2/p. */
  readonly table: {
    readonly sam: () => number;
    readonly asam: (w: number) => number;
    readonly fisher: (information: mat.Matrix) => number[][];
  };
}

export const SUBJECT: Subject = {
  sam: SAM_RULES,
  asam: ASAM_RULES,
  fisher: FISHER_SAM_RULES,
  random: RANDOM_SAM_RULES,
  meanField: WITHOUT_KL,
  evolution: EVOLUTION_RULES,
  table: { sam: () => 1, asam: w => w ** 2, fisher: mat.inverse },
};

const rootIs = (rules: Metric, change: (root: tf.Tensor) => tf.Tensor): Metric => ({
  ...rules,
  root: at => mapParams(rules.root(at), change),
});

const inAsam = (s: Subject, asam: Metric): Subject => ({ ...s, asam });
const inFisher = (s: Subject, fisher: Metric): Subject => ({ ...s, fisher });
const wrongRandom = (says: string, change: Partial<RandomSamRules>) => {
  const random = { ...RANDOM_SAM_RULES, ...change };
  return mutant<Subject>(says, s => ({ ...s, random }));
};
const wrongMeanField = (says: string, change: Partial<MeanFieldRules>) => {
  const meanField = { ...WITHOUT_KL, ...change };
  return mutant<Subject>(says, s => ({ ...s, meanField }));
};
const wrongTable = (says: string, change: Partial<Subject['table']>) =>
  mutant<Subject>(says, s => ({ ...s, table: { ...s.table, ...change } }));

function inverseRoot(f: mat.Matrix): number[][] {
  const { values, vectors } = mat.symmetricEigen(f);
  return mat.multiply(
    mat.transpose(vectors),
    mat.multiply(mat.diagonal(values.map(x => x ** -0.5)), vectors),
  );
}

const DESCENDING: EvolutionRules = {
  ...EVOLUTION_RULES,
  varianceScore: (std, noise) => tf.neg(EVOLUTION_RULES.varianceScore(std, noise)),
};

export const MUTANTS: Readonly<Record<string, Mutant<Subject>>> = {
  fisherItself: wrongTable('F for its inverse', { fisher: f => f.map(row => [...row]) }),
  fisherRoot: wrongTable('the square root of the inverse', { fisher: f => inverseRoot(f) }),
  asamWeight: wrongTable('diag|mu| for diag(mu^2)', { asam: w => Math.abs(w) }),
  asamIdentity: wrongTable('the identity for diag(mu^2)', { asam: () => 1 }),
  ...inRules<Metric, Subject>(
    {
      root: {
        says: 'the square root of |w| where the weight belongs: Sigma = diag|w|',
        rules: rootIs(ASAM_RULES, tf.sqrt),
      },
      square: { says: 'w^2 where |w| belongs', rules: rootIs(ASAM_RULES, tf.square) },
      ones: { says: 'no metric', rules: rootIs(ASAM_RULES, tf.onesLike) },
    },
    inAsam,
    'asam',
  ),
  ...inRules<Metric, Subject>(
    {
      inverse: {
        says: 'F for its inverse in the step',
        rules: rootIs(FISHER_SAM_RULES, root => tf.div(constant(1), root)),
      },
      square: { says: 'F^-2 for F^-1', rules: rootIs(FISHER_SAM_RULES, tf.square) },
    },
    inFisher,
    'fisherStep',
  ),
  noiseUnscaled: wrongRandom('rho for rho / sqrt(p)', { length: () => constant(1) }),
  noiseDimension: wrongRandom('rho / p for rho / sqrt(p)', { length: p => constant(p) }),
  deviationForVariance: wrongMeanField('diag(sigma_i) for diag(sigma_i^2)', {
    std: sigma2 => tf.sqrt(tf.sqrt(sigma2)),
  }),
  varianceForDeviation: wrongMeanField('Sigma times the noise', { std: sigma2 => sigma2 }),
  ...wrong.formula(SUBJECT, 'evolution', {
    growing: ['Sigma moves the wrong way', DESCENDING],
  }),
};
