/** @file UJV-9 (section 4.2): the sharpness of SAM is not negative, that of MFVI may be. */
import * as tf from '@tensorflow/tfjs';
import { makeSam, SAM_RULES } from '../../../src/core/objectives/sam/sam.js';
import type { MeanFieldRules } from '../../../src/core/variational/mean-field.js';
import { constant } from '../../../src/engine/ops.js';
import { ridgeGradient, ridgeHessian, ridgeValue } from '../../../src/theory/closed/ridge.js';
import { maximiseOnEllipsoid } from '../../../src/theory/numerics/trust-region.js';
import { check, claim, draw, exact, mat, mutant, quad } from '../../kit.js';
import { sizeOf, widest } from '../../subjects/sam/ridge-cases.js';
import { inRules, pick, wrongSteps } from '../../subjects/sam/step-mutants.js';
import {
  atQuadratic,
  atRidge,
  convexRidges,
  type DiagonalCase,
  diagonalCase,
  withVariances,
} from '../../subjects/sam/weight-cases.js';
import { meanFieldOn, WITHOUT_KL } from '../../subjects/sam/weight-posteriors.js';
import { averaged } from '../../subjects/sam/weighted-noise.js';
import { type AtWeights, moveOn } from '../../subjects/sam/weights.js';

const SUBJECT = {
  sam: SAM_RULES,
  /** The KL has no part in sharpness. */
  meanField: WITHOUT_KL,
  /** What a perturbed loss is compared with, and how. */
  sharpness: (perturbed: number, at: number) => perturbed - at,
};
type Subject = typeof SUBJECT;

/** E L(mu + Sigma^(1/2) eta) - L(mu) by the samples that train. */
function meanSharpness(
  { meanField, sharpness }: Subject,
  at: AtWeights,
  variances: mat.Vector,
  points: ReturnType<typeof quad.gaussianPoints>,
  value: number,
): number {
  const prior = { prior: 1, examples: 1 };
  const [mean] = averaged(points, noise => [meanFieldOn(meanField, at, variances, noise, prior).loss]);
  return sharpness(mean!, value);
}

const size = ({ f, variances }: DiagonalCase<draw.Quadratic>): number => {
  const p = variances.length;
  const reach = Math.sqrt(p * Math.max(...variances));
  return Math.abs(f.offset) + reach * mat.norm(f.gradient) + reach ** 2 * mat.norm(f.matrix.flat());
};

const nonnegative = check.bound<DiagonalCase<draw.Quadratic>, Subject>({
  says: 'the maximum on the ellipsoid is at least the loss at its centre, concave losses included',
  given: withVariances(draw.quadratics, [1, 2, 3, 5]),
  runs: 40,
  measure: (c, { sharpness }) => {
    const { f, sigma, variances } = c;
    const best = maximiseOnEllipsoid(f.gradient, f.matrix, sigma.matrix, Math.sqrt(variances.length));
    return { lower: 0, upper: sharpness(f.offset + best.value, f.offset), scale: size(c) };
  },
});

const halfTrace = check.equals<DiagonalCase<draw.Quadratic>, Subject>({
  says: 'the MFVI sharpness of a quadratic is tr(Sigma H)/2, of either sign',
  given: withVariances(draw.quadratics, [1, 2, 3, 5]),
  runs: 40,
  measure: (c, s) => {
    const { f, sigma, variances } = c;
    return {
      actual: meanSharpness(s, atQuadratic(f), variances, quad.sigmaPoints(variances.length), f.offset),
      expected: mat.traceOfProduct(sigma.matrix, f.matrix) / 2,
      scale: size(c),
    };
  },
});

const leading = check.order<DiagonalCase<draw.RidgeCase>, Subject>({
  says: 'of any smooth loss it is tr(Sigma H)/2 to leading order: of second order in the radius',
  given: withVariances(draw.ridges, [2]),
  order: 2,
  measure: (c, s) => {
    const { ridge, point } = c.f;
    const value = ridgeValue(ridge, point);
    return {
      ladder: check.ladder(check.dyadic(widest(c), 1, 11), t => ({
        residual: meanSharpness(
          s,
          atRidge(c.f),
          mat.scale(t * t, c.variances),
          quad.gaussianPoints(2, 6),
          value,
        ),
        scale: sizeOf(c),
      })),
      constant: mat.traceOfProduct(ridgeHessian(ridge, point), mat.diagonal(c.variances)) / 2,
    };
  },
});

const negative = check.violates<DiagonalCase<draw.Quadratic>, Subject>({
  says: 'at a maximum the MFVI sharpness is negative: it is no upper bound of the loss at the mean',
  given: withVariances(p => draw.quadraticOf(p, 'interior'), [1, 2, 3]),
  runs: 20,
  measure: (c, s) => {
    const { f, variances } = c;
    const actual = meanSharpness(s, atQuadratic(f), variances, quad.sigmaPoints(variances.length), f.offset);
    return { claimed: 0, actual, by: -actual, scale: size(c) };
  },
});

/** L(w) = sin w */
const SINE: draw.RidgeCase = { ridge: { kind: 'sin', terms: [{ c: 1, a: [1], b: 0 }] }, point: [0] };

const oneStep = check.violates<{ readonly f: draw.RidgeCase; readonly rho: number }, Subject>({
  says: 'and the one-step sharpness that SAM trains with can be negative too: sin w at 0 with radius 5 ends at sin 5 = -0.96',
  given: check.only([{ f: SINE, rho: 5 }]),
  measure: ({ f, rho }, { sam, sharpness }) => {
    const { loss } = moveOn(sam, () => makeSam(sam), atRidge(f), { rho });
    const actual = sharpness(loss, ridgeValue(f.ridge, f.point));
    return { claimed: 0, actual, by: -actual, scale: 1 };
  },
});

const convexCases = draw.oneof([1, 2, 3], p =>
  draw.record({ f: convexRidges(p), rho: draw.logUniform({ min: 1e-3, max: 2 }) }),
);

/** exp(w) / 8 at 0: a gradient shorter than one. */
const SHALLOW: draw.Of<typeof convexCases> = {
  f: { ridge: { kind: 'exp', terms: [{ c: 1 / 8, a: [1], b: 0 }] }, point: [0] },
  rho: 0.5,
};

const convex = check.bound<draw.Of<typeof convexCases>, Subject>({
  says: 'for convex losses it is not: L after the step is at least L + rho |grad L|',
  given: { arbitrary: convexCases, examples: [SHALLOW] },
  runs: 30,
  measure: ({ f, rho }, { sam, sharpness }) => {
    const { loss } = moveOn(sam, () => makeSam(sam), atRidge(f), { rho });
    const at = ridgeValue(f.ridge, f.point);
    const slope = mat.norm(ridgeGradient(f.ridge, f.point));
    return {
      lower: rho * slope,
      upper: sharpness(loss, at),
      scale: loss + sizeOf(diagonalCase(f, [1])) * (1 + rho),
    };
  },
});

const wrong = (says: string, change: Partial<Subject>) => mutant<Subject>(says, s => ({ ...s, ...change }));
const sampled = (says: string, change: Partial<MeanFieldRules>) =>
  wrong(says, { meanField: { ...WITHOUT_KL, ...change } });

export default claim({
  id: 'UJV-9',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, section 4.2',
  tex: {
    asRead: true,
    printed:
      '\\max_{\\varepsilon^\\top\\Sigma^{-1}\\varepsilon\\le p} L(\\mu+\\varepsilon) - L(\\mu) \\ge 0, \\qquad \\mathbb E L(\\mu+\\varepsilon) - L(\\mu) \\text{ may be negative}',
    corrected:
      '\\mathbb E L(\\mu+\\varepsilon) - L(\\mu) = \\tfrac12\\operatorname{tr}(\\Sigma\\nabla^2 L) + O(\\Sigma^2); \\quad L(\\mu+\\varepsilon^*) - L(\\mu) \\text{ may be negative as well}',
  },
  says: 'The sharpness of the maximum is never negative and that of MFVI has the sign of tr(Sigma H), negative at maxima; the sharpness of the single step that SAM really takes can be negative too, but not for convex losses, where it is at least rho |grad L|.',
  verdict: exact(),
  objectives: ['sam', 'mean-field'],
  subject: SUBJECT,
  checks: { halfTrace, negative, oneStep, nonnegative, convex, leading },
  mutants: {
    absolute: wrong('the absolute value of the difference', { sharpness: (a, b) => Math.abs(a - b) }),
    clamped: wrong('the difference clamped at zero', { sharpness: (a, b) => Math.max(a - b, 0) }),
    reversed: wrong('the difference the other way round', { sharpness: (a, b) => b - a }),
    covarianceForRoot: sampled('Sigma times the noise instead of its square root', { std: sigma2 => sigma2 }),
    noNoise: sampled('no noise', { sample: mean => mean }),
    halfNoise: sampled('half of the noise', {
      sample: (mean, std, noise) => tf.add(mean, tf.mul(constant(0.5), tf.mul(std, noise))),
    }),
    ...inRules(
      pick(wrongSteps(SAM_RULES), 'downhill', 'unnormalised', 'noSecondStep'),
      (s: Subject, sam) => ({ ...s, sam }),
    ),
  },
});
