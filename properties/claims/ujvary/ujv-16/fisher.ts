/** @file The row of Fisher SAM in Table 1 (UJV-16): F or its inverse. */

import { equals } from '../../../../src/claims/checks/equals.js';
import { only } from '../../../../src/claims/checks/given.js';
import { violates } from '../../../../src/claims/checks/violates.js';
import { SAMBA_RULES } from '../../../../src/core/objectives/samba/samba.js';
import {
  apply,
  form,
  type Matrix,
  multiply,
  norm,
  subtract,
  transpose,
  type Vector,
} from '../../../../src/theory/numerics/matrix.js';
import { type SpectralMatrix, spd } from '../../../arbitraries/matrix.js';
import { logUniform, normal } from '../../../arbitraries/numbers.js';
import { oneof } from '../../../arbitraries/one-of.js';
import { plainRecord } from '../../../arbitraries/record.js';
import { vector } from '../../../arbitraries/vector.js';
import { stepsOf } from '../../../subjects/sam/perturbations.js';
import { times } from '../../../subjects/sam/ridge-cases.js';
import type { Subject } from './controls.js';

interface FisherCase {
  readonly gradient: readonly number[];
  readonly information: SpectralMatrix;
  readonly change: SpectralMatrix;
  readonly rho: number;
}

/** The step with (rho^2/p) times the covariance that the table gives for F. */
const fisherStep = (covariance: (f: Matrix) => Matrix, g: Vector, information: Matrix, rho: number): Vector =>
  stepsOf(SAMBA_RULES, [g], [times(rho ** 2 / g.length, covariance(information))]).steps[0]!;

export const fisherInvariant = equals<FisherCase, Subject>({
  says: 'with F^-1 the step has the length rho in the Fisher metric, and linear changes of the weights do not change it',
  given: {
    arbitrary: oneof([2, 3], p =>
      plainRecord({
        gradient: vector(p, normal()).filter(g => norm(g) > 2 ** -4),
        information: spd(p, 1 / 4, 4),
        change: spd(p, 1 / 2, 2),
        rho: logUniform({ min: 1e-3, max: 2 }),
      }),
    ),
  },
  runs: 40,
  measure: ({ gradient, information: { matrix: f }, change: { matrix: a }, rho }, s) => {
    const own = fisherStep(s.table.fisher, gradient, f, rho);
    const bent = multiply(transpose(a), multiply(f, a));
    // exactly symmetric again
    const symmetric = bent.map((row, i) => row.map((x, j) => (x + bent[j]![i]!) / 2));
    const other = fisherStep(s.table.fisher, apply(a, gradient), symmetric, rho);
    return [
      { what: 'length', actual: form(own, f, own), expected: rho ** 2, scale: 64 * rho ** 2 },
      { what: 'step', actual: apply(a, other), expected: own, scale: 256 * norm(own) },
    ];
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

export const fisherPrinted = violates<FisherCase, Subject>({
  says: 'with F itself, as the table is legible, the step depends on the units of the weights and leaves the Fisher ball',
  given: only([PINNED]),
  measure: ({ gradient, information: { matrix: f }, change: { matrix: a }, rho }) => {
    const printed = (information: Matrix): Matrix => information;
    const own = fisherStep(printed, gradient, f, rho);
    const other = fisherStep(printed, apply(a, gradient), multiply(a, multiply(f, a)), rho);
    const length = form(own, f, own);
    const apart = norm(subtract(apply(a, other), own));
    return [
      { what: 'length', claimed: rho ** 2, actual: length, by: Math.abs(length - rho ** 2), scale: length },
      { what: 'step', claimed: 0, actual: apart, by: apart, scale: norm(own) },
    ];
  },
});
