/** @file Where SAMBA evaluates the decoder: eq. (10), and what the released code does with a learned covariance. */

import { SAMBA_RULES } from '../../../src/core/objectives/samba/samba.js';
import { VAE_SAM_LEARNED_RULES } from '../../../src/core/objectives/vae-sam/vae-sam-samba-learned.js';
import { type AutoencoderCase, SHAPES } from '../../arbitraries/autoencoders.js';
import { everyShape } from '../../arbitraries/given.js';
import { check, claim, exact, mat, wrong } from '../../kit.js';
import { atCode, rowsOf } from '../../subjects/network/jets.js';
import { inputsOf } from '../../subjects/network/network.js';
import { covariancesOf, learnedSteps } from '../../subjects/network/posterior.js';
import { DIRECTION_MUTANTS, inSamba, LENGTH_MUTANTS } from '../../subjects/sam/mutants.js';
import { directions, roundOff } from '../../subjects/sam/pair.js';
import { learnedSambaStep, sambaStep } from '../../subjects/sam/steps.js';

const DIAGONAL = SHAPES.learned.filter(({ net }) => net.posterior === 'diagonal');

const gradients = (c: AutoencoderCase): number[][] =>
  rowsOf(atCode(c).gradient, c.shape.batch).map(row => [...row]);

/** mean_i |x_i - f(mu_i + step_i)|^2, from the network alone. */
function errorAt(c: AutoencoderCase, steps: Float64Array): number {
  const { errors } = atCode(c, steps);
  return errors.reduce((sum, x) => sum + x, 0) / errors.length;
}

/** e'Sigma^-1 e of every step. */
const levels = (c: AutoencoderCase, steps: readonly number[][]) =>
  covariancesOf(c).map((sigma, i) => {
    const pulled = mat.solve(sigma, steps[i]!);
    return {
      actual: mat.dot(steps[i]!, pulled),
      expected: c.shape.net.latent,
      scale: mat.norm(steps[i]!) * mat.norm(pulled),
    };
  });

/** The largest gain of the linearised loss on every sample's ellipsoid, that of the steps, and their round-off. */
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
  objectives: ['samba', 'vae-sam-samba-learned'],
  subject: SUBJECT,
  checks: {
    fixed: check.equals({
      says: 'for Sigma = alpha^2 I the loss is the error at mu + alpha sqrt(d) g/|g|',
      given: everyShape(SHAPES.smooth),
      runs: 48,
      measure: (c, { samba }) => {
        const step = directions(c).map(x => c.alpha * Math.sqrt(c.shape.net.latent) * x);
        const outputs = sambaStep(samba, c.shape).run({
          ...inputsOf(c),
          alpha2: Float64Array.of(c.alpha ** 2),
        });
        const size = 1 + mat.norm(Object.values(c.params).flat());
        return {
          actual: outputs['term.reconstruction']!,
          expected: [errorAt(c, step)],
          scale: outputs['term.reconstruction']![0]! + size ** 2 * (1 + mat.norm([...step])),
        };
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
        const step = Float64Array.from(rows.flat());
        const outputs = learnedSambaStep(samba, c.shape).run(inputsOf(c));
        const size = 1 + mat.norm(Object.values(c.params).flat());
        return {
          actual: outputs['term.reconstruction']!,
          expected: [errorAt(c, step)],
          scale: outputs['term.reconstruction']![0]! + size ** 2 * (1 + mat.norm([...step])) ** 2,
        };
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
        const [claimed, actual] = [
          each.reduce((sum, g) => sum + g.most, 0),
          each.reduce((sum, g) => sum + g.gain, 0),
        ];
        return { claimed, actual, by: claimed - actual, scale: claimed };
      },
    }),
  },
  mutants: {
    ...inSamba<Subject>(DIRECTION_MUTANTS),
    ...inSamba<Subject>({
      unnormalised: LENGTH_MUTANTS.unnormalised,
      rootDimensionMissing: LENGTH_MUTANTS.rootDimensionMissing,
      dimensionForRoot: LENGTH_MUTANTS.dimensionForRoot,
      covarianceForRoot: LENGTH_MUTANTS.covarianceForRoot,
      covarianceMissing: LENGTH_MUTANTS.covarianceMissing,
      batchNorm: LENGTH_MUTANTS.batchNorm,
      released: {
        says: "the released code's batch mean for the paper's own covariance",
        rules: VAE_SAM_LEARNED_RULES,
      },
    }),
    ...wrong.formula(SUBJECT, 'released', {
      releasedRepaired: ["the released code with the sample's own covariance", SUBJECT.samba],
    }),
  },
});
