/** @file VGR-20: without a constraint on the decoder eq. (7) has the trivial solution of vanishing codes. */
import { linearTable } from '../../../src/core/net/table.js';
import { SPARSE_REPRESENTATION_RULES } from '../../../src/core/objectives/sparse/sparse-representation.js';
import { check, claim, draw, exact, fc, mat, wrong } from '../../kit.js';
import * as charges from '../../subjects/energy/charges.js';
import { decoded, SPARSE_WRONG, sparse } from '../../subjects/energy/sparse.js';

const [DATA, LATENT, SAMPLES] = [4, 3, 5];
const NET = linearTable(DATA, LATENT, SAMPLES);

const SUBJECT = {
  sparse: SPARSE_REPRESENTATION_RULES,
  /** The penalty of latents of energies u, the codes divided by c. */
  penalty: (energies: mat.Vector, h: charges.Charge, c: number) =>
    mat.sum(energies.map(u => h.value(u / c ** 2))) / DATA,
};
type Subject = typeof SUBJECT;

const cases = draw.record({
  weight: draw.vector(DATA * LATENT, draw.normal()),
  code: draw.vector(SAMPLES * LATENT, draw.normal()).filter(z => mat.norm(z) > 0.5),
  x: draw.vector(SAMPLES * DATA, draw.normal()),
  h: fc.constantFrom(charges.identity, charges.saturating, charges.exponential, charges.logOf(0.01)),
});
type Case = draw.Of<typeof cases>;

const show = ({ h, ...c }: Case): string => `${h.name}, ${fc.stringify(c)}`;

const energiesOf = ({ code }: Case): number[] =>
  Array.from(
    { length: LATENT },
    (_, k) => mat.sum(code.map((z, i) => (i % LATENT === k ? z * z : 0))) / SAMPLES,
  );

/** mean |x - Wz|^2 over the entries. */
const errorOf = ({ weight, code, x }: Case): number =>
  mat.norm(mat.subtract(decoded(NET, { weight, code }), x)) ** 2 / (SAMPLES * DATA);

/** Core's loss with codes z / c and weights c W, g the identity. */
const at = ({ weight, code, x, h }: Case, { sparse: rules }: Subject, c: number): number => {
  const params = { weight: mat.scale(c, weight), code: mat.scale(1 / c, code), logvar: code.map(() => 0) };
  return sparse(rules, NET, { params, x }, charges.identity, h).loss;
};

const sizeOf = (c: Case): number =>
  1 + errorOf(c) + mat.norm(c.x) ** 2 + mat.norm(c.weight) ** 2 * mat.norm(c.code) ** 2;

const rescaled = check.equals<Case, Subject>({
  says: 'codes z/c with weights c W reconstruct alike and are charged h(u_k/c^2)',
  given: { arbitrary: cases, show },
  runs: 32,
  measure: (c, subject) =>
    [1, 2, 2 ** 10].map(factor => ({
      what: `c = ${factor}`,
      actual: at(c, subject, factor),
      expected: errorOf(c) + subject.penalty(energiesOf(c), c.h, factor),
      scale: sizeOf(c),
    })),
});

const trivial = check.order<Case, Subject>({
  says: "so that the loss tends to its error and kappa h(0)/d, the penalty of no codes at all, with sum u_k h'(0)/(d c^2) left",
  given: { arbitrary: cases, show },
  order: 2,
  runs: 8,
  measure: (c, subject) => {
    const steep = Math.sqrt(1 + Math.max(...energiesOf(c)) * c.h.slope(0));
    return {
      ladder: check.ladder(check.dyadic(1 / steep, 3, 13), step => ({
        residual: at(c, subject, 1 / step) - errorOf(c) - (LATENT * c.h.value(0)) / DATA,
        scale: sizeOf(c),
      })),
      constant: (mat.sum(energiesOf(c)) * c.h.slope(0)) / DATA,
    };
  },
});

const lower = check.violates<Case, Subject>({
  says: 'no solution is a minimum: doubling the weights and halving the codes lowers the loss of each',
  given: { arbitrary: cases, show },
  runs: 24,
  measure: (c, subject) => {
    const [claimed, actual] = [at(c, subject, 1), at(c, subject, 2)];
    return { claimed, actual, by: claimed - actual, scale: Math.abs(claimed) + Math.abs(c.h.value(0)) };
  },
});

export default claim({
  id: 'VGR-20',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, section 3.1, the constraint in eq. (7)',
  tex: {
    printed: '\\text{Any regularized AE must include such constraints to avoid trivial solutions}',
    corrected:
      '\\mathcal L(cW, z/c) = g(E) + \\tfrac1d\\sum_k h\\bigl(\\tfrac{u_k}{c^2}\\bigr) \\to g(E) + \\tfrac\\kappa d\\,h(0)',
  },
  says: "Without a constraint on the decoder eq. (7) has no minimum for an increasing h: with codes z/c and weights c W its penalty falls to that of no codes, at the rate sum u_k h'(0)/(d c^2), the reconstruction unchanged.",
  verdict: exact(),
  objectives: ['sparse-representation'],
  subject: SUBJECT,
  checks: { rescaled, trivial, lower },
  mutants: {
    ...wrong.formula(SUBJECT, 'penalty', {
      deviation: ['h(u/c)', (energies, h, c) => mat.sum(energies.map(u => h.value(u / c))) / DATA],
      invariant: ['a penalty that does not see the scale', (energies, h) => SUBJECT.penalty(energies, h, 1)],
    }),
    ...wrong.rules(SUBJECT, 'sparse', SPARSE_WRONG),
  },
});
