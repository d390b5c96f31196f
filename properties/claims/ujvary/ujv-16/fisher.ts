/** @file The row of Fisher SAM in Table 1 (UJV-16): F or its inverse. */

import { ULPS } from '../../../../src/claims/checks/rounding.js';
import { SAMBA_RULES } from '../../../../src/core/objectives/samba/samba.js';
import { check, draw, mat } from '../../../kit.js';
import { stepsOf } from '../../../subjects/sam/perturbations.js';
import { times } from '../../../subjects/sam/ridge-cases.js';
import type { Subject } from './controls.js';

interface FisherCase {
  readonly gradient: readonly number[];
  readonly information: draw.SpectralMatrix;
  readonly change: draw.SpectralMatrix;
  readonly rho: number;
}

/** The step with (rho^2/p) times the covariance that the table gives for F. */
const fisherStep = (
  covariance: (f: mat.Matrix) => mat.Matrix,
  g: mat.Vector,
  information: mat.Matrix,
  rho: number,
): mat.Vector => stepsOf(SAMBA_RULES, [g], [times(rho ** 2 / g.length, covariance(information))]).steps[0]!;

export const fisherInvariant = check.equals<FisherCase, Subject>({
  says: 'with F^-1 the step has the length rho in the Fisher metric, and linear changes of the weights do not change it',
  given: draw.oneof([2, 3], p =>
    draw.record({
      gradient: draw.vector(p, draw.normal()).filter(g => mat.norm(g) > 2 ** -4),
      information: draw.spd(p, 1 / 4, 4),
      change: draw.spd(p, 1 / 2, 2),
      rho: draw.logUniform({ min: 1e-3, max: 2 }),
    }),
  ),
  runs: 40,
  measure: ({ gradient, information: { matrix: f }, change: { matrix: a }, rho }, s) => {
    const own = fisherStep(s.table.fisher, gradient, f, rho);
    const bent = mat.multiply(mat.transpose(a), mat.multiply(f, a));
    // exactly symmetric again
    const symmetric = bent.map((row, i) => row.map((x, j) => (x + bent[j]![i]!) / 2));
    const other = fisherStep(s.table.fisher, mat.apply(a, gradient), symmetric, rho);
    return check.agree({
      length: [mat.form(own, f, own), rho ** 2, ULPS.expression * rho ** 2],
      step: [mat.apply(a, other), own, ULPS.factorisation * mat.norm(own)],
    });
  },
});

const PINNED: FisherCase = {
  gradient: [1, 1],
  information: {
    matrix: [
      [4, 0],
      [0, 1],
    ],
    spectrum: [4, 1],
    basis: [
      [1, 0],
      [0, 1],
    ],
  },
  change: {
    matrix: [
      [2, 0],
      [0, 1],
    ],
    spectrum: [2, 1],
    basis: [
      [1, 0],
      [0, 1],
    ],
  },
  rho: 1,
};

export const fisherPrinted = check.violates<FisherCase, Subject>({
  says: 'with F itself, as the table is legible, the step depends on the units of the weights and leaves the Fisher ball',
  given: check.only([PINNED]),
  measure: ({ gradient, information: { matrix: f }, change: { matrix: a }, rho }) => {
    const printed = (information: mat.Matrix): mat.Matrix => information;
    const own = fisherStep(printed, gradient, f, rho);
    const other = fisherStep(printed, mat.apply(a, gradient), mat.multiply(a, mat.multiply(f, a)), rho);
    const length = mat.form(own, f, own);
    const apart = mat.norm(mat.subtract(mat.apply(a, other), own));
    return [
      { what: 'length', claimed: rho ** 2, actual: length, by: Math.abs(length - rho ** 2), scale: length },
      { what: 'step', claimed: 0, actual: apart, by: apart, scale: mat.norm(own) },
    ];
  },
});
