/**
 * @file Cases whose encoder gives the covariance: scaling it, and the penalty of first order that belongs to
 * it.
 */
import * as tf from '@tensorflow/tfjs';
import { gradient } from '../../../src/core/derivatives.js';
import { type Scale, scaleUp, whiten } from '../../../src/core/gaussian.js';
import { pointAt, scaleOf } from '../../../src/core/objectives/objective.js';
import type { SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { scaledNorm } from '../../../src/core/perturbation.js';
import { constant, detach } from '../../../src/engine/ops.js';
import type { Float64Program } from '../../../src/engine/program.js';
import type { AutoencoderCase, Shape } from '../../arbitraries/autoencoders.js';
import { check, type Rung, type wrong } from '../../kit.js';
import { atCode, norm } from '../network/jets.js';
import { collect, inputsOf, lossProgram, type Part } from '../network/network.js';
import { radii, roundOff, type Sides } from './pair.js';
import { learnedSambaStep } from './steps.js';

/** The inputs of a case with every standard deviation multiplied by s; correlations stay. */
export function scaledInputs(c: AutoencoderCase, s: number): Record<string, Float64Array> {
  const inputs = inputsOf(c);
  const { latent, posterior } = c.shape.net;
  if (posterior === 'diagonal')
    return { ...inputs, 'logvar.bias': inputs['logvar.bias']!.map(x => x + 2 * Math.log(s)) };
  // the first `latent` outputs are logarithms of the factor's diagonal, the others its lower entries
  const weight = inputs['cholesky.weight']!;
  const features = weight.length / inputs['cholesky.bias']!.length;
  return {
    ...inputs,
    'cholesky.weight': weight.map((x, i) => (i < latent * features ? x : s * x)),
    'cholesky.bias': inputs['cholesky.bias']!.map((x, i) => (i < latent ? x + Math.log(s) : s * x)),
  };
}

/** How the first-order penalty of a covariance is made from a gradient [B, d]. */
export interface PenaltyRules {
  /** |Sigma^(1/2) g|, one a sample, [B]. */
  measure(scale: Scale, gradient: tf.Tensor): tf.Tensor;
  /** sqrt(d), the radius in whitened coordinates. */
  radius(d: number): number;
}

export const PENALTY_RULES: PenaltyRules = {
  measure: (scale, g) => scaledNorm(whiten(scale, g)),
  radius: Math.sqrt,
};

/** Wrong penalties, as claims on covariances reject them. */
export const PENALTY_WRONG = {
  penaltyOfSigma: [
    '|Sigma g| in the penalty',
    { measure: (s: Scale, g: tf.Tensor) => scaledNorm(scaleUp(s, whiten(s, g))) },
  ],
  penaltyUnwhitened: ['|g| in the penalty', { measure: (_s: Scale, g: tf.Tensor) => scaledNorm(g) }],
  penaltySquared: [
    'the squared norm in the penalty',
    { measure: (s: Scale, g: tf.Tensor) => tf.square(PENALTY_RULES.measure(s, g)) },
  ],
  penaltyConstant: [
    'the penalty is not differentiated',
    { measure: (s: Scale, g: tf.Tensor) => detach(PENALTY_RULES.measure(s, g)) },
  ],
  penaltyHalved: ['half of the penalty', { radius: (d: number) => Math.sqrt(d) / 2 }],
} as const satisfies Record<string, wrong.Wrong<Partial<PenaltyRules>>>;

/**
 * mean_i of |x_i - f(mu_i)|^2 + sqrt(d) |Sigma_i^(1/2) g_i|, Sigma_i from the encoder and differentiated:
 * outputs `loss` and `grad.*`; `whitened`, the directions eta_i = sqrt(d) Sigma_i^(1/2) g_i / |Sigma_i^(1/2)
 * g_i|; `step`, Sigma_i^(1/2) eta_i.
 */
export const penalisedStep = (rules: PenaltyRules, shape: Shape): Float64Program =>
  lossProgram(rules, shape, 'penalised', ({ net, params, x }) => {
    const posterior = net.encode(params, x);
    const scale = scaleOf(posterior, 'learned');
    const at = pointAt(net, params, x, 'sum', posterior.mean);
    const g = gradient(at.loss, posterior.mean);
    const penalty = tf.mul(constant(rules.radius(net.latent)), tf.mean(rules.measure(scale, g)));
    const w = whiten(scale, g);
    const eta = tf.div(tf.mul(constant(Math.sqrt(net.latent)), w), tf.expandDims(scaledNorm(w), 1));
    const aux = { whitened: eta, step: scaleUp(scale, eta) };
    return { loss: tf.add(tf.mean(at.loss(posterior.mean)), penalty), aux };
  });

/** Factors of all standard deviations, small beside the radii of the decoder. */
const factors = (c: AutoencoderCase): number[] =>
  radii(c, 5, 16).map(rho => rho / Math.sqrt(c.shape.net.latent));

/** The trained and the penalised gradient of one part with all standard deviations multiplied by s. */
export function learnedSides(
  c: AutoencoderCase,
  { samba, penalty }: { readonly samba: SambaRules; readonly penalty: PenaltyRules },
  part: Part,
  s: number,
): Sides {
  const inputs = scaledInputs(c, s);
  const a = collect(learnedSambaStep(samba, c.shape).run(inputs), 'grad', part);
  const b = collect(penalisedStep(penalty, c.shape).run(inputs), 'grad', part);
  const scale = norm(a) + norm(b) + roundOff(c, atCode(c));
  return { samba: a, rae: b, residual: a.map((x, k) => x - b[k]!), scale };
}

/** Their residuals on a ladder of factors. */
export const learnedLadder = (
  c: AutoencoderCase,
  rules: Parameters<typeof learnedSides>[1],
  part: Part,
): Rung[] => check.ladder(factors(c), s => learnedSides(c, rules, part, s));
