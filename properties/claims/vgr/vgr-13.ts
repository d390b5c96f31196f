/** @file VGR-13: the inequalities (8)-(9) need a comparison of energies that is not stated. */
import { linearTable } from '../../../src/core/net/table.js';
import { SPARSE_REPRESENTATION_RULES } from '../../../src/core/objectives/sparse/sparse-representation.js';
import { check, claim, conditional, draw, fc, wrong } from '../../kit.js';
import * as charges from '../../subjects/energy/charges.js';
import { PENALTY_WRONG, sparse } from '../../subjects/energy/sparse.js';

const SUBJECT = {
  sparse: SPARSE_REPRESENTATION_RULES,
  /** The largest energy of one latent that is charged no more than u1 and u2 on two, for h = sqrt. */
  rootLimit: (u1: number, u2: number) => (Math.sqrt(u1) + Math.sqrt(u2)) ** 2,
  /** The same for h = log(u + delta). */
  logLimit: (u1: number, u2: number, delta: number) => ((u1 + delta) * (u2 + delta)) / delta - delta,
};
type Subject = typeof SUBJECT;

interface Case {
  readonly u1: number;
  readonly u2: number;
  readonly h: charges.Charge;
}

const IDENTITY = linearTable(2, 2, 1);

/** The penalties of two latents with these energies, from core: two codes that are copied. */
function charged(rules: Subject['sparse'], h: charges.Charge, u: number, v: number): number {
  const code = [Math.sqrt(u), Math.sqrt(v)];
  return (
    2 *
    sparse(
      rules,
      IDENTITY,
      { params: { code, logvar: [0, 0], weight: [1, 0, 0, 1] }, x: code },
      charges.identity,
      h,
    ).loss
  );
}

const energy = draw.logUniform({ min: 1e-3, max: 10 });
const CONCAVE = [
  charges.root,
  charges.saturating,
  charges.exponential,
  charges.logOf(0.01),
  charges.logOf(1e-6),
  charges.powerOf(0.25),
  charges.powerOf(0.75),
  charges.identity,
];
const cases = draw.record({ u1: energy, u2: energy, h: fc.constantFrom(...CONCAVE) });
const show = ({ u1, u2, h }: Case): string => `${h.name} ${h.parameter}, u1 = ${u1}, u2 = ${u2}`;

const sizeOf = ({ h }: Case, ...us: number[]): number =>
  [0, ...us].reduce((sum, u) => sum + Math.abs(h.value(u)) + 1, 0);

const concave = check.bound<Case & { share: number }, Subject>({
  says: 'what concavity gives: one latent is charged no more than two as long as its energy is at most the sum of theirs',
  given: {
    arbitrary: fc
      .tuple(cases, draw.logUniform({ min: 1 / 64, max: 1 }))
      .map(([c, share]) => ({ ...c, share })),
    examples: [{ u1: 1, u2: 0.5, h: charges.identity, share: 1 }],
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

const threshold = check.equals<Case & { delta: number }, Subject>({
  says: 'the largest such energy is (sqrt u1 + sqrt u2)^2 for sqrt and (u1 + delta)(u2 + delta)/delta - delta for log(u + delta), which grows without bound as delta goes to 0',
  given: {
    arbitrary: fc.tuple(cases, draw.logUniform({ min: 1e-6, max: 1 })).map(([c, delta]) => ({ ...c, delta })),
    show,
  },
  runs: 40,
  measure: ({ u1, u2, delta }, { sparse: rules, rootLimit, logLimit }) =>
    [
      { h: charges.root, limit: rootLimit(u1, u2) },
      { h: charges.logOf(delta), limit: logLimit(u1, u2, delta) },
    ].map(({ h, limit }) => ({
      what: h.name,
      actual: charged(rules, h, limit, 0),
      expected: charged(rules, h, u1, u2),
      scale: sizeOf({ u1, u2, h }, limit, u1, u2),
    })),
});

const beyond = check.violates<Case, Subject>({
  says: 'eq. (9) with h = sqrt fails where one latent needs 10 % more energy than that: h(z*) + h(0) > h(z1) + h(z2), however steep h is at 0',
  given: { arbitrary: cases, show },
  runs: 40,
  measure: ({ u1, u2 }, { sparse: rules, rootLimit }) => {
    const claimed = charged(rules, charges.root, u1, u2);
    const actual = charged(rules, charges.root, 1.1 * rootLimit(u1, u2), 0);
    return { claimed, actual, by: actual - claimed, scale: claimed + actual };
  },
});

const literal = check.equals<Case, Subject>({
  says: 'with h = log the left side is -infinity whatever the energies: it says nothing about them',
  given: { arbitrary: cases, show },
  runs: 12,
  measure: ({ u1, u2 }, { sparse: rules }) =>
    check.agree({
      small: [Number(charged(rules, charges.log, u1, 0) === -Infinity), 1],
      large: [Number(charged(rules, charges.log, 1e6 * (u1 + u2), 0) === -Infinity), 1],
    }),
});

export default claim({
  id: 'VGR-13',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, eqs. (8)-(9)',
  tex: {
    printed:
      "h(z_1^*) + h(0) \\approx h(z_1^*) \\approx h(z_1') \\approx h(z_2') < h(z_1') + h(z_2') \\approx 2\\,[h(z_1') + h(0)]",
    asRead: true,
    corrected:
      'h(u^*) + h(0) \\le h(u_1) + h(u_2) \\iff u^* \\le h^{-1}\\bigl(h(u_1) + h(u_2) - h(0)\\bigr), \\quad \\text{ensured by } u^* \\le u_1 + u_2 \\text{ for concave } h',
  },
  says: 'The heuristic (9) takes the energy of the one latent to be comparable with that of each of the two; concavity and an infinite slope at 0 do not imply it, and for a square root it fails as soon as the one needs more than (sqrt u1 + sqrt u2)^2.',
  verdict: conditional(
    'the single latent needs no more energy than h^-1(h(u1) + h(u2) - h(0)), for instance no more than u1 + u2',
  ),
  findings: [
    {
      class: 'sharpened',
      title:
        'Inequality (9) needs a comparison of energies, which concavity and an infinite slope at 0 do not imply',
      quote:
        'any infinitesimal movement away from zero incurs an arbitrarily-large cost, while increases originating from points away from zero incur only a modest additional cost',
      place: 'section 3.3, above eq. (9)',
      says: 'The one latent may have an energy of at most h^-1(h(u1) + h(u2) - h(0)): for a square root (sqrt u1 + sqrt u2)^2, for log(u + delta) (u1 + delta)(u2 + delta)/delta - delta, which is how modest the additional cost must be.',
    },
  ],
  objectives: ['sparse-representation'],
  subject: SUBJECT,
  checks: { concave, threshold, beyond, literal },
  mutants: {
    ...wrong.formula(SUBJECT, 'rootLimit', { sumForRoot: ['u1 + u2 for sqrt', (u1, u2) => u1 + u2] }),
    ...wrong.formula(SUBJECT, 'logLimit', {
      sumForLog: ['u1 + u2 for the logarithm', (u1, u2) => u1 + u2],
      product: ['u1 u2 / delta for the logarithm', (u1, u2, delta) => (u1 * u2) / delta],
    }),
    ...wrong.rules(SUBJECT, 'sparse', PENALTY_WRONG, ['rowsForColumns', 'normForSquare']),
  },
});
