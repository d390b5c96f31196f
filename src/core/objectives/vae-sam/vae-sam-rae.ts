/**
 * @file The RAE of the released code of Reizinger & Huszar (repository vae-sam), with one norm over the
 * batch.
 */
import * as tf from '@tensorflow/tfjs';
import { constant, detach } from '../../../engine/ops.js';
import { gradient } from '../../derivatives.js';
import { scaledNorm } from '../../perturbation.js';
import { objective, wrong } from '../define.js';
import { ALPHA2, type Fields, type HyperOf, KL_COEFF } from '../fields.js';
import { type Point, pointAt, scalar, weighted } from '../objective.js';

const hyper = {
  klCoeff: {
    ...KL_COEFF,
    misread: { ...KL_COEFF.misread, coefficientDoubled: { says: '|M| without its 1/2', times: 2 } },
  },
  alpha2: ALPHA2,
} as const satisfies Fields;

export interface VaeSamRaeRules {
  /** G: the gradient of the mean squared error over the batch, [B, d]. */
  gradient(at: Point): tf.Tensor;
  /** One norm over the whole batch, a scalar; of gradients and of codes. */
  norm(matrix: tf.Tensor): tf.Tensor;
  /** lambda for d latents. */
  coefficient(d: number, alpha2: tf.Tensor): tf.Tensor;
}

export const VAE_SAM_RAE_RULES: VaeSamRaeRules = {
  gradient: at => tf.div(gradient(at.loss, at.z), at.z.shape[0]!),
  norm: matrix => tf.squeeze(scaledNorm(tf.expandDims(matrix, 0))),
  coefficient: (d, alpha2) => tf.mul(constant(Math.sqrt(d)), tf.sqrt(alpha2)),
};

/**
 * Mean squared error over all entries at mu, plus sqrt(alpha2 d) |G|, plus klCoeff |M|/2 with the codes'
 * unsquared norm.
 */
export const VAE_SAM_RAE = objective({
  name: 'vae-sam-rae',
  loss: 'the released code of Reizinger & Huszár, in its conventions: one unsquared norm over the batch, of gradients and of codes',
  hyper,
  terms: ['reconstruction', 'penalty', 'prior'],
  rules: VAE_SAM_RAE_RULES,
  evaluate:
    rules =>
    (net, params, { x }, { klCoeff, alpha2 }: HyperOf<typeof hyper>) => {
      const { mean } = net.encode(params, x);
      const at = pointAt(net, params, x, 'mean', mean);
      const reconstruction = tf.mean(at.loss(mean));
      const penalty = rules.norm(rules.gradient(at));
      const prior = tf.mul(rules.norm(mean), 0.5);
      const lambda = rules.coefficient(net.latent, scalar(alpha2));
      return {
        loss: weighted(reconstruction, [lambda, penalty], [klCoeff, prior]),
        terms: { reconstruction, penalty, prior },
      };
    },
  mistakes: {
    sampleNorm: wrong<VaeSamRaeRules>('the mean of one norm a sample in place of one norm over the batch', {
      norm: matrix => tf.mean(scaledNorm(matrix)),
    }),
    squaredNorm: wrong<VaeSamRaeRules>('squared norms', { norm: matrix => tf.sum(tf.square(matrix)) }),
    gradientOfSum: wrong<VaeSamRaeRules>('the gradient of the sum over the batch in place of the mean', {
      gradient: at => gradient(at.loss, at.z),
    }),
    gradientDetached: wrong<VaeSamRaeRules>('the gradient not differentiated', {
      gradient: at => detach(VAE_SAM_RAE_RULES.gradient(at)),
    }),
    rootDimensionMissing: wrong<VaeSamRaeRules>('the factor sqrt(d) missing', {
      coefficient: (_d, alpha2) => tf.sqrt(alpha2),
    }),
    dimensionForRoot: wrong<VaeSamRaeRules>('d in place of sqrt(d)', {
      coefficient: (d, alpha2) => tf.mul(tf.sqrt(alpha2), d),
    }),
    varianceForDeviation: wrong<VaeSamRaeRules>('alpha2 in place of alpha', {
      coefficient: (d, alpha2) => tf.mul(alpha2, constant(Math.sqrt(d))),
    }),
  },
  vector: { terms: [], hyper: { alpha2: { ...ALPHA2, kind: 'nonNegative' } } },
});

export const makeVaeSamRae = VAE_SAM_RAE.make;
