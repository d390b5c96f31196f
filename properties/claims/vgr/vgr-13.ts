/** @file VGR-13: the chain of inequalities (8)-(9) behind theorem 4 needs a comparison of energies that it does not state. */
import fc from 'fast-check';
import { bound } from '../../../src/claims/checks/bound.js';
import { equals } from '../../../src/claims/checks/equals.js';
import { violates } from '../../../src/claims/checks/violates.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { conditional } from '../../../src/claims/verdict.js';
import { linearTable } from '../../../src/core/net/table.js';
import {
  SPARSE_REPRESENTATION_RULES,
  type SparseRepresentationRules,
} from '../../../src/core/objectives/sparse/sparse-representation.js';
import { logUniform } from '../../arbitraries/numbers.js';
import { plainRecord } from '../../arbitraries/record.js';
import {
  type Charge,
  exponential,
  identity,
  log,
  logOf,
  powerOf,
  root,
  saturating,
  sparse,
  sparseControls,
} from '../../subjects/energy/sparse.js';

interface Subject {
  readonly sparse: SparseRepresentationRules;
  /** The largest energy of one latent that is charged no more than u1 and u2 on two, for h = sqrt. */
  readonly rootLimit: (u1: number, u2: number) => number;
  /** The same for h = log(u + delta). */
  readonly logLimit: (u1: number, u2: number, delta: number) => number;
}

const SUBJECT: Subject = {
  sparse: SPARSE_REPRESENTATION_RULES,
  rootLimit: (u1, u2) => (Math.sqrt(u1) + Math.sqrt(u2)) ** 2,
  logLimit: (u1, u2, delta) => ((u1 + delta) * (u2 + delta)) / delta - delta,
};

interface Case {
  readonly u1: number;
  readonly u2: number;
  readonly h: Charge;
}

const IDENTITY = linearTable(2, 2, 1);

/** The penalties of two latents with these energies, from core: two codes that are copied. */
function charged(rules: SparseRepresentationRules, h: Charge, u: number, v: number): number {
  const code = [Math.sqrt(u), Math.sqrt(v)];
  return (
    2 *
    sparse(rules, IDENTITY, { params: { code, logvar: [0, 0], weight: [1, 0, 0, 1] }, x: code }, identity, h)
      .loss
  );
}

const energy = logUniform({ min: 1e-3, max: 10 });
const CONCAVE = [
  root,
  saturating,
  exponential,
  logOf(0.01),
  logOf(1e-6),
  powerOf(0.25),
  powerOf(0.75),
  identity,
];
const cases = plainRecord({ u1: energy, u2: energy, h: fc.constantFrom(...CONCAVE) });
const show = ({ u1, u2, h }: Case): string => `${h.name} ${h.parameter}, u1 = ${u1}, u2 = ${u2}`;

const sizeOf = ({ h }: Case, ...us: number[]): number =>
  [0, ...us].reduce((sum, u) => sum + Math.abs(h.value(u)) + 1, 0);

const concave = bound<Case & { share: number }, Subject>({
  says: 'what concavity gives: one latent is charged no more than two as long as its energy is at most the sum of theirs',
  given: {
    arbitrary: fc.tuple(cases, logUniform({ min: 1 / 64, max: 1 })).map(([c, share]) => ({ ...c, share })),
    examples: [{ u1: 1, u2: 0.5, h: identity, share: 1 }],
    show,
  },
  runs: 60,
  measure: (c, { sparse: rules }) => {
    const one = c.share * (c.u1 + c.u2);
    return {
      lower: charged(rules, c.h, one, 0),
      upper: charged(rules, c.h, c.u1, c.u2),
      scale: sizeOf(c, one, c.u1, c.u2),
    };
  },
});

const threshold = equals<Case & { delta: number }, Subject>({
  says: 'the largest such energy is (sqrt u1 + sqrt u2)^2 for sqrt and (u1 + delta)(u2 + delta)/delta - delta for log(u + delta), which grows without bound as delta goes to 0',
  given: {
    arbitrary: fc.tuple(cases, logUniform({ min: 1e-6, max: 1 })).map(([c, delta]) => ({ ...c, delta })),
    show,
  },
  runs: 40,
  measure: ({ u1, u2, delta }, { sparse: rules, rootLimit, logLimit }) =>
    [
      { h: root, limit: rootLimit(u1, u2) },
      { h: logOf(delta), limit: logLimit(u1, u2, delta) },
    ].map(({ h, limit }) => ({
      what: h.name,
      actual: charged(rules, h, limit, 0),
      expected: charged(rules, h, u1, u2),
      scale: sizeOf({ u1, u2, h }, limit, u1, u2),
    })),
});

const beyond = violates<Case, Subject>({
  says: 'eq. (9) with h = sqrt fails where one latent needs 10 % more energy than that: h(z*) + h(0) > h(z1) + h(z2), however steep h is at 0',
  given: { arbitrary: cases, show },
  runs: 40,
  measure: ({ u1, u2 }, { sparse: rules, rootLimit }) => {
    const claimed = charged(rules, root, u1, u2);
    const actual = charged(rules, root, 1.1 * rootLimit(u1, u2), 0);
    return { claimed, actual, by: actual - claimed, scale: claimed + actual };
  },
});

const literal = equals<Case, Subject>({
  says: 'with h = log the left side is -infinity whatever the energies: it says nothing about them',
  given: { arbitrary: cases, show },
  runs: 12,
  measure: ({ u1, u2 }, { sparse: rules }) => [
    { what: 'small', actual: Number(charged(rules, log, u1, 0) === -Infinity), expected: 1 },
    { what: 'large', actual: Number(charged(rules, log, 1e6 * (u1 + u2), 0) === -Infinity), expected: 1 },
  ],
});

export default claim({
  id: 'VGR-13',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, eqs. (8)-(9)',
  tex: {
    printed:
      "h(z_1^*) + h(0) \\approx h(z_1') \\approx h(z_2') < h(z_1') + h(z_2') \\approx 2\\,[h(z_1') + h(0)]",
    corrected:
      'h(u^*) + h(0) \\le h(u_1) + h(u_2) \\iff u^* \\le h^{-1}\\bigl(h(u_1) + h(u_2) - h(0)\\bigr), \\quad \\text{ensured by } u^* \\le u_1 + u_2 \\text{ for concave } h',
  },
  says: 'The heuristic (9) takes the energy of the one latent to be comparable with that of each of the two; concavity and an infinite slope at 0 do not imply it, and for a square root it fails as soon as the one needs more than (sqrt u1 + sqrt u2)^2.',
  verdict: conditional(
    'the single latent needs no more energy than h^-1(h(u1) + h(u2) - h(0)), for instance no more than u1 + u2',
  ),
  objectives: ['sparse-representation'],
  subject: SUBJECT,
  checks: { concave, threshold, beyond, literal },
  mutants: {
    sumForRoot: mutant<Subject>('u1 + u2 for sqrt', s => ({ ...s, rootLimit: (u1, u2) => u1 + u2 })),
    sumForLog: mutant<Subject>('u1 + u2 for the logarithm', s => ({ ...s, logLimit: (u1, u2) => u1 + u2 })),
    product: mutant<Subject>('u1 u2 / delta for the logarithm', s => ({
      ...s,
      logLimit: (u1, u2, delta) => (u1 * u2) / delta,
    })),
    ...sparseControls<Subject>('rowsForColumns', 'normForSquare'),
  },
});
