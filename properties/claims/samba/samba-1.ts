/** @file The evidence lower bound: eq. (1). */

import type { AutoencoderCase, Shape } from '../../arbitraries/autoencoders.js';
import { everyShape } from '../../arbitraries/given.js';
import { check, claim, exact, quad, wrong } from '../../kit.js';
import { atCode } from '../../subjects/network/jets.js';
import {
  ELBO,
  type ElboRules,
  evidence,
  LINEAR_GAUSSIAN,
  negativeElbo,
  withTruePosterior,
} from '../../subjects/vae/elbo.js';
import { inVae, VAE_WRONG } from '../../subjects/vae/elbo-mutants.js';

const VARIANCES = [1 / 4, 1, 4];

const elbo = (c: AutoencoderCase, subject: ElboRules, s2: number): number =>
  -negativeElbo(c, subject, s2, quad.sigmaPoints(c.shape.net.latent));

/** One latent and a decoder that bends: the evidence is an integral over a line. */
const CURVED: readonly Shape[] = (['tanh', 'sin'] as const).map(activation => ({
  net: {
    encoder: [3, 2],
    latent: 1,
    decoder: [1, 4, 3],
    activation,
    output: 'identity',
    posterior: 'diagonal',
  },
  batch: 1,
}));

/** Equally spaced points: for analytic functions under a Gaussian weight the rule converges geometrically. */
function trapezoid(reach: number, count: number): quad.WeightedPoint[] {
  const step = (2 * reach) / (count - 1);
  return Array.from({ length: count }, (_, k) => {
    const x = k * step - reach;
    return { point: [x], weight: (step * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI) };
  });
}

/** log of the integral of p(z) p(x | z). */
function logEvidence(c: AutoencoderCase, s2: number): number {
  const code = atCode(c).mean[0]!;
  const sum = trapezoid(9, 361).reduce((total, { point, weight }) => {
    const [error] = atCode(c, Float64Array.of(point[0]! - code)).errors;
    return total + weight * Math.exp(-error! / (2 * s2));
  }, 0);
  return Math.log(sum) - (c.x.length / 2) * Math.log(2 * Math.PI * s2);
}

export default claim<ElboRules, string, string>({
  id: 'SAMBA-1',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (1)',
  tex: {
    printed:
      '\\mathrm{ELBO} = \\mathbb E_{q(z|x)}\\log p_\\theta(x|z) - \\mathrm{KL}\\left(q(z|x)\\,\\|\\,p_0(z)\\right) \\le \\log p_\\theta(x)',
    corrected:
      '\\log p_\\theta(x) = \\mathrm{ELBO} + \\mathrm{KL}\\left(q(z|x)\\,\\|\\,p_\\theta(z|x)\\right)',
  },
  says: 'The objective that the VAE trains is a lower bound of the log evidence, and what it lacks is exactly the divergence of q from the true posterior, checked against the closed form of linear decoders.',
  verdict: exact(),
  objectives: ['vae'],
  subject: ELBO,
  checks: {
    identity: check.equals({
      says: 'for linear decoders log p(x) is the bound plus KL(q || p(z|x)), for any posterior and observation variance',
      given: everyShape(LINEAR_GAUSSIAN),
      runs: 32,
      measure: (c, subject) =>
        VARIANCES.map(s2 => {
          const { logEvidence: expected, gap, size } = evidence(c, s2);
          return { actual: elbo(c, subject, s2) + gap, expected, scale: size, what: `variance ${s2}` };
        }),
    }),
    tight: check.equals({
      says: 'at the true posterior the bound is the log evidence',
      given: everyShape(LINEAR_GAUSSIAN.filter(({ net }) => net.posterior === 'cholesky')),
      runs: 16,
      measure: (given, subject) =>
        VARIANCES.map(s2 => {
          const c = withTruePosterior(given, s2);
          const { logEvidence: expected, size } = evidence(c, s2);
          return { actual: elbo(c, subject, s2), expected, scale: size, what: `variance ${s2}` };
        }),
    }),
    bound: check.bound({
      says: 'for decoders that bend it is a lower bound of the integral over the code',
      given: everyShape(CURVED),
      runs: 16,
      measure: (c, subject) =>
        VARIANCES.map(s2 => ({
          lower: -negativeElbo(c, subject, s2, trapezoid(8, 161)),
          upper: logEvidence(c, s2),
          what: `variance ${s2}`,
        })),
    }),
  },
  mutants: {
    ...inVae<ElboRules>(VAE_WRONG),
    ...wrong.formula(ELBO, 'beta', {
      varianceForgotten: ['beta = s^2 beside |x - f|^2, which has no 1/2', s2 => s2],
    }),
    ...wrong.formula(ELBO, 'constant', {
      constantDropped: ['the normalisation of p(x|z) is dropped', () => 0],
      constantOfOne: ['the normalisation of one datum for all D', s2 => ELBO.constant(s2, 1)],
    }),
  },
});
