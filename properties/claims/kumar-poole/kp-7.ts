/**
 * @file KP-7: the corollary to theorem 1, that a convex family has a unique optimum; and why its hypotheses
 * exclude each other.
 */
import { check, claim, conditional, draw, fc, mat, wrong } from '../../kit.js';
import { distributions, type Permutation, push } from '../../subjects/vae/finite.js';

const kl = (q: mat.Vector, p: mat.Vector): number =>
  q.reduce((sum, x, i) => sum + (x === 0 ? 0 : x * Math.log(x / p[i]!)), 0);

const midpoint = (a: mat.Vector, b: mat.Vector): number[] => mat.scale(0.5, mat.add(a, b));

const SUBJECT = {
  divergence: kl,
  /** What convexity gains at the midpoint, at least. */
  gain: (a: mat.Vector, b: mat.Vector) => a.reduce((sum, x, i) => sum + Math.abs(x - b[i]!), 0) ** 2 / 8,
  /** A point of every convex set that holds q and its images. */
  average: (q: mat.Vector, group: readonly Permutation[]): mat.Vector =>
    group.reduce<number[]>(
      (sum, r) => mat.add(sum, mat.scale(1 / group.length, push(q, r))),
      q.map(() => 0),
    ),
  /** p00 p11 - p01 p10 of w (a x b) + (1 - w) (a' x b') on two bits, by the chances of a 1. */
  mixture: (w: number, [a, b]: readonly [number, number], [c, d]: readonly [number, number]) =>
    w * (1 - w) * (a - c) * (b - d),
  /** Kurtosis of an equal mixture of centred normals with variances v1, v2. */
  kurtosis: (v1: number, v2: number) => (6 * (v1 ** 2 + v2 ** 2)) / (v1 + v2) ** 2,
};
type Subject = typeof SUBJECT;

const triples = fc.oneof(
  ...[2, 3, 6].map(n => draw.record({ a: distributions(n), b: distributions(n), p: distributions(n) })),
);
type TripleCase = draw.Of<typeof triples>;

const convexity = check.bound<TripleCase, Subject>({
  says: 'KL(q || p) is strongly convex in q: at the midpoint it gains |a - b|_1^2 / 8 or more, so it has one minimum on a convex set',
  given: {
    arbitrary: triples,
    examples: [
      { a: [0.5, 0.5], b: [0.5, 0.5], p: [0.25, 0.75] },
      { a: [0.5 + 1 / 64, 0.5 - 1 / 64], b: [0.5 - 1 / 64, 0.5 + 1 / 64], p: [0.5, 0.5] },
    ],
  },
  measure: ({ a, b, p }, { divergence, gain }) => ({
    lower: divergence(midpoint(a, b), p) + gain(a, b),
    upper: (divergence(a, p) + divergence(b, p)) / 2,
    scale: 1 + Math.abs(kl(a, p)) + Math.abs(kl(b, p)),
  }),
});

const exactGain = check.equals<TripleCase, Subject>({
  says: 'what it gains is the Jensen-Shannon divergence of a and b, whatever p',
  given: triples,
  measure: ({ a, b, p }, { divergence }) => {
    const m = midpoint(a, b);
    return {
      actual: (divergence(a, p) + divergence(b, p)) / 2 - divergence(m, p),
      expected: (kl(a, m) + kl(b, m)) / 2,
      scale: 4 + 2 * (kl(a, p) + kl(b, p)),
    };
  },
});

const cyclic = (n: number): Permutation[] =>
  Array.from({ length: n }, (_, shift) => Array.from({ length: n }, (__, i) => (i + shift) % n));

/** The symmetries of a square, on its corners. */
const square: readonly Permutation[] = cyclic(4).flatMap(r => [r, r.map(i => 3 - i)]);

const groupCases = fc.oneof(
  ...[cyclic(2), cyclic(5), square].map(group => distributions(group[0]!.length).map(q => ({ group, q }))),
);
type GroupCase = draw.Of<typeof groupCases>;

const contradiction = check.equals<GroupCase, Subject>({
  says: "the average of q over a finite group of symmetries lies in every convex set that holds q's images, and every symmetry leaves it as it is: then some r#q is in Q after all",
  given: groupCases,
  measure: ({ group, q }, rules) => {
    const mean = rules.average(q, group);
    return [
      ...group.map((r, k) => ({ what: `image ${k}`, actual: push(mean, r), expected: mean, scale: 1 })),
      { what: 'mass', actual: mean.reduce((a, b) => a + b, 0), expected: 1 },
    ];
  },
});

const chance = draw.dyadic({ min: 0, max: 1, bits: 8 });
const pair = fc.tuple<[number, number]>(chance, chance);

const mixtures = check.equals({
  says: 'a mixture of product distributions is a product only where one of the factors is shared: mean-field families are not convex',
  given: {
    arbitrary: draw.record({ w: chance, first: pair, second: pair }),
    examples: [{ w: 0.5, first: [0, 0], second: [1, 1] } as const],
  },
  measure: ({ w, first, second }, rules: Subject) => {
    const at = (i: number, k: number): number =>
      [[w, first] as const, [1 - w, second] as const].reduce(
        (sum, [weight, [a, b]]) => sum + weight * (i ? a : 1 - a) * (k ? b : 1 - b),
        0,
      );
    return {
      actual: at(0, 0) * at(1, 1) - at(0, 1) * at(1, 0),
      expected: rules.mixture(w, first, second),
      scale: 1,
    };
  },
});

const variance = draw.logUniform({ min: 1 / 8, max: 8 });

const kurtosis = check.equals<[number, number], Subject>({
  says: 'an equal mixture of N(0, v1) and N(0, v2) is no Gaussian: its kurtosis is 4.08 for 1 and 4, and 3 only for v1 = v2',
  given: {
    arbitrary: fc.tuple<[number, number]>(variance, variance),
    examples: [
      [1, 4],
      [2, 2],
    ],
  },
  measure: ([v1, v2], rules) => {
    const [second, fourth] = [(v1 + v2) / 2, (3 * v1 ** 2 + 3 * v2 ** 2) / 2];
    return { actual: fourth / second ** 2, expected: rules.kurtosis(v1, v2) };
  },
});

const printedFigure = check.equals({
  says: 'which is 4.08 for variances 1 and 4',
  given: check.only([[1, 4] as const]),
  measure: ([v1, v2], rules: Subject) => ({ actual: rules.kurtosis(v1, v2), expected: 4.08 }),
});

export default claim<Subject, string, string>({
  id: 'KP-7',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, corollary 1',
  tex: {
    asRead: true,
    printed:
      '\\tilde{\\mathcal Q} \\text{ convex} \\implies \\text{the maximiser over } \\tilde{\\mathcal Q} \\text{ is unique, and theorem 1 applies}',
    corrected:
      '\\tilde{\\mathcal Q} \\text{ convex},\\ \\mathcal R \\cup \\{\\mathrm{id}\\} \\text{ a finite group } G \\implies \\bar q = \\tfrac1{|G|}\\sum_{g \\in G} g_\\# q \\in \\tilde{\\mathcal Q},\\ r_\\# \\bar q = \\bar q, \\text{ against the hypothesis } r_\\# q \\notin \\mathcal Q',
  },
  says: 'A convex family does have a unique best posterior, since the divergence is strongly convex; but together with the hypothesis of theorem 1 that no symmetry maps the family into itself this leaves nothing for a finite or compact group of symmetries, and mean-field families are not convex.',
  verdict: conditional(
    'true as an implication; its hypotheses hold together only for symmetries without an average in the family, never for a finite or compact group, nor for mean-field families',
  ),
  findings: [
    {
      class: 'sharpened',
      title: 'The hypotheses of corollary 1 exclude each other for rotations',
      quote:
        'If the set $\\tilde{\\mathcal{Q}}$ defined in Theorem 1 is convex, then $\\arg \\max_{q \\in \\tilde{\\mathcal{Q}}} L(q, p^*)$ is unique',
      place: 'corollary 1',
      says: 'True; but where the symmetries and the identity are a group with a finite subgroup, the average of q over that lies in a convex completion, and each of its members leaves the average as it is: then some r#q is in the family after all, against theorem 1. For the rotations of the plane that mix, those by multiples of 72 degrees do it. Mean-field families are not convex in the first place.',
    },
  ],
  subject: SUBJECT,
  checks: { convexity, exactGain, contradiction, mixtures, kurtosis, printedFigure },
  mutants: {
    ...wrong.formula(SUBJECT, 'gain', {
      twiceTheGain: ['|a - b|_1^2 / 4', (a, b) => 2 * SUBJECT.gain(a, b)],
    }),
    ...wrong.formula(SUBJECT, 'divergence', {
      reversed: ['KL(p || q)', (q, p) => kl(p, q)],
      squaredDistance: [
        '|q - p|^2 / 2 for the divergence',
        (q, p) => q.reduce((sum, x, i) => sum + (x - p[i]!) ** 2, 0) / 2,
      ],
    }),
    ...wrong.formula(SUBJECT, 'average', {
      noGroup: ['an average without one of the symmetries', (q, group) => SUBJECT.average(q, group.slice(1))],
    }),
    ...wrong.formula(SUBJECT, 'mixture', {
      mixtureIsProduct: ['mixtures of products are products', () => 0],
    }),
    ...wrong.formula(SUBJECT, 'kurtosis', { gaussianKurtosis: ['mixtures of normals are normal', () => 3] }),
  },
});
