/** @file Negative controls in the gamma-VAE of core, each one rule replaced. */
import * as tf from '@tensorflow/tfjs';
import { type Mutant, mutant } from '../../../src/claims/claim.js';
import { gaussianKl, logDeterminant, scaleUp } from '../../../src/core/gaussian.js';
import { GAMMA_VAE_RULES, type GammaVaeRules } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { scalar } from '../../../src/core/objectives/objective.js';

interface WithGamma {
  readonly gamma: GammaVaeRules;
}

interface Change {
  readonly says: string;
  readonly rules: Partial<GammaVaeRules>;
}

const CHANGES = {
  gammaIsDeviation: {
    says: 'the squared error over gamma^2',
    rules: { fit: (error, gamma) => tf.div(error, tf.square(gamma)) },
  },
  halfPrecision: {
    says: 'the squared error over 2 gamma',
    rules: { fit: (error, gamma) => tf.div(error, tf.mul(gamma, 2)) },
  },
  normaliserMissing: {
    says: 'd log gamma left out',
    rules: { normaliser: (_, gamma) => tf.zerosLike(gamma) },
  },
  normaliserOfOneEntry: {
    says: 'log gamma for d log gamma',
    rules: { normaliser: (_, gamma) => tf.log(gamma) },
  },
  klOnce: { says: 'KL for 2 KL', rules: { weight: beta => tf.div(scalar(beta), 2) } },
  logDeviation: {
    says: 'log sigma for log sigma^2',
    rules: {
      kl: (mean, scale) =>
        tf.add(gaussianKl(mean, scale), tf.mul(logDeterminant(scale, mean.shape[1]!), 0.25)),
    },
  },
  noNoise: { says: 'the error of the mean code', rules: { sample: mean => mean } },
  varianceForDeviation: {
    says: 'noise times sigma^2',
    rules: { sample: (mean, scale, noise) => tf.add(mean, scaleUp(scale, scaleUp(scale, noise))) },
  },
} as const satisfies Record<string, Change>;

export type GammaControl = keyof typeof CHANGES;

/** The controls of those names as mutants of a subject that has the rules as `gamma`. */
export function gammaControls<Subject extends WithGamma>(
  ...names: readonly GammaControl[]
): Record<string, Mutant<Subject>> {
  return Object.fromEntries(
    names.map(name => {
      const { says, rules } = CHANGES[name];
      const changed: GammaVaeRules = { ...GAMMA_VAE_RULES, ...rules };
      return [name, mutant<Subject>(says, subject => ({ ...subject, gamma: changed }))];
    }),
  );
}
