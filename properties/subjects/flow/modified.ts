/** @file The modified losses of SAM's step (Prop. 2), as fields to flow along. */
import { SAMBA_RULES, type SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { mat } from '../../kit.js';
import { PENALTY_RULES } from '../sam/covariance.js';
import type { Loss } from '../sam/losses.js';
import { samOn } from '../sam/sam.js';
import type { Field } from './flow.js';
import { localOf, type Smooth, samField } from './smooth.js';

export interface ModifiedRules {
  /** The step that trains. */
  readonly samba: SambaRules;
  /** The coefficient of delta |grad|^2. */
  readonly quarter: number;
  /** e, of which kappa H e is the gradient of the penalty of first order. */
  readonly direction: (g: mat.Vector, sigma: mat.Matrix) => readonly number[];
  /** The gradient of the extra term's half: of |grad L|^2 / 2 in print, H g. */
  readonly extra: (hessian: mat.Matrix, g: mat.Vector, sigma: mat.Matrix) => readonly number[];
  /**
   * The derivative of grad E along grad E, E = L + kappa |Sigma^(1/2) grad L|: half the gradient of |grad
   * E|^2.
   */
  readonly cross: (whole: readonly number[], printed: readonly number[]) => readonly number[];
  /** The coefficient of delta (Dv) v in the modified field of any method. */
  readonly half: number;
}

export const MODIFIED_RULES: ModifiedRules = {
  samba: SAMBA_RULES,
  quarter: 1 / 4,
  direction: (g, sigma) => mat.scale(1 / Math.sqrt(mat.form(g, sigma, g)), mat.apply(sigma, g)),
  extra: (hessian, g) => mat.apply(hessian, g),
  cross: whole => whole,
  half: 1 / 2,
};

/** A loss with a covariance Sigma and the radius kappa of its ellipsoid in whitened coordinates. */
export interface Setting {
  readonly loss: Smooth;
  readonly sigma: mat.Matrix;
  readonly kappa: number;
}

/** grad (L + kappa |Sigma^(1/2) grad L|) */
function penalised(rules: ModifiedRules, { loss, sigma, kappa }: Setting, x: mat.Vector): number[] {
  const g = loss.gradient(x);
  return mat.add(g, mat.scale(kappa, mat.apply(loss.hessian(x), rules.direction(g, sigma))));
}

/**
 * The gradient of L + kappa |Sigma^(1/2) grad L| + delta/4 |grad L|^2: eq. (12) with the norm of eq. (10).
 */
export const printedField =
  (rules: ModifiedRules, setting: Setting, delta: number): Field =>
  x => {
    const { loss, sigma } = setting;
    const extra = rules.extra(loss.hessian(x), loss.gradient(x), sigma);
    return mat.add(penalised(rules, setting, x), mat.scale(2 * rules.quarter * delta, extra));
  };

/** The gradient of E + delta/4 |grad E|^2, E = L + kappa |Sigma^(1/2) grad L|, for a quadratic L. */
export const fullField =
  (rules: ModifiedRules, setting: Setting, delta: number): Field =>
  x => {
    const { loss, sigma, kappa } = setting;
    const { g, hessian, turn } = localOf(loss, sigma, x);
    const first = penalised(rules, setting, x);
    const bent = mat.apply(hessian, first);
    // the Hessian of E is H + kappa H De; De is Sigma H less a rank-one part, over n
    const whole = mat.add(bent, mat.scale(kappa, mat.apply(hessian, turn(first))));
    const gradient = rules.cross(whole, rules.extra(hessian, g, sigma));
    return mat.add(first, mat.scale(2 * rules.quarter * delta, gradient));
  };

/** v + delta/2 (Dv) v for SAM's own field v. */
export const vectorField =
  (rules: ModifiedRules, { loss, sigma, kappa }: Setting, delta: number): Field =>
  x => {
    const { v, derivative } = samField(loss, sigma, kappa, x);
    return mat.add(v, mat.scale(rules.half * delta, derivative(v)));
  };

/** The gradient that core's SAM steps along, for Sigma = factor factor' times kappa^2 / p. */
export function trained(rules: ModifiedRules, loss: Loss, x: mat.Vector, factor: mat.Matrix, kappa: number) {
  const s = kappa / Math.sqrt(x.length);
  const sam = samOn(
    { samba: rules.samba, penalty: PENALTY_RULES },
    { loss, point: x, factor: factor.map(row => mat.scale(s, row)) },
  );
  return { v: sam.perturbedGradient, size: mat.norm(sam.perturbedGradient) };
}
