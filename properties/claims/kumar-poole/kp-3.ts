/** @file KP-3: which orthogonal maps keep a mean-field posterior mean-field. */
import { check, claim, draw, exact, fc, mat, wrong } from '../../kit.js';
import * as factors from '../../subjects/vae/factors.js';
import { rotation } from '../../subjects/vae/symmetry-cases.js';

/** The variance of v in the weights that are the squares of a unit vector. */
function spread(unit: mat.Vector, v: mat.Vector): number {
  const weights = unit.map(x => x * x);
  const mean = mat.dot(weights, v);
  return mat.sum(weights.map((w, k) => w * (v[k]! - mean) ** 2));
}

const SUBJECT = {
  /** The covariance of two coordinates with variances v1, v2 after a rotation by t. */
  covariance: (v1: number, v2: number, t: number) => ((v2 - v1) / 2) * Math.sin(2 * t),
  /** The sum of the squared covariances of R x, x with independent coordinates of variances v. */
  // (R diag(v) R')_ij - D_i delta_ij, times R, is R_ik (v_k - D_i)
  dependence: (r: mat.Matrix, v: mat.Vector) => mat.sum(r.map(row => spread(row, v))),
  /** The quantity by which independence is judged. */
  measure: (joint: factors.Dependence) => joint.squares - 2 * joint.covariance ** 2,
};
type Subject = typeof SUBJECT;

/** R diag(v) R' */
const covarianceOf = (r: mat.Matrix, v: mat.Vector): number[][] =>
  mat.multiply(mat.multiply(r, mat.diagonal(v)), mat.transpose(r));

const offDiagonal = (s: mat.Matrix): number[] => s.flatMap((row, i) => row.filter((_, j) => i !== j));

const planar = check.equals({
  says: 'turning two latents by t gives them the covariance (v2 - v1) sin(2t) / 2: 0 for all t only if the variances are equal',
  given: {
    arbitrary: draw.record({
      v: draw.vector(2, draw.logUniform({ min: 1 / 64, max: 8 })),
      t: draw.dyadic({ min: -4, max: 4, bits: 10 }),
    }),
    examples: [
      [1, 1, 0.7],
      [0, 0, 0.7],
      [1, 4, 0],
    ].map(([a, b, t]) => ({ v: [a!, b!], t: t! })),
  },
  measure: ({ v, t }, rules: Subject) => ({
    actual: covarianceOf(mat.transpose(rotation(t)), v)[0]![1]!,
    expected: rules.covariance(v[0]!, v[1]!, t),
    scale: v[0]! + v[1]!,
  }),
});

type Ties = 'distinct' | 'tie' | 'equal';

const tied = (v: mat.Vector, ties: Ties): number[] =>
  v.map((x, k) => (ties === 'equal' || (ties === 'tie' && k < 2) ? v[0]! : x));

const spaceCases = fc.oneof(
  ...[2, 3, 5].map(d =>
    draw
      .record({
        r: draw.orthogonal(d),
        v: draw.vector(d, draw.logUniform({ min: 1 / 64, max: 8 })),
        ties: fc.constantFrom<Ties>('distinct', 'tie', 'equal'),
      })
      .map(({ r, v, ties }) => ({ r, v: tied(v, ties) })),
  ),
);
type SpaceCase = draw.Of<typeof spaceCases>;

const space = check.equals<SpaceCase, Subject>({
  says: 'the squared covariances of R x add up to the spreads of v in the weights R_ik^2: 0 only if each row of R mixes equal variances',
  given: spaceCases,
  measure: ({ r, v }, rules) => ({
    actual: mat.sum(offDiagonal(covarianceOf(r, v)).map(x => x * x)),
    expected: rules.dependence(r, v),
    scale: mat.sum(v.map(x => x * x)),
  }),
});

/** A rotation of the coordinates i and j only. */
function plane(d: number, i: number, j: number, t: number): number[][] {
  const [turn, pair] = [rotation(t), [i, j]];
  return mat.identity(d).map((row, k) => row.map((x, l) => turn[pair.indexOf(k)]?.[pair.indexOf(l)] ?? x));
}

/** The permutation that reverses the coordinates, the first of them with the other sign. */
const signedPermutation = (d: number): number[][] =>
  mat
    .identity(d)
    .map((row, k) => (k === 0 ? row.map(x => (x === 0 ? 0 : -x)) : row))
    .toReversed();

const remaining = check.equals<SpaceCase, Subject>({
  says: 'what remains at unequal variances: signed permutations, not permutations only, and rotations among coordinates of equal variance',
  given: check.only<SpaceCase>([
    { r: signedPermutation(4), v: [1, 2, 3, 4] },
    { r: mat.diagonal([-1, 1]), v: [1, 2] },
    { r: plane(3, 0, 1, 0.7), v: [1, 1, 2] },
    { r: plane(5, 1, 3, -0.3), v: [2, 0.5, 1, 0.5, 4] },
    { r: plane(3, 0, 2, 0.7), v: [0, 1, 0] },
  ]),
  measure: ({ r, v }, rules) => {
    const found = offDiagonal(covarianceOf(r, v));
    return check.agree({
      covariances: [found, found.map(() => 0), Math.max(...v)],
      formula: [rules.dependence(r, v), 0, Math.max(...v) ** 2],
    });
  },
});

const nonGaussian = check.equals<factors.FactorCase, Subject>({
  says: 'independent coordinates turned by t get a joint fourth cumulant sin^2(2t) / 4 times the sum of theirs, correlated or not',
  given: {
    arbitrary: factors.factorCases,
    examples: [{ u: factors.UNIFORM, w: factors.UNIFORM, t: Math.PI / 4 }],
  },
  runs: 60,
  measure: ({ u, w, t }, rules) => {
    const joint = factors.dependence(u, w, t);
    return {
      actual: rules.measure(joint),
      expected: (Math.sin(2 * t) ** 2 / 4) * (factors.fourthCumulant(u) + factors.fourthCumulant(w)),
      scale: joint.size,
    };
  },
});

const uniform = check.equals<factors.FactorCase, Subject>({
  says: 'two uniform coordinates turned by 45 degrees are uncorrelated, and their squares have correlation -3/7',
  given: check.only([{ u: factors.UNIFORM, w: factors.UNIFORM, t: Math.PI / 4 }]),
  measure: ({ u, w, t }) => {
    const joint = factors.dependence(u, w, t);
    return check.agree({
      correlation: [joint.covariance, 0, 1],
      'correlation of squares': [joint.squaresCorrelation, -3 / 7],
    });
  },
});

export default claim<Subject, string, string>({
  id: 'KP-3',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, section 3.1 (Darmois-Skitovich)',
  tex: {
    printed:
      'R_\\# q \\text{ is mean-field for all orthogonal } R \\iff q \\text{ is Gaussian with equal variances}; \\qquad \\text{all variances unequal: only for permutations}',
    asRead: true,
    corrected:
      '\\sum_{i \\ne j} \\bigl(R\\,\\mathrm{diag}(v)\\,R^\\top\\bigr)_{ij}^2 = \\sum_i \\operatorname{Var}_{R_{i\\cdot}^2}(v) = 0 \\iff R \\text{ mixes coordinates of equal variance only, signs free}',
  },
  says: 'A mean-field Gaussian stays mean-field under every rotation exactly when its variances are equal; with unequal variances the symmetry is not gone but reduced to signed permutations and to rotations among coordinates of equal variance, and without Gaussianity rotated coordinates are dependent even where they are uncorrelated.',
  verdict: exact(),
  findings: [
    {
      class: 'misprint',
      title: 'Signs are free as well',
      quote:
        'When all latent variances are unequal, the only orthogonal transforms r allowed on the generative model will be the permutations',
      place: 'section 3.1',
      says: 'Permutations with any signs: section 3.2 ignores permutations and reflections alike. Where some variances are equal, rotations among those coordinates remain too, as section 3.2 says.',
    },
  ],
  subject: SUBJECT,
  checks: { planar, space, remaining, nonGaussian, uniform },
  mutants: {
    ...wrong.formula(SUBJECT, 'measure', {
      correlationOnly: ['independence judged by the correlation', joint => joint.covariance],
      squaresOnly: [
        'correlation of the squares without what the correlation itself explains',
        joint => joint.squares,
      ],
    }),
    ...wrong.formula(SUBJECT, 'covariance', {
      withoutHalf: ['(v2 - v1) sin 2t', (v1, v2, t) => (v2 - v1) * Math.sin(2 * t)],
      simpleAngle: ['sin t for sin 2t', (v1, v2, t) => ((v2 - v1) / 2) * Math.sin(t)],
      deviations: [
        'standard deviations for variances',
        (v1, v2, t) => ((Math.sqrt(v2) - Math.sqrt(v1)) / 2) * Math.sin(2 * t),
      ],
    }),
    ...wrong.formula(SUBJECT, 'dependence', {
      columns: ['the columns of R for its rows', (r, v) => SUBJECT.dependence(mat.transpose(r), v)],
      anyDifference: [
        'as if every rotation broke the symmetry at unequal variances',
        (_, v) =>
          v.length *
          spread(
            v.map(() => Math.sqrt(1 / v.length)),
            v,
          ),
      ],
    }),
  },
});
