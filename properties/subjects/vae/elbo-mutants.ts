/** @file Negative controls of the VAE: one rule of the code that trains is replaced. */
import * as tf from '@tensorflow/tfjs';
import { type Mutant, mutant } from '../../../src/claims/claim.js';
import { logDeterminant, scaleUp, trace } from '../../../src/core/gaussian.js';
import { VAE_RULES, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { constant } from '../../../src/engine/ops.js';

const { kl } = VAE_RULES;
const half = (x: tf.Tensor): tf.Tensor => tf.mul(x, constant(0.5));
const dimension = (mean: tf.Tensor): number => mean.shape[1]!;

type Wrong = readonly [says: string, replaced: Partial<VaeRules>];

/** Wrong in the divergence from the prior. */
export const KL_WRONG = {
  dimensionAdded: ['+ d for - d in the KL', { kl: (m, s) => tf.add(kl(m, s), constant(dimension(m))) }],
  dimensionDropped: ['the KL without - d', { kl: (m, s) => tf.add(kl(m, s), constant(dimension(m) / 2)) }],
  traceDropped: ['the KL without tr Sigma', { kl: (m, s) => tf.sub(kl(m, s), half(trace(s, dimension(m)))) }],
  logDeterminantSign: [
    '+ log det Sigma in the KL',
    { kl: (m, s) => tf.add(kl(m, s), logDeterminant(s, dimension(m))) },
  ],
  halfDropped: ['the KL without its 1/2', { kl: (m, s) => tf.mul(kl(m, s), constant(2)) }],
  klSign: ['the KL subtracted', { kl: (m, s) => tf.neg(kl(m, s)) }],
  klMissing: ['no KL', { kl: (m, s) => tf.mul(kl(m, s), constant(0)) }],
  otherDirection: [
    'KL(prior || q) for KL(q || prior) where the covariance is diagonal',
    {
      kl: (m, s) => {
        if (s.kind !== 'diagonal') return kl(m, s);
        const pulled = tf.div(tf.add(tf.square(m), constant(1)), tf.square(s.std));
        return half(tf.sum(tf.sub(tf.add(pulled, s.logVariance), constant(1)), 1));
      },
    },
  ],
} satisfies Readonly<Record<string, Wrong>>;

/** Wrong in the noise. */
export const NOISE_WRONG = {
  noNoise: ['no noise: tr(W Sigma W^T) is missing', { sample: mean => mean }],
  covarianceForRoot: [
    'Sigma times the noise instead of its square root',
    { sample: (mean, s, noise) => tf.add(mean, scaleUp(s, scaleUp(s, noise))) },
  ],
  covarianceMissing: ['the noise is not scaled', { sample: (mean, _, noise) => tf.add(mean, noise) }],
  noiseOnBall: [
    'the noise divided by sqrt(d)',
    {
      sample: (mean, s, noise) =>
        tf.add(mean, scaleUp(s, tf.div(noise, constant(Math.sqrt(dimension(noise)))))),
    },
  ],
} satisfies Readonly<Record<string, Wrong>>;

export const WEIGHT_WRONG = {
  betaIgnored: ['the KL has weight 1', { weight: () => 1 }],
} satisfies Readonly<Record<string, Wrong>>;

/** The mutants of a subject whose VAE is wrong; the rules are made once, so that all checks share their programs. */
export const inVae = <Subject extends { readonly vae: VaeRules }>(
  wrong: Readonly<Record<string, Wrong>>,
): Record<string, Mutant<Subject>> =>
  Object.fromEntries(
    Object.entries(wrong).map(([name, [says, replaced]]) => {
      const vae = { ...VAE_RULES, ...replaced };
      return [name, mutant<Subject>(says, subject => ({ ...subject, vae }))];
    }),
  );
