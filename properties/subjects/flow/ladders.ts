/** @file The residuals of Propositions 1, 3 and 4, which Table 2 puts side by side, with their constants. */
import {
  type Ridge,
  ridgeContraction,
  ridgeDerivative,
  ridgeMean,
} from '../../../src/theory/closed/ridge.js';
import { ridgeSquaredGradient } from '../../../src/theory/closed/ridge-square.js';
import { check, draw, fc, mat, type OrderCase } from '../../kit.js';
import { ridgeLoss } from '../sam/losses.js';
import { type Case, sizeOf, theory, times, widest, withSigma } from '../sam/ridge-cases.js';
import { type Sam, type SamRules, samOn } from '../sam/sam.js';
import { type MfviRules, penalisedOn } from './mfvi.js';
import { type Parts, partsOf, type SgdRules, smoothedLoss } from './sgd.js';

type RidgeCase = Case<draw.RidgeCase>;

/** One step of SAM at s^2 Sigma. */
export const samAt = (c: RidgeCase, rules: SamRules, s: number): Sam => {
  const factor = times(s, mat.cholesky(c.sigma.matrix));
  return samOn(rules, { loss: ridgeLoss(c.f.ridge), point: c.f.point, factor });
};

/** The loss after the step less L + sqrt(p) |Sigma^(1/2) grad L|: p e'He / 2. */
export function linearised(c: RidgeCase, rules: SamRules): OrderCase {
  const { p, e } = theory(c);
  return {
    ladder: check.ladder(check.dyadic(widest(c), 2, 13), s => {
      const { perturbed, penalised } = samAt(c, rules, s);
      return { residual: perturbed - penalised, scale: sizeOf(c) };
    }),
    constant: (p / 2) * ridgeDerivative(c.f.ridge, c.f.point, [e, e]),
  };
}

/** E L less L + tr(Sigma H) / 2, and an eighth of L_ijkl Sigma_ij Sigma_kl unless another is claimed. */
export function expanded(
  c: RidgeCase,
  rules: MfviRules,
  constant: (contraction: number) => number = contraction => contraction / 8,
): OrderCase {
  const { ridge, point } = c.f;
  const factor = mat.cholesky(c.sigma.matrix);
  return {
    ladder: check.ladder(check.dyadic(Math.sqrt(point.length) * widest(c), 0, 9), s => ({
      residual:
        ridgeMean(ridge, point, times(s * s, c.sigma.matrix)) -
        penalisedOn(rules, { loss: ridgeLoss(ridge), point, factor: times(s, factor) }),
      scale: sizeOf(c),
    })),
    constant: constant(ridgeContraction(ridge, point, c.sigma.matrix, 2)),
  };
}

export interface RateCase extends RidgeCase {
  readonly delta: number;
}

export const rateCases = (dimensions: number[]): fc.Arbitrary<RateCase> =>
  fc
    .tuple(withSigma(draw.ridges, dimensions), draw.logUniform({ min: 1 / 16, max: 1 }))
    .map(([c, delta]) => ({ ...c, delta }));

/** E[L + delta/4 |grad L|^2] less the parts that are kept, on a ladder in the root s of the covariance. */
export const lessParts = (
  c: RateCase,
  rules: SgdRules,
  rungs: readonly [number, number],
  kept: (parts: Parts) => number,
): OrderCase['ladder'] =>
  check.ladder(check.dyadic(widest(c), ...rungs), s => {
    const { ridge, point } = c.f;
    const sigma = times(s * s, c.sigma.matrix);
    const parts = partsOf(rules, ridge, point, times(s, mat.cholesky(c.sigma.matrix)));
    // the terms of the squared gradient too
    const scale = sizeOf(c) + c.delta * sizeOf(c) ** 2;
    return { residual: smoothedLoss(ridge, point, sigma, c.delta) - kept(parts), scale };
  });

/** The same with all parts up to first order in Sigma kept; `sum` adds them up. */
export function allParts(c: RateCase, rules: SgdRules, sum: (parts: Parts) => number): OrderCase {
  const fourth = (ridge: Ridge): number => ridgeContraction(ridge, c.f.point, c.sigma.matrix, 2) / 8;
  return {
    ladder: lessParts(c, rules, [1, 9], sum),
    constant: fourth(c.f.ridge) + (c.delta / 4) * fourth(ridgeSquaredGradient(c.f.ridge)),
  };
}
