/**
 * @file KP-38: gradient descent and the rotation of the latents, with parameters that have axes and others.
 */
import { modQuarter } from '../../../../src/theory/numerics/procrustes.js';
import { check, claim, conditional, draw, fc, mat, wrong } from '../../../kit.js';
import {
  angleOf,
  inverse,
  loss,
  type Problem,
  residual,
  rotation,
  T,
  times,
  triangle,
  type Weights,
} from './model.js';

const SUBJECT = {
  /** Its gradient. */
  gradient: (w: Weights, { s, beta }: Problem): Weights => {
    const { a, c, d } = w;
    const off = times(residual(w), s);
    return {
      a: mat.combine(-1, times(off, T(c)), 1, times(a, d, T(d))),
      c: mat.combine(-1, times(T(a), off), beta, times(c, s)),
      d: mat.combine(1, times(T(a), a, d), beta, mat.combine(1, d, -1, T(inverse(d)))),
    };
  },
  /** The same model in latents turned by R. */
  turned: (r: mat.Matrix, { a, c, d }: Weights): Weights => ({
    a: times(a, r),
    c: times(T(r), c),
    d: times(T(r), d),
  }),
  /** What is learned of D. */
  learned: (d: mat.Matrix): mat.Matrix => d,
};
type Subject = typeof SUBJECT;

const cases = draw.record({
  s: draw.spd(2, 1 / 2, 4).map(({ matrix }) => matrix),
  beta: draw.logUniform({ min: 1 / 16, max: 1 / 2 }),
  a: fc.tuple(draw.vector(2, draw.normal()), draw.vector(2, draw.normal())),
  c: fc.tuple(draw.vector(2, draw.normal()), draw.vector(2, draw.normal())),
  d: draw.spd(2, 1 / 2, 1).map(({ matrix }) => mat.cholesky(matrix)),
  degrees: draw.dyadic({ min: 10, max: 80, bits: 2 }),
});
type Case = draw.Of<typeof cases>;

const RATE = 1 / 64;

function descended(start: Weights, c: Case, { gradient, learned }: Subject, steps: number): Weights {
  let w = start;
  for (let i = 0; i < steps; i++) {
    const g = gradient(w, c);
    const step = (from: mat.Matrix, by: mat.Matrix): mat.Matrix => mat.combine(1, from, -RATE, by);
    w = { a: step(w.a, g.a), c: step(w.c, g.c), d: step(w.d, learned(g.d)) };
  }
  return w;
}

const entries = ({ a, c, d }: Weights): number[] => [a, c, d].flat(2);

const slopes = check.within({
  says: 'the gradient is that of the objective (central differences along it: 1e-5)',
  given: cases,
  runs: 24,
  tolerance: 1e-5,
  measure: (c, { gradient }: Subject) => {
    const g = gradient(c, c);
    const at = (t: number): Weights => ({
      a: mat.combine(1, c.a, t, g.a),
      c: mat.combine(1, c.c, t, g.c),
      d: mat.combine(1, c.d, t, g.d),
    });
    const t = 2 ** -14 / (1 + mat.norm(entries(g)));
    return {
      actual: (loss(at(t), c) - loss(at(-t), c)) / (2 * t),
      expected: mat.norm(entries(g)) ** 2,
    };
  },
});

const turning = check.equals({
  says: 'the gradient has no part along turning the latents: tr K(A^T G_A - G_C C^T - G_D D^T) = 0, K the quarter turn, so that gradient flow moves across the rotations of a solution and never along them',
  given: cases,
  runs: 60,
  measure: (c, { gradient, turned }: Subject) => {
    const g = gradient(c, c);
    // the turn's velocity: the difference of the quarter turns, which holds K alone
    const [ahead, behind] = [90, -90].map(degrees => entries(turned(rotation(degrees), c)));
    const along = mat.scale(0.5, mat.subtract(ahead!, behind!));
    return {
      actual: mat.dot(entries(g), along),
      expected: 0,
      scale: 64 * (1 + mat.norm(entries(g)) * mat.norm(along)),
    };
  },
});

const inherited = check.equals({
  says: 'gradient descent from turned parameters (AR, R^T C, R^T D) is that from (A, C, D), turned, step by step: which rotation it ends at is decided where it starts, and a start whose law no rotation changes ends with a law that none changes',
  given: cases,
  runs: 40,
  measure: (c, rules: Subject) => {
    const r = rotation(c.degrees);
    const actual = entries(descended(rules.turned(r, c), c, rules, 40));
    const expected = entries(rules.turned(r, descended(c, c, rules, 40)));
    return { actual, expected, scale: 4096 * (1 + mat.norm(expected)) };
  },
});

const triangular = check.violates({
  says: 'not so where only a triangular factor of the covariance is learned: from a model and the same model turned by 35 degrees, its covariance by the triangular factor, it arrives at decoders that the rotation does not carry into each other, though the objective is as blind to rotations as before',
  given: check.only<Case>([
    {
      s: mat.diagonal([4, 1]),
      beta: 0.25,
      a: [
        [1, 0.5],
        [-0.5, 0.25],
      ],
      c: [
        [0.5, 0.25],
        [-0.25, 1],
      ],
      d: mat.cholesky([
        [0.75, 0.5],
        [0.5, 0.75],
      ]),
      degrees: 35,
    },
  ]),
  measure: (c, rules: Subject) => {
    const r = rotation(c.degrees);
    const held = { ...rules, learned: triangle };
    const start = rules.turned(r, c);
    // the same covariance by its triangular factor
    const factor = mat.cholesky(times(start.d, T(start.d)));
    const [plain, moved] = [descended(c, c, held, 400), descended({ ...start, d: factor }, c, held, 400)];
    const actual = modQuarter(angleOf(moved) - angleOf(rules.turned(r, plain)));
    return { claimed: 0, actual, by: Math.abs(actual) - 0.1, scale: 90 };
  },
});

export default claim({
  id: 'KP-38',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, appendix C, the implicit bias of gradient descent',
  tex: {
    printed:
      '\\text{without } C = O_1 C^\\prime,\\ \\Sigma = O_2 D^\\prime D^{\\prime\\top} O_2^\\top \\text{ gradient descent can impart some uniqueness}',
    asRead: true,
    corrected:
      '\\mathrm{GD}(AR, R^\\top C, R^\\top D) = (A_tR, R^\\top C_t, R^\\top D_t), \\qquad \\langle\\nabla L, \\dot R\\rangle = 0',
  },
  says: 'For a linear decoder gradient descent on A, C and a square factor D commutes with rotations of the latents and never drifts along them, so that its rotation is inherited from the start; where the learned factor is triangular it does not commute, and some rotations are preferred though the objective prefers none: what the random rotations of appendix C are for.',
  verdict: conditional(
    'linear decoder, one covariance, full-batch gradient descent of a constant rate; how strong the preference is in the trainings of the paper is not decided',
  ),
  findings: [
    {
      class: 'sharpened',
      title: 'Where the implicit bias of gradient descent comes from',
      quote:
        'without these reparameterizations, implicit bias of gradient descent can impart some degree of uniqueness',
      place: 'appendix C',
      says: 'For a linear decoder gradient descent on A, C and a square factor of the covariance commutes with rotations of the latents: it prefers none, and a start whose law no rotation changes stays so. A triangular factor has axes of its own; descent on it does not commute, and the fixed random rotations of the appendix turn those axes at random.',
    },
  ],
  subject: SUBJECT,
  checks: { slopes, turning, inherited, triangular },
  mutants: {
    ...wrong.formula(SUBJECT, 'gradient', {
      noiseForgotten: [
        'without the noise in the gradient of A',
        (w, p) => ({
          ...SUBJECT.gradient(w, p),
          a: mat.combine(-1, times(residual(w), p.s, T(w.c)), 0, w.a),
        }),
      ],
      entropyForgotten: [
        'without the log determinant',
        (w, p) => ({ ...SUBJECT.gradient(w, p), d: mat.combine(1, times(T(w.a), w.a, w.d), p.beta, w.d) }),
      ],
      untransposed: [
        'D^-1 for its transpose',
        (w, p) => {
          const g = SUBJECT.gradient(w, p);
          const own = inverse(w.d);
          return { ...g, d: mat.combine(1, g.d, p.beta, mat.combine(1, T(own), -1, own)) };
        },
      ],
    }),
    ...wrong.formula(SUBJECT, 'turned', {
      encoderLeft: ['C left as it is', (r, { a, c, d }) => ({ a: times(a, r), c, d: times(T(r), d) })],
      wrongWay: [
        'C turned the other way',
        (r, { a, c, d }) => ({ a: times(a, r), c: times(r, c), d: times(T(r), d) }),
      ],
    }),
    ...wrong.formula(SUBJECT, 'learned', {
      triangularSteps: ['the lower triangle of D only', triangle],
      diagonalSteps: ['the diagonal of D only', d => mat.diagonal(d.map((row, i) => row[i]!))],
    }),
  },
});
