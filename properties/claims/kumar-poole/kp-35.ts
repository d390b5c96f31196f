/**
 * @file KP-35: penalising normalised dot products of the Jacobian's columns. It is what Hadamard's bound
 * lacks, to second order.
 */
import { GRAE } from '../../../src/core/objectives/grae/grae.js';
import { GRAE_HADAMARD } from '../../../src/core/objectives/grae/grae-hadamard.js';
import { asymptotic, check, claim, draw, fc, mat, wrong } from '../../kit.js';
import { known } from '../../subjects/mistaken.js';
import { linearAutoencoder } from '../../subjects/vae/local-cases.js';
import { grae, posterior } from '../../subjects/vae/step.js';

/** All pairs i < j. */
const pairsOf = (d: number): (readonly [number, number])[] =>
  mat.zeros(d).flatMap((_, j) => Array.from({ length: j }, (__, i) => [i, j] as const));

const SUBJECT = {
  grae: GRAE.rules,
  hadamard: GRAE_HADAMARD.rules,
  /** The dot product of two columns in parts of their lengths, from J^T J. */
  normalised: (a: mat.Matrix, i: number, j: number, beta: number) =>
    a[i]![j]! / Math.sqrt((a[i]![i]! + beta) * (a[j]![j]! + beta)),
  /** What a pair adds to the penalty. */
  term: (cosine: number) => cosine ** 2,
  /** What the term of a pair that was drawn is multiplied by. */
  weight: (d: number) => (d * (d - 1)) / 2,
  /** The pairs that are drawn, each as often as the others. */
  draws: (d: number) => pairsOf(d),
};
type Subject = typeof SUBJECT;

/** The penalty on columns with that Gram matrix: over all pairs. */
const penalty = (a: mat.Matrix, beta: number, { normalised, term }: Subject): number =>
  mat.sum(pairsOf(a.length).map(([i, j]) => term(normalised(a, i, j, beta))));

/**
 * How much larger eq. (14) is than eq. (13), in parts of beta / 2, on a linear decoder with that Gram matrix.
 */
function excess(a: mat.Matrix, beta: number, rules: Subject): number {
  const d = a.length;
  const net = linearAutoencoder(d, d);
  const params = {
    ...posterior(net, mat.zeros(d), mat.identity(d)),
    'decoder.0.weight': mat.transpose(mat.cholesky(a)).flat(),
    'decoder.0.bias': mat.zeros(d),
  };
  const at = (which: 'grae' | 'hadamard'): number =>
    grae(rules[which], net, { params, x: mat.zeros(d), beta }).loss;
  return (at('hadamard') - at('grae')) / (beta / 2);
}

/** Lengths of the columns, and correlations that are far from making a matrix singular. */
const cases = fc.oneof(
  ...[2, 3, 4].map(d =>
    draw.record({
      lengths: draw.vector(d, draw.logUniform({ min: 1 / 2, max: 4 })),
      correlations: draw.vector(SUBJECT.weight(d), draw.dyadic({ min: -0.25, max: 0.25, bits: 6 })),
      beta: draw.logUniform({ min: 1 / 64, max: 4 }),
    }),
  ),
);
type Case = draw.Of<typeof cases>;

/** J^T J with t times these correlations. */
function gramOf({ lengths, correlations }: Case, t: number): number[][] {
  const a = mat.diagonal(lengths.map(x => x ** 2));
  for (const [k, [i, j]] of pairsOf(lengths.length).entries())
    a[i]![j] = a[j]![i] = t * correlations[k]! * lengths[i]! * lengths[j]!;
  return a;
}

/** The correlations of I + J^T J / beta, without its diagonal of ones. */
const correlationsOf = (a: mat.Matrix, beta: number): number[][] =>
  a.map((row, i) => row.map((_, j) => (i === j ? 0 : SUBJECT.normalised(a, i, j, beta))));

/** tr E^3 of the correlations at t = 1. */
function cubes(c: Case): number {
  const e = correlationsOf(gramOf(c, 1), c.beta);
  return mat.trace(mat.multiply(e, mat.multiply(e, e)));
}

const secondOrder = check.order<Case, Subject>({
  says: 'eq. (14) is above eq. (13) by beta/2 times the sum over pairs of <J_i, J_j>^2 / ((|J_i|^2 + beta)(|J_j|^2 + beta)), up to the third order in the correlations E: - tr E^3 / 3',
  given: cases.filter(c => Math.abs(cubes(c)) > 2 ** -12),
  order: 3,
  runs: 10,
  measure: (c, rules) => ({
    constant: -cubes(c) / 3,
    ladder: check.ladder(check.dyadic(1, 0, 9), t => {
      const a = gramOf(c, t);
      return { residual: excess(a, c.beta, rules) - penalty(a, c.beta, rules), scale: 16 * c.lengths.length };
    }),
  }),
});

const smallBeta = check.bound<Case, Subject>({
  says: 'the normalised dot products themselves are larger, by at most the factor (1 + beta / |J_i|^2)(1 + beta / |J_j|^2) of the smallest columns: they are that for small beta',
  given: cases,
  runs: 40,
  measure: (c, rules) => {
    const a = gramOf(c, 1);
    const [cosines, least] = [penalty(a, 0, rules), Math.min(...c.lengths) ** 2];
    const own = penalty(a, c.beta, rules);
    return check.below({ lower: [own, cosines], upper: [cosines, own * (1 + c.beta / least) ** 2] }, 1);
  },
});

const orthogonal = check.equals<Case, Subject>({
  says: 'both vanish where the columns are at right angles',
  given: cases,
  runs: 20,
  measure: (c, rules) => {
    const a = gramOf(c, 0);
    return check.agree({ penalty: [penalty(a, 0, rules), 0], bound: [excess(a, c.beta, rules), 0] }, 16);
  },
});

const pairs = check.equals<Case, Subject>({
  says: 'the term of a pair drawn uniformly, times d (d - 1) / 2, is an unbiased estimate of the penalty',
  given: cases,
  runs: 30,
  measure: (c, rules) => {
    const [a, d] = [gramOf(c, 1), c.lengths.length];
    const all = rules.draws(d);
    const terms = all.map(([i, j]) => rules.weight(d) * rules.term(rules.normalised(a, i, j, 0)));
    return { actual: mat.sum(terms) / all.length, expected: penalty(a, 0, rules), scale: d };
  },
});

export default claim({
  id: 'KP-35',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, section 5.3, after eq. (14)',
  tex: {
    printed: '\\text{“an additional orthogonal penalty [...] by penalizing their normalized dot products”}',
    corrected:
      '\\sum_i\\log P_{ii} - \\log\\det P = \\sum_{i<j}\\frac{\\langle J_i, J_j\\rangle^2}{(\\|J_i\\|^2 + \\beta)(\\|J_j\\|^2 + \\beta)} - \\tfrac13\\operatorname{tr} E^3 + \\dots, \\quad P = I + \\tfrac1\\beta J^\\top J, \\; E = \\mathrm{Corr}(P) - I',
    asRead: true,
  },
  says: "Squared dot products of the Jacobian's columns, normalised by lengths that contain beta, add up to what eq. (14) is above eq. (13), to second order and in parts of beta/2: the bound already holds the orthogonal penalty that is proposed beside it. Normalised by the lengths alone they are that for small beta, and the term of a random pair estimates their sum without bias.",
  verdict: asymptotic(3, 'the correlations of I + J^T J / beta'),
  findings: [
    {
      class: 'sharpened',
      title: "Normalised dot products are, squared, what Hadamard's bound lacks",
      quote:
        'we can impose an additional orthogonal penalty on the corresponding Jacobian columns (in line with Eq. (11)) by penalizing their normalized dot products',
      place: 'section 5.3, after eq. (14)',
      says: 'The bound exceeds the log det by the sum of their squares over pairs, with beta added to the squared lengths, up to third order; so it already holds such a penalty, of weight beta/2.',
    },
  ],
  objectives: ['grae', 'grae-hadamard'],
  subject: SUBJECT,
  checks: { secondOrder, smallBeta, orthogonal, pairs },
  mutants: {
    ...wrong.formula(SUBJECT, 'normalised', {
      lengthsOnly: ['lengths without beta', (a, i, j) => SUBJECT.normalised(a, i, j, 0)],
      unnormalised: ['the dot products themselves', (a, i, j) => a[i]![j]!],
    }),
    ...wrong.formula(SUBJECT, 'term', {
      absolute: ['the size of a dot product for its square', cosine => Math.abs(cosine)],
      twice: ['every pair twice', cosine => 2 * cosine ** 2],
    }),
    ...wrong.formula(SUBJECT, 'weight', {
      orderedPairs: ['d (d - 1) for d (d - 1) / 2', d => d * (d - 1)],
      columns: ['d for the number of pairs', d => d],
    }),
    ...wrong.formula(SUBJECT, 'draws', {
      withRepeats: ['pairs of a column with itself among them', d => [...pairsOf(d), [0, 0] as const]],
    }),
    ...wrong.rules(SUBJECT, 'hadamard', known(GRAE_HADAMARD, { logDetForHadamard: 'logDeterminant' })),
    ...wrong.rules(
      SUBJECT,
      'grae',
      known(GRAE, { betaDropped: 'betaMissing', missingHalf: 'penaltyWithoutHalf' }),
    ),
  },
});
