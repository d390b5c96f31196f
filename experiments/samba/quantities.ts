/**
 * @file What the figures of SAMBA measure: as the authors plot it, and by quantities that mean what they say.
 */
import * as tf from '@tensorflow/tfjs';
import type { Arm, Quantity } from '../../src/claims/experiment/model.js';
import { halfSquaredNorm } from '../../src/core/gaussian.js';
import { errorAtMean, lossGradientNorm, plottedSmoothness } from '../../src/core/smoothness.js';
import type { Setting, Trained } from '../../src/train/experiment/experiment.js';
import { smoothnessOf } from '../../src/train/experiment/smoothness.js';
import type { Measures } from '../../src/train/graphs.js';
import type { Numbers } from '../../src/train/runner.js';

/** In every validation, besides the loss. Means over batches; |x - f(mu)|^2 is divided by D. */
export const MEASURES: Measures = {
  errorAtMean: (net, params, { x }) => tf.mean(errorAtMean(net, params, x)),
  plottedSmoothness: (net, params, { x }) => plottedSmoothness(net, params, x),
  lossGradientNorm: (net, params, { x }) => tf.mean(lossGradientNorm(net, params, x)),
  codeSquare: (net, params, { x }) => tf.mean(tf.square(net.encode(params, x).mean)),
  halfSquaredNorm: (net, params, { x }) => tf.mean(halfSquaredNorm(net.encode(params, x).mean)),
};

/** Signs a record for the decoder's Jacobian. */
const PROBES: Readonly<Record<Setting['scale'], number>> = { smoke: 8, small: 8, paper: 16 };

export const measureTrained = async (trained: Trained, { scale }: Setting): Promise<Numbers> => ({
  ...(await smoothnessOf(trained, PROBES[scale])),
  latents: trained.model.net.latent,
});

/** KL(N(mu, alpha^2 I) || N(0, I)) from 1/2 |mu|^2, for d latents. */
const klOf = (halfSquare: number, alpha2: number, d: number): number =>
  halfSquare + (d * (alpha2 - 1 - Math.log(alpha2))) / 2;

/** The quantities of a run from its raw numbers; those that are not there stay away. */
export function derive(numbers: Numbers, { alpha2 }: Arm): Numbers {
  const of = (name: string): number | undefined => numbers[`measure.${name}`] ?? numbers[name];
  const codes = of('codeSquare');
  const codeRms = codes === undefined ? undefined : Math.sqrt(codes);
  const timesCodes = (value: number | undefined): number | undefined =>
    value === undefined || codeRms === undefined ? undefined : value * codeRms;
  const [half, latents] = [of('halfSquaredNorm'), numbers.latents];
  const klOfRae =
    half === undefined || latents === undefined || typeof alpha2 !== 'number'
      ? undefined
      : klOf(half, alpha2, latents);
  const derived: Record<string, number | undefined> = {
    loss: numbers.loss,
    errorAtMean: of('errorAtMean'),
    kl: numbers['term.kl'] ?? klOfRae,
    codeRms,
    plottedSmoothness: of('plottedSmoothness'),
    plottedInvariant: timesCodes(of('plottedSmoothness')),
    lossGradientNorm: numbers.lossGradientNorm ?? of('lossGradientNorm'),
    lossGradientError: numbers.lossGradientError,
    lossGradientInvariant: timesCodes(numbers.lossGradientNorm ?? of('lossGradientNorm')),
    decoderJacobian: numbers.decoderJacobian,
    decoderJacobianError: numbers.decoderJacobianError,
    decoderJacobianProbeError: numbers.decoderJacobianProbeError,
    decoderJacobianInvariant: timesCodes(numbers.decoderJacobian),
  };
  return Object.fromEntries(Object.entries(derived).filter(([, value]) => value !== undefined)) as Numbers;
}

export const QUANTITIES = {
  loss: {
    label: 'validation loss',
    says: 'The objective of each model on the validation records; not comparable between RAE and the others.',
    scale: 'linear',
  },
  errorAtMean: {
    label: 'squared error at the mean code',
    says: 'mean |x - f(mu)|^2 / D.',
    scale: 'linear',
  },
  plottedSmoothness: {
    label: 'smoothness as the authors plot it',
    says: 'Harmonic mean over the batch of |grad_z mse_i| / B, which the figures call the decoder Jacobian norm (SAMBA-29); with a learned variance each gradient is weighted by the mean standard deviations. Smaller is smoother.',
    scale: 'log',
  },
  plottedInvariant: {
    label: 'plotted smoothness times rms(mu)',
    says: 'Unchanged when the latent space is stretched (SAMBA-30).',
    scale: 'log',
  },
  lossGradientNorm: {
    label: 'loss-gradient norm per sample',
    says: 'mean |grad_z mse_i| at the mean code, each sample by itself.',
    scale: 'log',
  },
  lossGradientInvariant: {
    label: 'loss-gradient norm times rms(mu)',
    says: 'Unchanged when the latent space is stretched.',
    scale: 'log',
  },
  decoderJacobian: {
    label: 'decoder Jacobian, Frobenius norm',
    says: 'Root of the mean over records of |J_f(mu_i)|_F^2, by Hutchinson probes.',
    scale: 'log',
  },
  decoderJacobianInvariant: {
    label: 'decoder Jacobian times rms(mu)',
    says: 'Unchanged when the latent space is stretched.',
    scale: 'log',
  },
  kl: {
    label: 'KL divergence',
    says: 'mean KL(q(z|x) || N(0, I)) in nats; for the RAE with alpha^2 as its variance.',
    scale: 'linear',
  },
  codeRms: { label: 'rms of the codes', says: 'Root of the mean of mu_ik^2.', scale: 'log' },
  decoderJacobianError: {
    label: 'standard error of the decoder Jacobian',
    says: 'Over records and probes, by the delta method.',
    scale: 'log',
  },
  decoderJacobianProbeError: {
    label: 'standard error of the decoder Jacobian from the probes',
    says: 'What more probes would reduce.',
    scale: 'log',
  },
  lossGradientError: {
    label: 'standard error of the loss-gradient norm',
    says: 'Over records.',
    scale: 'log',
  },
  secondsPerStep: {
    label: 'seconds a step',
    says: 'Median of the longest session of a run; runs beside each other share the machine.',
    scale: 'log',
  },
} as const satisfies Readonly<Record<string, Quantity>>;

export type QuantityName = keyof typeof QUANTITIES;
