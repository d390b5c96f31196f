/** @file UJV-10 (Prop. 1): the SAM objective is the loss plus sqrt(p) |Sigma^(1/2) grad L|. */
import * as tf from '@tensorflow/tfjs';
import type { Vector as OrderVector } from '../../../src/claims/order/case.js';
import { scaleUp, whiten } from '../../../src/core/gaussian.js';
import { squaredNorm } from '../../../src/core/objectives/objective.js';
import { SAMBA_RULES } from '../../../src/core/objectives/samba/samba.js';
import { scaledNorm } from '../../../src/core/perturbation.js';
import { detach } from '../../../src/engine/ops.js';
import { ridgeGradient, ridgeValue } from '../../../src/theory/closed/ridge.js';
import { maximiseOnEllipsoid } from '../../../src/theory/numerics/trust-region.js';
import { asymptotic, check, claim, draw, fc, mat, wrong } from '../../kit.js';
import { linearised, samAt } from '../../subjects/flow/ladders.js';
import { PENALTY_RULES } from '../../subjects/sam/covariance.js';
import { quadraticLoss, ridgeLoss } from '../../subjects/sam/losses.js';
import { trueStep } from '../../subjects/sam/maximiser.js';
import { DETACH_MUTANTS, DIRECTION_MUTANTS, inSamba, LENGTH_MUTANTS } from '../../subjects/sam/mutants.js';
import { diagonalCovariance } from '../../subjects/sam/perturbations.js';
import {
  type Case,
  nearest,
  sizeOf,
  theory,
  times,
  widest,
  withSigma,
} from '../../subjects/sam/ridge-cases.js';
import { type Sam, type SamRules, samOn } from '../../subjects/sam/sam.js';
import { pick } from '../../subjects/sam/step-mutants.js';
import { saddle, TURNED_SADDLE } from '../../subjects/sam/weight-cases.js';

const onLadder = (
  c: Case<draw.RidgeCase>,
  rules: SamRules,
  from: number,
  rungs: readonly [number, number],
  residual: (sam: Sam, s: number) => OrderVector,
) =>
  check.ladder(check.dyadic(from, ...rungs), s => ({
    residual: residual(samAt(c, rules, s), s),
    scale: sizeOf(c),
  }));

const ridgeCases = withSigma(draw.ridges);

const value = check.order<Case<draw.RidgeCase>, SamRules>({
  says: "the loss after the step exceeds L + sqrt(p)|Sigma^(1/2) grad L| by p e'He / 2, e = Sigma g / |Sigma^(1/2) g|",
  given: ridgeCases,
  order: 2,
  measure: linearised,
});

const gradient = check.order<Case<draw.RidgeCase>, SamRules>({
  says: 'the gradient that SAM steps along exceeds that of the penalised loss by p T[e, e] / 2, T the third derivative',
  given: ridgeCases,
  order: 2,
  measure: (c, rules) => {
    const { p, e } = theory(c);
    return {
      ladder: onLadder(c, rules, widest(c), [3, 14], sam =>
        mat.subtract(sam.perturbedGradient, sam.penalisedGradient),
      ),
      constant: mat.scale(p / 2, ridgeGradient(c.f.ridge, c.f.point, [e, e])),
    };
  },
});

const maximum = check.order<Case<draw.RidgeCase>, SamRules>({
  says: 'the true maximum on the ellipsoid exceeds the loss after the step by p^(3/2) |P H g|^2 / (2 |g|^3), of third order only',
  given: ridgeCases,
  order: 3,
  measure: (c, rules) => {
    const { p, factor, n, turn } = theory(c);
    return {
      ladder: onLadder(c, rules, nearest(c), [2, 11], (sam, s) => {
        const point = mat.add(c.f.point, trueStep(c.f, times(s, factor)));
        return ridgeValue(c.f.ridge, point) - sam.perturbed;
      }),
      constant: (p ** 1.5 * mat.norm(turn) ** 2) / (2 * n),
    };
  },
});

const maximiser = check.order<Case<draw.RidgeCase>, SamRules>({
  says: 'the step is not where the loss is largest: the two differ by p Sigma^(1/2) P H g / |g|^2, of second order',
  given: ridgeCases,
  order: 2,
  measure: (c, rules) => {
    const { p, factor, n, turn } = theory(c);
    return {
      ladder: check.ladder(check.dyadic(nearest(c), 3, 14), s => ({
        residual: mat.subtract(trueStep(c.f, times(s, factor)), samAt(c, rules, s).step),
        scale: (s * sizeOf(c)) / n,
      })),
      constant: mat.scale(p / n, mat.apply(factor, turn)),
    };
  },
});

const quadraticCases = (dimensions: number[]) =>
  fc
    .tuple(withSigma(draw.quadratics, dimensions), draw.logUniform({ min: 1e-3, max: 50 }))
    .map(([c, radius]) => ({ ...c, radius }));
type QuadraticCase = draw.Of<ReturnType<typeof quadraticCases>>;

/** A quadratic with its covariance scaled so that the ellipsoid has the case's radius. */
function onQuadratic({ f, sigma, radius }: QuadraticCase, rules: SamRules) {
  const p = f.gradient.length;
  const factor = times(radius / Math.sqrt(p), mat.cholesky(sigma.matrix));
  const sam = samOn(rules, { loss: quadraticLoss(f), point: f.gradient.map(() => 0), factor });
  const back = mat.transpose(factor);
  const g = mat.apply(back, f.gradient);
  const hessian = mat.multiply(back, mat.multiply(f.matrix, factor));
  const size = Math.abs(f.offset) + Math.sqrt(p) * mat.norm(g) + p * mat.norm(hessian.flat());
  return { p, sam, g, hessian, size };
}

const flat = (gradient: mat.Vector) => saddle(gradient, TURNED_SADDLE);

const unit = diagonalCovariance([1, 1]);

const exactly = check.equals<QuadraticCase, SamRules>({
  says: "for quadratics, at every radius: the value is off by p e'He / 2 exactly, the gradient not at all",
  given: { arbitrary: quadraticCases([1, 2, 3]), examples: [{ f: flat([0, 0]), sigma: unit, radius: 0.5 }] },
  measure: (c, rules) => {
    const { p, sam, g, hessian, size } = onQuadratic(c, rules);
    const n = mat.norm(g);
    if (n === 0) return { actual: sam.perturbed, expected: sam.value, what: 'no gradient' };
    const slope = mat.norm(c.f.gradient) + (size / n) * mat.norm(c.f.gradient);
    return check.agree({
      value: [sam.perturbed - sam.penalised, (p / 2) * (mat.form(g, hessian, g) / n ** 2), size],
      gradient: [
        mat.subtract(sam.perturbedGradient, sam.penalisedGradient),
        c.f.gradient.map(() => 0),
        slope,
      ],
    });
  },
});

const uniform = check.bound<QuadraticCase, SamRules>({
  says: 'whatever the gradient, zero included, the true maximum is within p |Sigma^(1/2) H Sigma^(1/2)| / 2 of the penalised loss',
  given: {
    arbitrary: quadraticCases([1, 2, 3]),
    examples: [
      { f: flat([0, 0]), sigma: unit, radius: 0.5 },
      { f: flat([1e-12, 0]), sigma: unit, radius: 0.5 },
    ],
  },
  measure: (c, rules) => {
    const { p, sam, hessian, size } = onQuadratic(c, rules);
    const factor = times(c.radius / Math.sqrt(p), mat.cholesky(c.sigma.matrix));
    const covariance = mat.multiply(factor, mat.transpose(factor));
    const { value: best } = maximiseOnEllipsoid(c.f.gradient, c.f.matrix, covariance, Math.sqrt(p));
    const largest = Math.max(...mat.symmetricEigen(hessian).values.map(Math.abs));
    return check.below(
      {
        distance: [Math.abs(c.f.offset + best - sam.penalised), (p / 2) * largest],
        'one step': [sam.perturbed, c.f.offset + best],
      },
      size,
    );
  },
});

const ordinary = check.equals<{ f: draw.RidgeCase; rho: number }, SamRules>({
  says: 'with Sigma = (rho^2/p) I the penalised loss is L + rho |grad L|, eq. (8)',
  given: draw.oneof([1, 3, 5], p =>
    draw.record({ f: draw.ridges(p), rho: draw.logUniform({ min: 1e-3, max: 8 }) }),
  ),
  measure: ({ f, rho }, rules) => {
    const p = f.point.length;
    const factor = times(rho / Math.sqrt(p), mat.identity(p));
    const sam = samOn(rules, { loss: ridgeLoss(f.ridge), point: f.point, factor });
    return {
      actual: sam.penalised,
      expected: ridgeValue(f.ridge, f.point) + rho * mat.norm(ridgeGradient(f.ridge, f.point)),
      scale: sizeOf({ f, sigma: unit }) * (1 + rho),
    };
  },
});

const SUBJECT: SamRules = { samba: SAMBA_RULES, penalty: PENALTY_RULES };
const { measure } = PENALTY_RULES;

export default claim({
  id: 'UJV-10',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, Proposition 1, eqs. (8)-(10), (22)-(23)',
  tex: {
    printed:
      'L_{\\mathrm{SAM}}(\\mu,\\Sigma) \\approx L(\\mu) + \\sqrt p\\,\\|\\nabla L(\\mu)\\|_\\Sigma = L(\\mu) + \\sqrt p\\,\\sqrt{\\nabla L^\\top\\Sigma\\,\\nabla L}, \\qquad L_{\\mathrm{SAM}} = L(\\mu + \\varepsilon^*)',
    corrected:
      'L(\\mu+\\varepsilon^*) = L + \\sqrt p\\,\\|\\Sigma^{1/2}\\nabla L\\| + \\tfrac p2\\, e^\\top \\nabla^2 L\\, e + O(\\Sigma^{3/2}), \\qquad \\max_{\\varepsilon} L(\\mu+\\varepsilon) - L(\\mu+\\varepsilon^*) = \\frac{p^{3/2}\\|PHg\\|^2}{2\\|g\\|^3} + O(\\Sigma^2)',
  },
  says: 'The SAM objective and its gradient are those of the loss plus sqrt(p) |Sigma^(1/2) grad L| up to second order in the radius, with known constants; the step and the true maximiser differ at second order but the loss there only at third, so the printed identity L_SAM = L(mu + eps*) holds as an approximation.',
  verdict: asymptotic(2, 'rho'),
  objectives: ['samba'],
  subject: SUBJECT,
  checks: { value, gradient, maximum, maximiser, exactly, uniform, ordinary },
  mutants: {
    ...inSamba<SamRules>(DETACH_MUTANTS),
    ...inSamba<SamRules>(pick(LENGTH_MUTANTS, 'unnormalised', 'rootDimensionMissing', 'dimensionForRoot')),
    ...inSamba<SamRules>(pick(LENGTH_MUTANTS, 'covarianceForRoot', 'covarianceMissing')),
    ...inSamba<SamRules>(DIRECTION_MUTANTS),
    ...wrong.rules(SUBJECT, 'penalty', {
      covarianceInPenalty: [
        '|Sigma g| for |Sigma^(1/2) g|',
        { measure: (s, g) => scaledNorm(scaleUp(s, whiten(s, g))) },
      ],
      unwhitenedPenalty: ['|g| for |Sigma^(1/2) g|', { measure: (_, g) => scaledNorm(g) }],
      squaredPenalty: ['|Sigma^(1/2) g|^2', { measure: (s, g) => squaredNorm(whiten(s, g)) }],
      rootPenalty: ['the root of the norm', { measure: (s, g) => tf.sqrt(measure(s, g)) }],
      halfPenalty: ['a factor 1/2 in front of the norm', { radius: p => Math.sqrt(p) / 2 }],
      radiusSquared: ['p for sqrt(p)', { radius: p => p }],
      radiusDropped: ['no sqrt(p)', { radius: () => 1 }],
      radiusRoot: ['the root of the radius, as SAMBA eq. (5) read literally', { radius: p => p ** 0.25 }],
      constantPenalty: ['the penalty is not differentiated', { measure: (s, g) => detach(measure(s, g)) }],
    }),
  },
});
