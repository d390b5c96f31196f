/** @file The evidence bound that the VAE of core trains, and the evidence where it has a closed form. */
import type * as tf from '@tensorflow/tfjs';
import { gradients } from '../../../src/core/derivatives.js';
import { makeVae, VAE_RULES, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import type { Float64Program } from '../../../src/engine/program.js';
import { klOfCovariances } from '../../../src/theory/closed/gaussian.js';
import { ppcaNegativeLogLikelihood } from '../../../src/theory/closed/ppca.js';
import type { AutoencoderCase, Shape } from '../../arbitraries/autoencoders.js';
import { mat, type quad } from '../../kit.js';
import { atCode, rowsOf } from '../network/jets.js';
import { inputSpecs, inputsOf, networkOf, paramsOf, prefixed } from '../network/network.js';
import { covariancesOf } from '../network/posterior.js';
import { firstLayer } from '../sam/pair.js';
import { everywhere } from '../sam/penalties.js';

const linear = (
  encoder: readonly number[],
  decoder: readonly number[],
  batch: number,
  posterior: 'diagonal' | 'cholesky',
): Shape => ({
  net: { encoder, latent: decoder[0]!, decoder, activation: 'tanh', output: 'identity', posterior },
  batch,
});

/** Linear decoders with a learned covariance; one latent, and more latents than data, among them. */
export const LINEAR_GAUSSIAN: readonly Shape[] = [
  linear([4, 5], [3, 4], 2, 'diagonal'),
  linear([5, 4], [3, 5], 3, 'cholesky'),
  linear([3, 4], [1, 3], 2, 'diagonal'),
  linear([2, 4], [3, 2], 2, 'cholesky'),
];

/**
 * |x - f(z)|^2 + beta KL of the VAE that trains, with the encoder's covariance. Inputs `beta` and `noise`;
 * outputs `loss`, `term.*` and `grad.*`.
 */
export const elboProgram = (rules: VaeRules, shape: Shape): Float64Program =>
  programOf(rules, shape, 'elbo', () => {
    const net = networkOf(shape);
    const objective = makeVae(rules);
    return {
      specs: { ...inputSpecs(shape), noise: { shape: [shape.batch, net.latent] }, beta: { shape: [] } },
      fn: inputs => {
        const batch = { x: inputs.x as tf.Tensor, noise: inputs.noise as tf.Tensor };
        const hyper = { rec: 'sum', beta: inputs.beta as tf.Tensor, variance: 'learned' } as const;
        const { loss, aux, grads } = gradients(
          p => {
            const found = objective.evaluate(net, p, batch, hyper);
            return { loss: found.loss, aux: prefixed('term', found.terms) };
          },
          paramsOf(shape, inputs),
        );
        return { loss, ...aux, ...prefixed('grad', grads) };
      },
    };
  });

/** How the bound is made from what trains, for an observation of variance s2. */
export interface ElboRules {
  readonly vae: VaeRules;
  /** The weight of the KL beside |x - f|^2 that makes 2 s2 times the negative bound, less a constant. */
  readonly beta: (s2: number) => number;
  /** The constant of the negative bound, for D data. */
  readonly constant: (s2: number, data: number) => number;
}

/** The ELBO of a VAE, whose beta weighs the KL against |x - f|^2 without a half. */
export const ELBO: ElboRules = {
  vae: VAE_RULES,
  beta: s2 => 2 * s2,
  constant: (s2, data) => (data / 2) * Math.log(2 * Math.PI * s2),
};

/** The mean over the batch of -ELBO, its expectation by weighted noises. */
export function negativeElbo(
  c: AutoencoderCase,
  { vae, beta, constant }: ElboRules,
  s2: number,
  points: readonly quad.WeightedPoint[],
): number {
  const program = elboProgram(vae, c.shape);
  const fixed = { ...inputsOf(c), beta: Float64Array.of(beta(s2)) };
  const loss = points.reduce((sum, { point, weight }, k) => {
    const noise = everywhere(c, point);
    const { loss } = k === 0 ? program.run({ ...fixed, noise }) : program.update({ noise });
    return sum + weight * loss![0]!;
  }, 0);
  return loss / (2 * s2) + constant(s2, c.shape.net.encoder[0]!);
}

const samples = (c: AutoencoderCase): number[][] =>
  rowsOf(Float64Array.from(c.x), c.shape.batch).map(row => [...row]);

/** x - b of every sample of a linear decoder. */
const centred = (c: AutoencoderCase): number[][] =>
  samples(c).map(x => mat.subtract(x, c.params['decoder.0.bias']!));

/** The posterior of a linear decoder, N((s2 I + W'W)^-1 W'(x - b), (I + W'W/s2)^-1). */
function truePosterior(c: AutoencoderCase, s2: number) {
  const w = firstLayer(c);
  const precision = mat.combine(1, mat.identity(w[0]!.length), 1 / s2, mat.gram(w));
  const covariance = mat.inverse(precision);
  const means = centred(c).map(x => mat.scale(1 / s2, mat.apply(covariance, mat.apply(mat.transpose(w), x))));
  return { precision, covariance, means };
}

/** log p(x) and KL(q || p(z | x)) of a linear decoder, batch means, and the size of what cancels in them. */
export function evidence(c: AutoencoderCase, s2: number) {
  const w = firstLayer(c);
  const { precision, covariance, means } = truePosterior(c, s2);
  const codes = rowsOf(atCode(c).mean, c.shape.batch);
  const [sigmas, x] = [covariancesOf(c), centred(c)];
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const gaps = sigmas.map((sigma, i) => {
    const off = mat.subtract([...codes[i]!], means[i]!);
    return klOfCovariances(sigma, covariance) + mat.form(off, precision, off) / 2;
  });
  const reach = sigmas.map((sigma, i) => {
    const code = mat.norm([...codes[i]!]) + Math.sqrt(w[0]!.length * mat.norm(sigma.flat()));
    return (
      (mat.norm(samples(c)[i]!) + mat.norm(c.params['decoder.0.bias']!) + mat.norm(w.flat()) * code) ** 2 +
      code ** 2
    );
  });
  return {
    logEvidence: mean(x.map(row => -ppcaNegativeLogLikelihood(row, w, s2))),
    gap: mean(gaps),
    size: (1 + mat.norm(w.flat()) ** 2) * (1 + Math.max(...reach) * (1 + 1 / s2)),
  };
}

const zeros = (values: readonly number[]): number[] => values.map(() => 0);

/** The same case with every sample the first one and its true posterior for q; a full covariance. */
export function withTruePosterior(given: AutoencoderCase, s2: number): AutoencoderCase {
  const first = samples(given)[0]!;
  const c = { ...given, x: samples(given).flatMap(() => first) };
  const { means, covariance } = truePosterior(c, s2);
  const factor = mat.cholesky(covariance);
  const bias = [...factor.map((row, i) => Math.log(row[i]!)), ...factor.flatMap((row, i) => row.slice(0, i))];
  const params = {
    ...c.params,
    'mu.weight': zeros(c.params['mu.weight']!),
    'mu.bias': means[0]!,
    'cholesky.weight': zeros(c.params['cholesky.weight']!),
    'cholesky.bias': bias,
  };
  return { ...c, params };
}
