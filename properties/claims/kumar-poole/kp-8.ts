/**
 * @file KP-8: factorised posteriors that are not Gaussian. Mixing rotations leave the family; uniqueness is
 * another matter.
 */
import { check, claim, conditional, draw, quad, wrong } from '../../kit.js';
import * as factors from '../../subjects/vae/factors.js';

/** E (x - z^2)^2, z Laplace at m of width b. */
const squaredError = (x: number, m: number, b: number): number =>
  x ** 2 - 2 * x * (m ** 2 + 2 * b ** 2) + m ** 4 + 12 * m ** 2 * b ** 2 + 24 * b ** 4;

const SUBJECT = {
  /** The fourth cumulants of the factors from the joint ones of the rotated coordinates. */
  recover: (twoTwo: number, threeOne: number, t: number): readonly [number, number] => {
    const [c, s] = [Math.cos(t), Math.sin(t)];
    const [sum, rest] = [twoTwo / (c * s) ** 2, threeOne / (c * s)];
    return [s * s * sum + rest, c * c * sum - rest];
  },
  /** The ELBO of a Laplace posterior at m of width b, for x = z^2 + noise of variance 1. */
  elbo: (x: number, m: number, b: number) =>
    -(squaredError(x, m, b) + Math.log(2 * Math.PI)) / 2 -
    (m ** 2 + 2 * b ** 2 + Math.log(2 * Math.PI)) / 2 +
    1 +
    Math.log(2 * b),
};
type Subject = typeof SUBJECT;

const mixing = check.equals<factors.FactorCase, Subject>({
  says: 'the fourth cumulants of both factors can be read off the rotated coordinates: these are independent only if both are 0, so one Gaussian factor does not help',
  given: {
    arbitrary: factors.factorCases,
    examples: [
      { u: factors.UNIFORM, w: factors.NORMAL, t: 0.7 },
      { u: factors.UNIFORM, w: factors.UNIFORM, t: 0.25 },
    ],
  },
  runs: 60,
  measure: ({ u, w, t }, rules) => {
    const { twoTwo, threeOne, size } = factors.dependence(u, w, t);
    const scale = size / Math.sin(2 * t) ** 2;
    return check.agree(
      {
        first: [rules.recover(twoTwo, threeOne, t)[0], factors.fourthCumulant(u)],
        second: [rules.recover(twoTwo, threeOne, t)[1], factors.fourthCumulant(w)],
      },
      scale,
    );
  },
});

const evenCases = draw.record({
  x: draw.dyadic({ min: 5, max: 8, bits: 6 }),
  m: draw.dyadic({ min: 1, max: 3, bits: 6 }),
  b: draw.logUniform({ min: 1 / 16, max: 1 / 2 }),
});
type EvenCase = draw.Of<typeof evenCases>;

/** The same by quadrature on either side of m. */
function byQuadrature(x: number, m: number, b: number): number {
  const integrand = (z: number): number => {
    const logQ = -Math.abs(z - m) / b - Math.log(2 * b);
    const logJoint = -((x - z ** 2) ** 2 + z ** 2) / 2 - Math.log(2 * Math.PI);
    return Math.exp(logQ) * (logJoint - logQ);
  };
  const ends = [-50, -16, -4, 0, 4, 16, 50].map(t => m + t * b);
  return ends.slice(1).reduce((sum, end, i) => sum + quad.integrate(integrand, ends[i]!, end), 0);
}

const closed = check.equals<EvenCase, Subject>({
  says: 'the ELBO of a Laplace posterior for x = z^2 + noise has its closed form',
  given: evenCases,
  runs: 40,
  ulps: 4096,
  measure: ({ x, m, b }, rules) => ({
    actual: byQuadrature(x, m, b),
    expected: rules.elbo(x, m, b),
    scale: x ** 2 + m ** 4 + 1,
  }),
});

const tie = check.equals<EvenCase, Subject>({
  says: 'for x = z^2 + noise the Laplace posteriors at m and -m tie, though no rotation that mixes coordinates leads from one to the other',
  given: evenCases,
  measure: ({ x, m, b }, rules) => ({
    actual: rules.elbo(x, -m, b),
    expected: byQuadrature(x, m, b),
    scale: 2 ** 8,
  }),
});

const apart = check.bound<EvenCase, Subject>({
  says: 'and the tie is not at m = 0: m = sqrt(x) is better by x (x - 1 - 12 b^2) / 2, so there are two best posteriors or more',
  given: evenCases,
  measure: ({ x, b }, rules) => ({
    lower: rules.elbo(x, 0, b) + (x * (x - 1 - 12 * b ** 2)) / 2,
    upper: rules.elbo(x, Math.sqrt(x), b),
    scale: x ** 2,
  }),
});

export default claim<Subject, string, string>({
  id: 'KP-8',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, section 3.2, after corollary 1',
  tex: {
    printed: '\\mathcal Q \\text{ factorised, not Gaussian} \\implies (q^*, p^*) \\text{ unique}',
    asRead: true,
    corrected:
      '\\mathcal Q \\text{ factorised, at most one factor Gaussian} \\implies r_\\# q \\notin \\mathcal Q \\text{ for mixing } r; \\quad |\\arg\\max| = 1 \\text{ is a further assumption}',
  },
  says: 'Factorised posteriors with at most one Gaussian factor do leave the family under every rotation that mixes two coordinates, which is one hypothesis of theorem 1; that the best posterior is unique is another one and does not follow: for x = z^2 plus noise the best Laplace posteriors come in pairs.',
  verdict: conditional('the maximum over the family and its rotations is attained once only'),
  findings: [
    {
      class: 'caveat',
      title: 'A family of non-Gaussian factors gives one of the two hypotheses',
      quote:
        'restricting $\\mathcal{Q}$ to factorized *non-Gaussian* distributions is one such choice that ensures a unique $(q^*, p^*)$ when R is the class of orthogonal transformations',
      place: 'section 3.2, after corollary 1',
      says: 'Theorem 1 also assumes that the best posterior of the completed family is unique, which no choice of the family ensures: for x = z^2 plus noise the best Laplace posteriors come in pairs.',
    },
  ],
  subject: SUBJECT,
  checks: { mixing, closed, tie, apart },
  mutants: {
    ...wrong.formula(SUBJECT, 'recover', {
      correlationOnly: [
        'only the first joint cumulant: opposite cumulants are taken for Gaussian',
        (twoTwo, _, t) => [(2 * twoTwo) / Math.sin(2 * t) ** 2, (2 * twoTwo) / Math.sin(2 * t) ** 2],
      ],
      anglesSwapped: [
        'sine and cosine exchanged',
        (twoTwo, threeOne, t) => SUBJECT.recover(twoTwo, threeOne, Math.PI / 2 - t),
      ],
    }),
    ...wrong.formula(SUBJECT, 'elbo', {
      entropyForgotten: [
        'without the entropy of q',
        (x, m, b) => SUBJECT.elbo(x, m, b) - 1 - Math.log(2 * b),
      ],
      gaussianMoments: [
        'the fourth moment of a Gaussian with that variance',
        (x, m, b) => SUBJECT.elbo(x, m, b) + 6 * b ** 4,
      ],
      linearDecoder: ['a term that tells the sign of the code', (x, m, b) => SUBJECT.elbo(x, m, b) - m / 8],
    }),
  },
});
