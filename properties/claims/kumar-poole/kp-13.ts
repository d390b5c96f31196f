/** @file KP-13: the best covariance under the full Hessian, and when there is none. */
import { check, claim, conditional, draw, fc, mat, wrong } from '../../kit.js';
import { betas } from '../../subjects/vae/local-cases.js';

/** I - H / beta */
const precisionOf = (h: mat.Matrix, beta: number): number[][] =>
  mat.combine(1, mat.identity(h.length), -1 / beta, h);

/** Eq. (8): tr(HS) / 2 - beta KL(N(0, S) || N(0, I)). */
const objective = (h: mat.Matrix, s: mat.Matrix, beta: number): number =>
  mat.traceOfProduct(h, s) / 2 - (beta / 2) * (mat.trace(s) - mat.logDet(s) - s.length);

const isPositive = (p: mat.Matrix): boolean => mat.symmetricEigen(p).values.at(-1)! > 0;

const SUBJECT = {
  /** Eq. (8). */
  value: objective,
  /** Eq. (9). */
  covariance: (h: mat.Matrix, beta: number): number[][] => mat.inverse(precisionOf(h, beta)),
  /** The supremum over all covariances: eq. (10), or infinity where the objective has no maximum. */
  supremum: (h: mat.Matrix, beta: number) => {
    const p = precisionOf(h, beta);
    return isPositive(p) ? -(beta / 2) * mat.logDet(p) : Number.POSITIVE_INFINITY;
  },
};
type Subject = typeof SUBJECT;

/** The largest eigenvalue is below beta: at most (1 - 1/16) beta. */
const ENDS = { min: -4, max: 1 - 1 / 16, bits: 8 };

const casesOf = (d: number) =>
  draw
    .record({
      h: draw.rotated(draw.vector(d, draw.dyadic(ENDS)), d),
      beta: betas,
      s: draw.spd(d, 1 / 16, 4).map(({ matrix }) => matrix),
    })
    .map(({ h, beta, s }) => ({ h: h.matrix.map(row => mat.scale(beta, row)), beta, s }));

const cases = fc.oneof(...[1, 2, 3, 4].map(casesOf));
type HessianCase = draw.Of<typeof cases>;

const given = {
  arbitrary: cases,
  examples: [
    { h: [[0]], beta: 0.5, s: [[2]] },
    { h: mat.diagonal([-3, 0.25]), beta: 0.5, s: mat.diagonal([0.5, 3]) },
  ],
};

const sizeOf = ({ h, beta, s }: HessianCase): number =>
  (beta + mat.norm(h.flat())) * (mat.trace(s) + 16 * s.length);

const gap = check.equals<HessianCase, Subject>({
  says: 'the objective at S is below eq. (10) by beta/2 [tr M - log det M - d], M = (I - H/beta) S, and reaches it at eq. (9)',
  given,
  measure: (c, rules) => {
    const { h, beta, s } = c;
    const best = rules.covariance(h, beta);
    const m = mat.multiply(precisionOf(h, beta), s);
    const shape = mat.logDet(precisionOf(h, beta)) + mat.logDetOfFactor(mat.cholesky(s));
    return check.agree({
      'at the best': [objective(h, best, beta), rules.supremum(h, beta), sizeOf({ ...c, s: best })],
      'at another': [
        rules.supremum(h, beta) - objective(h, s, beta),
        (beta / 2) * (mat.trace(m) - shape - s.length),
        sizeOf(c),
      ],
    });
  },
});

const maximum = check.bound<HessianCase, Subject>({
  says: 'no covariance does better than eq. (10)',
  given,
  measure: (c, rules) => ({
    lower: objective(c.h, c.s, c.beta),
    upper: rules.supremum(c.h, c.beta),
    scale: sizeOf(c),
  }),
});

const concave = check.bound<HessianCase, Subject>({
  says: 'the objective is concave in the covariance, whatever the Hessian: half way between two it is above their mean',
  given,
  measure: ({ h, s, beta }, rules) => {
    const other = mat.combine(0.5, mat.identity(s.length), 0.25, s);
    const [a, b] = [rules.value(h, s, beta), rules.value(h, other, beta)];
    return {
      lower: (a + b) / 2,
      upper: rules.value(h, mat.combine(0.5, s, 0.5, other), beta),
      scale: sizeOf({ h, beta, s }),
    };
  },
});

const stationary = check.equals<HessianCase, Subject>({
  says: 'eq. (9) is where the gradient [H - beta (I - S^-1)] / 2 is zero',
  given,
  measure: ({ h, beta }, rules) => {
    const s = rules.covariance(h, beta);
    const gradient = mat.combine(1, h, -beta, mat.combine(1, mat.identity(h.length), -1, mat.inverse(s)));
    const actual = gradient.flat();
    return { actual, expected: mat.zeros(actual.length), scale: 16 * (beta + mat.norm(h.flat())) };
  },
});

const meanOf = (values: mat.Vector): number => mat.sum(values) / Math.max(1, values.length);

/** A Hessian with an eigenvalue of `top` beta, and a covariance that is wide in its direction. */
function stretched({ top, beta, others, stretch }: StretchCase): HessianCase {
  const d = others.length + 1;
  const v = mat.scale(1 / Math.sqrt(d), new Array<number>(d).fill(1));
  const along = mat.outer(v, v);
  const rest = mat.combine(1, mat.identity(d), -1, along);
  const s = mat.combine(stretch, along, 1, rest);
  return { h: mat.combine(top * beta, along, meanOf(others) * beta, rest), beta, s };
}

const above = draw.record({
  top: fc.oneof(fc.constant(1), draw.dyadic({ min: 1.125, max: 4, bits: 5 })),
  beta: betas,
  others: fc.oneof(...[0, 1, 2].map(n => draw.vector(n, draw.dyadic({ min: -2, max: 0.5, bits: 4 })))),
  stretch: fc.constantFrom(2 ** 10, 2 ** 20, 2 ** 40),
});
type StretchCase = draw.Of<typeof above>;

const unbounded = check.equals<StretchCase, Subject>({
  says: 'where the largest eigenvalue of H is a beta, a >= 1, there is no maximum: with the variance t along it the objective grows as beta/2 [(a - 1) t + log t]',
  given: { arbitrary: above, examples: [{ top: 2, beta: 1, others: [], stretch: 1000 }] },
  measure: (c, rules) => {
    const { h, beta, s } = stretched(c);
    const rest = h.length * meanOf(c.others) - meanOf(c.others);
    // rounding would decide whether the largest eigenvalue is below beta where it is equal to it
    const supremum = rules.supremum(c.top === 1 ? h.map(row => mat.scale(1 + 2 ** -40, row)) : h, beta);
    return check.agree({
      'no maximum': [supremum === Number.POSITIVE_INFINITY ? 1 : 0, 1],
      growth: [
        objective(h, s, beta),
        (beta / 2) * ((c.top - 1) * c.stretch + 1 + Math.log(c.stretch) + rest),
        beta * c.stretch * (4 + c.top),
      ],
    });
  },
});

/** Eq. (10) as printed, with the absolute value of the determinant. */
const literal = (h: mat.Matrix, beta: number): number =>
  (-beta / 2) * mat.sum(mat.symmetricEigen(precisionOf(h, beta)).values.map(x => Math.log(Math.abs(x))));

const printed = check.violates<StretchCase, Subject>({
  says: 'eq. (10) with log|.| gives 0 for H = 2, beta = 1, where S = 1000 has the value 503.95',
  given: check.only<StretchCase>([
    { top: 2, beta: 1, others: [], stretch: 1000 },
    { top: 1.5, beta: 0.25, others: [0.5, -1], stretch: 2 ** 20 },
  ]),
  measure: c => {
    const { h, beta, s } = stretched(c);
    const [claimed, actual] = [literal(h, beta), objective(h, s, beta)];
    return { claimed, actual, by: actual - claimed, scale: beta * c.stretch };
  },
});

/** The inverse of a function of h made positive, and kept away from infinity. */
function inverseOf(h: mat.Matrix, f: (eigenvalue: number) => number): number[][] {
  const { values, vectors } = mat.symmetricEigen(h);
  const spectrum = values.map(x => Math.min(1 / Math.abs(f(x)), 2 ** 20));
  return draw.withSpectrum(mat.transpose(vectors), spectrum);
}

export default claim<Subject, string, string>({
  id: 'KP-13',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, eqs. (8)-(10)',
  tex: {
    printed:
      '\\Sigma = \\bigl(I - \\tfrac1\\beta \\nabla^2 \\log p(x|h)\\bigr)^{-1}, \\qquad \\max_\\Sigma = \\log p(x|h) - \\tfrac\\beta2 \\|h\\|^2 - \\tfrac\\beta2 \\log\\bigl|I - \\tfrac1\\beta \\nabla^2 \\log p(x|h)\\bigr|',
    corrected:
      '\\text{the same for } \\lambda_{\\max}\\bigl(\\nabla^2 \\log p(x|h)\\bigr) < \\beta; \\qquad \\sup_\\Sigma = +\\infty \\text{ otherwise}',
  },
  says: 'Eqs. (9) and (10) give the maximum of the second-order objective exactly when every eigenvalue of the Hessian of log p(x|z) is below beta; otherwise it has no maximum, which the absolute value in log|.| hides. The Gauss-Newton form of eqs. (11)-(13) always meets the condition.',
  verdict: conditional('the largest eigenvalue of the Hessian of log p(x|z) at the code is below beta'),
  findings: [
    {
      class: 'error',
      title: 'Eqs. (9) and (10) are a maximum only where the Hessian is below beta',
      quote:
        'The objective (8) is concave in $\\Sigma_{z|x}$, and maximizing it w.r.t. $\\Sigma_{z|x}$ gives',
      place: 'section 5, before eq. (9)',
      says: 'Concave, yes; but where an eigenvalue of the Hessian of log p(x|z) is beta or more there is no maximum, and the absolute value of the determinant in eq. (10) gives a finite number all the same. The Gauss-Newton form of eqs. (11)-(13) always has its maximum.',
      changesUse: true,
    },
  ],
  subject: SUBJECT,
  checks: { gap, maximum, concave, stationary, unbounded, printed },
  mutants: {
    ...wrong.formula(SUBJECT, 'value', {
      entropySign: ['the entropy subtracted', (h, s, beta) => objective(h, s, beta) - beta * mat.logDet(s)],
    }),
    ...wrong.formula(SUBJECT, 'supremum', {
      absoluteDeterminant: ['log|det| for an indefinite I - H/beta', literal],
      valueWithoutHalf: ['beta log det', (h, beta) => 2 * SUBJECT.supremum(h, beta)],
      valueWithoutBeta: ['log det / 2', (h, beta) => SUBJECT.supremum(h, beta) / beta],
      valueSign: [
        '+ log det',
        (h, beta) =>
          isPositive(precisionOf(h, beta)) ? -SUBJECT.supremum(h, beta) : Number.POSITIVE_INFINITY,
      ],
    }),
    ...wrong.formula(SUBJECT, 'covariance', {
      sign: ['S = (I + H/beta)^-1, made positive', (h, beta) => inverseOf(h, x => 1 + x / beta)],
      betaDropped: ['S = (I - H)^-1, made positive', h => inverseOf(h, x => 1 - x)],
      betaSquared: [
        'S = (I - H/beta^2)^-1, made positive',
        (h, beta) => inverseOf(h, x => 1 - x / beta ** 2),
      ],
      half: ['H / 2 in place of H', (h, beta) => mat.inverse(precisionOf(h, 2 * beta))],
    }),
  },
});
