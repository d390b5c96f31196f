/** @file Where SAMBA evaluates the decoder: eq. (10); the released code with a learned covariance. */

import { SAMBA_RULES } from '../../../src/core/objectives/samba/samba.js';
import { VAE_SAM_LEARNED_RULES } from '../../../src/core/objectives/vae-sam/vae-sam-samba-learned.js';
import type { Arrays } from '../../../src/engine/program.js';
import { type AutoencoderCase, SHAPES } from '../../arbitraries/autoencoders.js';
import { everyShape } from '../../arbitraries/given.js';
import { check, claim, exact, mat, wrong } from '../../kit.js';
import { atCode, rowsOf } from '../../subjects/network/jets.js';
import { inputsOf } from '../../subjects/network/network.js';
import { covariancesOf, learnedSteps } from '../../subjects/network/posterior.js';
import { wrongSamba } from '../../subjects/sam/mutants.js';
import { directions, roundOff } from '../../subjects/sam/pair.js';
import { learnedSambaStep, sambaStep } from '../../subjects/sam/steps.js';

const DIAGONAL = SHAPES.learned.filter(({ net }) => net.posterior === 'diagonal');

const gradients = (c: AutoencoderCase): number[][] =>
  rowsOf(atCode(c).gradient, c.shape.batch).map(row => [...row]);

/** mean_i |x_i - f(mu_i + step_i)|^2, from the network alone. */
function errorAt(c: AutoencoderCase, steps: mat.Vector): number {
  const { errors } = atCode(c, Float64Array.from(steps));
  return mat.sum([...errors]) / errors.length;
}

/** The reconstruction of core's step against the error after given steps; round-off grows with a power. */
function decoded(c: AutoencoderCase, outputs: Arrays, steps: mat.Vector, power: 1 | 2) {
  const actual = outputs['term.reconstruction']![0]!;
  const size = 1 + mat.norm(Object.values(c.params).flat());
  const scale = actual + size ** 2 * (1 + mat.norm(steps)) ** power;
  return { actual, expected: errorAt(c, steps), scale };
}

/** e'Sigma^-1 e of every step. */
const levels = (c: AutoencoderCase, steps: readonly number[][]) =>
  covariancesOf(c).map((sigma, i) => {
    const [step, pulled] = [steps[i]!, mat.solve(sigma, steps[i]!)];
    const scale = mat.norm(step) * mat.norm(pulled);
    return { actual: mat.dot(step, pulled), expected: c.shape.net.latent, scale };
  });

/** The largest gain of the linearised loss on every ellipsoid, that of the steps, and their round-off. */
const gains = (c: AutoencoderCase, steps: readonly number[][]) => {
  const g = gradients(c);
  const rounding = c.shape.batch * roundOff(c, atCode(c));
  return covariancesOf(c).map((sigma, i) => ({
    most: Math.sqrt(c.shape.net.latent * mat.form(g[i]!, sigma, g[i]!)),
    gain: mat.dot(g[i]!, steps[i]!),
    scale: mat.norm(steps[i]!) * (mat.norm(g[i]!) + rounding),
  }));
};

const SUBJECT = {
  samba: SAMBA_RULES,
  /** The released code: the direction is whitened by the batch mean of the standard deviations. */
  released: VAE_SAM_LEARNED_RULES,
};
type Subject = typeof SUBJECT;

export default claim<Subject, string, string>({
  id: 'SAMBA-15',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (10)',
  tex: {
    printed: 'z = \\mu + \\sqrt\\Sigma\\cdot\\eta(\\theta_0, \\Sigma, \\sqrt d)',
    corrected:
      'z = \\mu + \\sqrt d\\,\\frac{\\Sigma\\,\\nabla_z L(\\mu)}{\\|\\Sigma^{1/2}\\nabla_z L(\\mu)\\|},\\qquad (z-\\mu)^\\top\\Sigma^{-1}(z-\\mu) = d',
  },
  says: "SAMBA decodes mu + sqrt(d) Sigma g/|Sigma^(1/2) g| with g the gradient with respect to the code, not to the decoder's parameters; the released code whitens by the batch mean of the standard deviations, which stays on the ellipsoid but gains less.",
  verdict: exact(),
  findings: [
    {
      class: 'misprint',
      title: 'The direction of eq. (10) is the gradient with respect to the code',
      quote: 'Instead of general parameters $\\Psi_0$, we use the decoder parameters $\\theta_0$.',
      place: 'section 3.1, after eq. (10)',
      says: 'By eq. (8) it would be the gradient with respect to the parameters of the decoder, which is no vector of the latent space. Section 3.2 has it right: the gradient with respect to z, taken at θ₀.',
    },
  ],
  objectives: ['samba', 'vae-sam-samba-learned'],
  subject: SUBJECT,
  checks: {
    fixed: check.equals({
      says: 'for Sigma = alpha^2 I the loss is the error at mu + alpha sqrt(d) g/|g|',
      given: everyShape(SHAPES.smooth),
      runs: 48,
      measure: (c, { samba }) => {
        const steps = [...directions(c)].map(x => c.alpha * Math.sqrt(c.shape.net.latent) * x);
        const alpha2 = Float64Array.of(c.alpha ** 2);
        return decoded(c, sambaStep(samba, c.shape).run({ ...inputsOf(c), alpha2 }), steps, 1);
      },
    }),
    learned: check.equals({
      says: 'for a diagonal or full Sigma it is the error at mu + sqrt(d) Sigma g/|Sigma^(1/2) g|',
      given: everyShape(SHAPES.learned),
      runs: 48,
      measure: (c, { samba }) => {
        const g = gradients(c);
        const rows = covariancesOf(c).map((sigma, i) =>
          mat.scale(Math.sqrt(c.shape.net.latent / mat.form(g[i]!, sigma, g[i]!)), mat.apply(sigma, g[i]!)),
        );
        return decoded(c, learnedSambaStep(samba, c.shape).run(inputsOf(c)), rows.flat(), 2);
      },
    }),
    level: check.equals({
      says: 'the code lies on the ellipsoid of level d',
      given: everyShape(SHAPES.learned),
      runs: 48,
      measure: (c, { samba }) => levels(c, learnedSteps(c, samba)),
    }),
    maximiser: check.equals({
      says: 'its linearised gain is the largest on the ellipsoid, sqrt(d) |Sigma^(1/2) g|',
      given: everyShape(SHAPES.learned),
      runs: 48,
      measure: (c, { samba }) =>
        gains(c, learnedSteps(c, samba)).map(({ most, gain, scale }) => ({
          actual: gain,
          expected: most,
          scale,
        })),
    }),
    releasedLevel: check.equals({
      says: "the released code's step is on the ellipsoid too",
      given: everyShape(DIAGONAL),
      runs: 48,
      measure: (c, { released }) => levels(c, learnedSteps(c, released)),
    }),
    releasedGain: check.bound({
      says: "the released code's step gains no more than the maximiser",
      given: everyShape(DIAGONAL),
      runs: 48,
      measure: (c, { released }) =>
        gains(c, learnedSteps(c, released)).map(({ most, gain, scale }) => ({
          lower: gain,
          upper: most,
          scale,
        })),
    }),
    releasedLess: check.violates({
      says: 'and is not the maximiser unless the standard deviations are proportional across the batch',
      given: everyShape(DIAGONAL),
      runs: 48,
      measure: (c, { released }) => {
        const each = gains(c, learnedSteps(c, released));
        const [claimed, actual] = [mat.sum(each.map(g => g.most)), mat.sum(each.map(g => g.gain))];
        return { claimed, actual, by: claimed - actual, scale: claimed };
      },
    }),
  },
  mutants: {
    ...wrongSamba<Subject>('signFlip', 'signStep', 'noSecondStep', 'unnormalised', 'rootDimensionMissing'),
    ...wrongSamba<Subject>('dimensionForRoot', 'covarianceForRoot', 'covarianceMissing', 'batchNorm'),
    ...wrong.formula(SUBJECT, 'samba', {
      released: ["the released code's batch mean for the paper's own covariance", VAE_SAM_LEARNED_RULES],
    }),
    ...wrong.formula(SUBJECT, 'released', {
      releasedRepaired: ["the released code with the sample's own covariance", SUBJECT.samba],
    }),
  },
});
