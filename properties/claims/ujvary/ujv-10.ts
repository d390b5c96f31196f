/** @file UJV-10 (Prop. 1): the SAM objective is the loss plus sqrt(p) |Sigma^(1/2) grad L|. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { bound } from '../../../src/claims/checks/bound.js';
import { equals } from '../../../src/claims/checks/equals.js';
import { order } from '../../../src/claims/checks/order.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { dyadic, ladder, type Vector as OrderVector } from '../../../src/claims/order/case.js';
import { asymptotic } from '../../../src/claims/verdict.js';
import { scaleUp, whiten } from '../../../src/core/gaussian.js';
import { squaredNorm } from '../../../src/core/objectives/objective.js';
import { SAMBA_RULES } from '../../../src/core/objectives/samba/samba.js';
import { scaledNorm } from '../../../src/core/perturbation.js';
import { detach } from '../../../src/engine/ops.js';
import { ridgeDerivative, ridgeGradient, ridgeValue } from '../../../src/theory/closed/ridge.js';
import { maximiseOnSmallBall } from '../../../src/theory/numerics/ball-ascent.js';
import { cholesky } from '../../../src/theory/numerics/cholesky.js';
import { symmetricEigen } from '../../../src/theory/numerics/eigen.js';
import {
  add,
  apply,
  form,
  identity,
  type Matrix,
  multiply,
  norm,
  scale,
  subtract,
  transpose,
  type Vector,
} from '../../../src/theory/numerics/matrix.js';
import { maximiseOnEllipsoid } from '../../../src/theory/numerics/trust-region.js';
import { type Quadratic, quadratics, type RidgeCase, ridges } from '../../arbitraries/functions.js';
import type { SpectralMatrix } from '../../arbitraries/matrix.js';
import { logUniform } from '../../arbitraries/numbers.js';
import { plainRecord } from '../../arbitraries/record.js';
import { PENALTY_RULES, type PenaltyRules } from '../../subjects/sam/covariance.js';
import { quadraticLoss, ridgeLoss } from '../../subjects/sam/losses.js';
import { DETACH_MUTANTS, DIRECTION_MUTANTS, inSamba, LENGTH_MUTANTS } from '../../subjects/sam/mutants.js';
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

const at = (c: Case<RidgeCase>, rules: SamRules, s: number): Sam =>
  samOn(rules, { loss: ridgeLoss(c.f.ridge), point: c.f.point, factor: times(s, cholesky(c.sigma.matrix)) });

const onLadder = (
  c: Case<RidgeCase>,
  rules: SamRules,
  from: number,
  rungs: readonly [number, number],
  residual: (sam: Sam, s: number) => OrderVector,
) => ladder(dyadic(from, ...rungs), s => ({ residual: residual(at(c, rules, s), s), scale: sizeOf(c) }));

const ridgeCases = withSigma(ridges);

const value = order<Case<RidgeCase>, SamRules>({
  says: "the loss after the step exceeds L + sqrt(p)|Sigma^(1/2) grad L| by p e'He / 2, e = Sigma g / |Sigma^(1/2) g|",
  given: { arbitrary: ridgeCases },
  order: 2,
  measure: (c, rules) => {
    const { p, e } = theory(c);
    return {
      ladder: onLadder(c, rules, widest(c), [2, 13], sam => sam.perturbed - sam.penalised),
      constant: (p / 2) * ridgeDerivative(c.f.ridge, c.f.point, [e, e]),
    };
  },
});

const gradient = order<Case<RidgeCase>, SamRules>({
  says: 'the gradient that SAM steps along exceeds that of the penalised loss by p T[e, e] / 2, T the third derivative',
  given: { arbitrary: ridgeCases },
  order: 2,
  measure: (c, rules) => {
    const { p, e } = theory(c);
    return {
      ladder: onLadder(c, rules, widest(c), [3, 14], sam =>
        subtract(sam.perturbedGradient, sam.penalisedGradient),
      ),
      constant: scale(p / 2, ridgeGradient(c.f.ridge, c.f.point, [e, e])),
    };
  },
});

/** The point of the ellipsoid where the loss is largest, relative to the mean. */
function truest({ f: { ridge, point } }: Case<RidgeCase>, factor: Matrix): number[] {
  const back = transpose(factor);
  const gradient = (u: Vector): number[] => apply(back, ridgeGradient(ridge, add(point, apply(factor, u))));
  const start = apply(back, ridgeGradient(ridge, point));
  const u = maximiseOnSmallBall(gradient, Math.sqrt(point.length), { start });
  return apply(factor, u);
}

const maximum = order<Case<RidgeCase>, SamRules>({
  says: 'the true maximum on the ellipsoid exceeds the loss after the step by p^(3/2) |P H g|^2 / (2 |g|^3), of third order only',
  given: { arbitrary: ridgeCases },
  order: 3,
  measure: (c, rules) => {
    const { p, factor, n, turn } = theory(c);
    return {
      ladder: onLadder(c, rules, nearest(c), [2, 11], (sam, s) => {
        const point = add(c.f.point, truest(c, times(s, factor)));
        return ridgeValue(c.f.ridge, point) - sam.perturbed;
      }),
      constant: (p ** 1.5 * norm(turn) ** 2) / (2 * n),
    };
  },
});

const maximiser = order<Case<RidgeCase>, SamRules>({
  says: 'the step is not where the loss is largest: the two differ by p Sigma^(1/2) P H g / |g|^2, of second order',
  given: { arbitrary: ridgeCases },
  order: 2,
  measure: (c, rules) => {
    const { p, factor, n, turn } = theory(c);
    return {
      ladder: ladder(dyadic(nearest(c), 3, 14), s => ({
        residual: subtract(truest(c, times(s, factor)), at(c, rules, s).step),
        scale: (s * sizeOf(c)) / n,
      })),
      constant: scale(p / n, apply(factor, turn)),
    };
  },
});

interface QuadraticCase extends Case<Quadratic> {
  readonly radius: number;
}

const quadraticCases = (dimensions: number[]): fc.Arbitrary<QuadraticCase> =>
  fc
    .tuple(withSigma(quadratics, dimensions), logUniform({ min: 1e-3, max: 50 }))
    .map(([c, radius]) => ({ ...c, radius }));

/** A quadratic with its covariance scaled so that the ellipsoid has the case's radius. */
function onQuadratic({ f, sigma, radius }: QuadraticCase, rules: SamRules) {
  const p = f.gradient.length;
  const factor = times(radius / Math.sqrt(p), cholesky(sigma.matrix));
  const sam = samOn(rules, { loss: quadraticLoss(f), point: f.gradient.map(() => 0), factor });
  const back = transpose(factor);
  const g = apply(back, f.gradient);
  const hessian = multiply(back, multiply(f.matrix, factor));
  const size = Math.abs(f.offset) + Math.sqrt(p) * norm(g) + p * norm(hessian.flat());
  return { p, sam, g, hessian, size };
}

const flat = (gradient: Vector): Quadratic => ({
  kind: 'indefinite',
  offset: 1,
  gradient,
  matrix: [
    [3, 1],
    [1, -2],
  ],
  spectrum: [],
  basis: [],
});

const unit: SpectralMatrix = { matrix: identity(2), spectrum: [1, 1], basis: identity(2) };

const exactly = equals<QuadraticCase, SamRules>({
  says: "for quadratics, at every radius: the value is off by p e'He / 2 exactly, the gradient not at all",
  given: { arbitrary: quadraticCases([1, 2, 3]), examples: [{ f: flat([0, 0]), sigma: unit, radius: 0.5 }] },
  measure: (c, rules) => {
    const { p, sam, g, hessian, size } = onQuadratic(c, rules);
    const n = norm(g);
    if (n === 0) return { actual: sam.perturbed, expected: sam.value, what: 'no gradient' };
    const slope = norm(c.f.gradient) + (size / n) * norm(c.f.gradient);
    return [
      {
        what: 'value',
        actual: sam.perturbed - sam.penalised,
        expected: (p / 2) * (form(g, hessian, g) / n ** 2),
        scale: size,
      },
      {
        what: 'gradient',
        actual: subtract(sam.perturbedGradient, sam.penalisedGradient),
        expected: c.f.gradient.map(() => 0),
        scale: slope,
      },
    ];
  },
});

const uniform = bound<QuadraticCase, SamRules>({
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
    const factor = times(c.radius / Math.sqrt(p), cholesky(c.sigma.matrix));
    const covariance = multiply(factor, transpose(factor));
    const { value: best } = maximiseOnEllipsoid(c.f.gradient, c.f.matrix, covariance, Math.sqrt(p));
    const largest = Math.max(...symmetricEigen(hessian).values.map(Math.abs));
    return [
      {
        what: 'distance',
        lower: Math.abs(c.f.offset + best - sam.penalised),
        upper: (p / 2) * largest,
        scale: size,
      },
      { what: 'one step', lower: sam.perturbed, upper: c.f.offset + best, scale: size },
    ];
  },
});

const ordinary = equals<{ f: RidgeCase; rho: number }, SamRules>({
  says: 'with Sigma = (rho^2/p) I the penalised loss is L + rho |grad L|, eq. (8)',
  given: {
    arbitrary: fc.oneof(
      ...[1, 3, 5].map(p => plainRecord({ f: ridges(p), rho: logUniform({ min: 1e-3, max: 8 }) })),
    ),
  },
  measure: ({ f, rho }, rules) => {
    const p = f.point.length;
    const factor = times(rho / Math.sqrt(p), identity(p));
    const sam = samOn(rules, { loss: ridgeLoss(f.ridge), point: f.point, factor });
    const size = sizeOf({ f, sigma: unit });
    return {
      actual: sam.penalised,
      expected: ridgeValue(f.ridge, f.point) + rho * norm(ridgeGradient(f.ridge, f.point)),
      scale: size * (1 + rho),
    };
  },
});

const penalised = (says: string, change: Partial<PenaltyRules>) => {
  const penalty = { ...PENALTY_RULES, ...change };
  return mutant<SamRules>(says, rules => ({ ...rules, penalty }));
};

const { unnormalised, rootDimensionMissing, dimensionForRoot, covarianceForRoot, covarianceMissing } =
  LENGTH_MUTANTS;

export default claim({
  id: 'UJV-10',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, Proposition 1, eqs. (8)-(10), (22)-(23)',
  tex: {
    printed:
      'L_{\\mathrm{SAM}}(\\mu,\\Sigma) \\approx L(\\mu) + \\sqrt p\\,\\bigl\\|\\Sigma^{1/2}\\nabla L(\\mu)\\bigr\\|, \\qquad L_{\\mathrm{SAM}} = L(\\mu + \\varepsilon^*)',
    corrected:
      'L(\\mu+\\varepsilon^*) = L + \\sqrt p\\,\\|\\Sigma^{1/2}\\nabla L\\| + \\tfrac p2\\, e^\\top \\nabla^2 L\\, e + O(\\Sigma^{3/2}), \\qquad \\max_{\\varepsilon} L(\\mu+\\varepsilon) - L(\\mu+\\varepsilon^*) = \\frac{p^{3/2}\\|PHg\\|^2}{2\\|g\\|^3} + O(\\Sigma^2)',
  },
  says: 'The SAM objective and its gradient are those of the loss plus sqrt(p) |Sigma^(1/2) grad L| up to second order in the radius, with known constants; the step and the true maximiser differ at second order but the loss there only at third, so the printed identity L_SAM = L(mu + eps*) holds as an approximation.',
  verdict: asymptotic(2, 'rho'),
  objectives: ['samba'],
  subject: { samba: SAMBA_RULES, penalty: PENALTY_RULES },
  checks: { value, gradient, maximum, maximiser, exactly, uniform, ordinary },
  mutants: {
    ...inSamba<SamRules>(DETACH_MUTANTS),
    ...inSamba<SamRules>({ unnormalised, rootDimensionMissing, dimensionForRoot }),
    ...inSamba<SamRules>({ covarianceForRoot, covarianceMissing }),
    ...inSamba<SamRules>(DIRECTION_MUTANTS),
    covarianceInPenalty: penalised('|Sigma g| for |Sigma^(1/2) g|', {
      measure: (s, g) => scaledNorm(scaleUp(s, whiten(s, g))),
    }),
    unwhitenedPenalty: penalised('|g| for |Sigma^(1/2) g|', { measure: (_, g) => scaledNorm(g) }),
    squaredPenalty: penalised('|Sigma^(1/2) g|^2', { measure: (s, g) => squaredNorm(whiten(s, g)) }),
    rootPenalty: penalised('the root of the norm', {
      measure: (s, g) => tf.sqrt(PENALTY_RULES.measure(s, g)),
    }),
    halfPenalty: penalised('a factor 1/2 in front of the norm', { radius: p => Math.sqrt(p) / 2 }),
    radiusSquared: penalised('p for sqrt(p)', { radius: p => p }),
    radiusDropped: penalised('no sqrt(p)', { radius: () => 1 }),
    radiusRoot: penalised('the root of the radius, as SAMBA eq. (5) read literally', {
      radius: p => p ** 0.25,
    }),
    constantPenalty: penalised('the penalty is not differentiated', {
      measure: (s, g) => detach(PENALTY_RULES.measure(s, g)),
    }),
  },
});
