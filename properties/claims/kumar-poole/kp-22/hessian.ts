/** @file The first Taylor term for observations that are not unit Gaussians. */

import { graeLogDet } from '../../../../src/theory/closed/grae.js';
import { check, draw, fc, mat } from '../../../kit.js';
import { jacobians } from '../../../subjects/vae/local-cases.js';
import type { Subject } from './controls.js';
import { frobenius, gramNorm } from './losses.js';

const SIZES = [
  [3, 2],
  [2, 3],
  [4, 4],
  [2, 1],
] as const satisfies readonly (readonly [number, number])[];

const hessianCases = fc.oneof(
  ...SIZES.map(([data, d]) =>
    draw.record({
      jacobian: jacobians(data, d),
      /** -H_p, the negative Hessian of log p(x | g) in the outputs g. */
      precision: draw.spd(data, 1 / 16, 4).map(({ matrix }) => matrix),
      beta: draw.logUniform({ min: 1e-2, max: 1e3 }),
    }),
  ),
);
type HessianCase = draw.Of<typeof hessianCases>;

/** L' J with LL' = -H_p: what stands in the place of J for other observations than unit Gaussians. */
const whitened = ({ jacobian, precision }: HessianCase): number[][] =>
  mat.multiply(mat.transpose(mat.cholesky(precision)), jacobian);

export const general = check.equals<HessianCase, Subject>({
  says: 'for other observations the first term is 1/2 |(-H_p)^(1/2) J|_F^2 = -tr(J^T H_p J) / 2, whatever root is taken',
  given: hessianCases,
  runs: 40,
  measure: (c, rules) => ({
    actual: rules.firstTerm(c.jacobian, c.precision),
    expected: frobenius(whitened(c)) / 2,
    scale: frobenius(c.jacobian) * mat.norm(c.precision.flat()),
  }),
});

export const generalBounds = check.bound<HessianCase, Subject>({
  says: 'it is above beta/2 log det(I - J^T H_p J / beta), by at most |J^T H_p J|_F^2 / (4 beta)',
  given: hessianCases,
  runs: 40,
  measure: (c, rules) => {
    const w = whitened(c);
    const d = c.jacobian[0]!.length;
    const excess = rules.firstTerm(c.jacobian, c.precision) - (c.beta / 2) * graeLogDet(w, c.beta, d);
    const scale = frobenius(w) + c.beta * d;
    return check.below({ lower: [0, excess], upper: [excess, gramNorm(w, d) / (4 * c.beta)] }, scale);
  },
});

/** The symmetric root. */
function root(a: mat.Matrix): number[][] {
  const { values: eigenvalues, vectors } = mat.symmetricEigen(a);
  const entry = (i: number, j: number): number =>
    mat.sum(eigenvalues.map((x, k) => Math.sqrt(x) * vectors[k]![i]! * vectors[k]![j]!));
  return a.map((_, i) => a.map((__, j) => entry(i, j)));
}

const square = (a: number, b: number, c: number, d: number): number[][] => [
  [a, b],
  [c, d],
];

export const printed = check.violates<HessianCase, Subject>({
  says: 'as printed, |J [-H_p^(1/2)]|_F^2, the shapes fit only where there are as many data as latents, and there it is another number, with a half in front or without: 4 or 8 for 2.5 at J = [[1, 0], [1, 0]], -H_p = diag(4, 1)',
  given: check.only<HessianCase>([
    { jacobian: square(1, 0, 1, 0), precision: square(4, 0, 0, 1), beta: 1000 },
    { jacobian: square(1, 2, 0, 1), precision: square(2, 0.5, 0.5, 1), beta: 1000 },
  ]),
  measure: ({ jacobian, precision }, rules) => {
    const actual = rules.firstTerm(jacobian, precision);
    const literal = frobenius(mat.multiply(jacobian, root(precision)));
    return [
      { what: 'as printed', claimed: literal, actual, by: Math.abs(literal - actual), scale: literal },
      { what: 'halved', claimed: literal / 2, actual, by: Math.abs(literal / 2 - actual), scale: literal },
    ];
  },
});
