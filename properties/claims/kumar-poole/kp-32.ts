/**
 * @file KP-32: eq. (15) for maps of the latents that are not linear, volume-preserving or not, by integration
 * on a grid.
 */
import { PRIORS, scoreRotation, twist } from '../../../src/theory/closed/prior-symmetry.js';
import { check, claim, draw, exact, fc, mat, quad, wrong } from '../../kit.js';
import { rotation } from '../../subjects/vae/symmetry-cases.js';

const SUBJECT = {
  /** log of the density of r#q at r(z), from log q(z) and |det J_r(z)|. */
  pushed: (logQ: number, volume: number) => logQ - Math.log(volume),
  /** What is averaged over the posterior. */
  integrand: (logLikelihood: number, logRatio: number, beta: number) => logLikelihood - beta * logRatio,
};
type Subject = typeof SUBJECT;

const { normal, logistic } = PRIORS;

const SYMMETRIES = {
  twist: (t: number) => ({ prior: normal, map: twist(t / 8), inverse: twist(-t / 8) }),
  scores: (t: number) => ({
    prior: logistic,
    map: scoreRotation(logistic, rotation(t)),
    inverse: scoreRotation(logistic, rotation(-t)),
  }),
};

const cases = draw.record({
  kind: fc.constantFrom('twist', 'scores'),
  t: draw.dyadic({ min: 0.25, max: 1.25, bits: 6 }),
  mean: draw.vector(2, draw.dyadic({ min: -1, max: 1, bits: 4 })),
  std: draw.vector(2, draw.dyadic({ min: 0.5, max: 0.75, bits: 4 })),
  x: draw.vector(2, draw.normal()),
  beta: draw.dyadic({ min: 0.25, max: 4, bits: 2 }),
});
type Case = draw.Of<typeof cases>;

/** A decoder without symmetries. */
const logLikelihood = (x: mat.Vector, [a, b]: mat.Vector): number =>
  -((x[0]! - a! - Math.sin(b!)) ** 2 + (x[1]! - b! / 2 + Math.cos(a!)) ** 2) / 2;

const logGaussian = ({ mean, std }: Case, z: mat.Vector): number =>
  mat.sum(
    z.map((x, i) => -(((x - mean[i]!) / std[i]!) ** 2 + Math.log(2 * Math.PI)) / 2 - Math.log(std[i]!)),
  );

/** L(q, p_r): by the noise of q. */
const POINTS = quad.gaussianPoints(2, 48);
function transformedDecoder(c: Case): number {
  const { prior, map } = SYMMETRIES[c.kind](c.t);
  return quad.expectation(POINTS, noise => {
    const z = noise.map((e, i) => c.mean[i]! + c.std[i]! * e);
    return logLikelihood(c.x, map(z)) - c.beta * (logGaussian(c, z) - prior.logDensity(z));
  });
}

/**
 * A grid that holds the moved posterior; the trapezoidal rule on it is exact to rounding for smooth
 * densities.
 */
const STEP = 1 / 8;
const GRID = Array.from({ length: 193 }, (_, i) => (i - 96) * STEP);

/** L(r#q, p), and the mass of r#q: by the density of r#q on the grid, nothing being moved along with r. */
function movedPosterior(c: Case, rules: Subject) {
  const { prior, inverse } = SYMMETRIES[c.kind](c.t);
  const total = { value: 0, mass: 0 };
  for (const a of GRID)
    for (const b of GRID) {
      const at = [a, b];
      const from = inverse(at);
      if (!from.every(Number.isFinite)) continue;
      const logPrior = prior.logDensity(at);
      const logQ = rules.pushed(logGaussian(c, from), Math.exp(prior.logDensity(from) - logPrior));
      const weight = Math.exp(logQ) * STEP ** 2;
      if (weight === 0) continue;
      total.mass += weight;
      total.value += weight * rules.integrand(logLikelihood(c.x, at), logQ - logPrior, c.beta);
    }
  return total;
}

const given = {
  arbitrary: cases,
  examples: (['twist', 'scores'] as const).map(kind => ({
    kind,
    t: 0.75,
    mean: [0.5, -0.25],
    std: [0.5, 0.75],
    x: [1, -1],
    beta: 2,
  })),
};

const identity = check.within<Case, Subject>({
  says: 'L(q, p_r) = L(r#q, p) for a twist of the plane, which keeps volumes, and for rotated scores of a logistic prior, which do not, with q(r^-1(z)) / |det J_r(r^-1(z))| as the density of r#q, which has mass 1 (quadrature: 1e-6)',
  given,
  runs: 2,
  tolerance: 1e-6,
  measure: (c, rules) => {
    const { value, mass } = movedPosterior(c, rules);
    return check.agree({ value: [value, transformedDecoder(c)], mass: [mass, 1] });
  },
});

export default claim<Subject, string, string>({
  id: 'KP-32',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, eq. (15), for every map of the class R',
  tex: {
    printed:
      "\\mathcal L(q, p_r) = \\int \\log\\Bigl(p(x|z') \\Bigl(\\frac{p(r^{-1}(z'))}{q(r^{-1}(z')|x)}\\Bigr)^\\beta\\Bigr) q(r^{-1}(z')|x)\\, dz' = \\mathcal L(r_\\# q, p)",
    corrected:
      "\\int \\log\\Bigl(p(x|z') \\Bigl(\\frac{p(z')}{q_r(z')}\\Bigr)^\\beta\\Bigr) q_r(z')\\, dz', \\qquad q_r(z') = \\frac{q(r^{-1}(z'))}{|\\det J_r(r^{-1}(z'))|}",
  },
  says: 'The objective of a decoder whose latents are transformed by r is that of the original one with the posterior r#q for every map that leaves the prior as it is, linear or not, volume-preserving or not; with maps that change volumes the density of r#q has the determinant that the lines on the way leave out.',
  verdict: exact(),
  findings: [
    {
      class: 'misprint',
      title: 'The lines on the way to eq. (15) are for maps that keep volumes',
      quote: "q(r^{-1}(z')|x)} \\right)^\\beta \\right) q(r^{-1}(z')|x) dz'",
      place: 'eq. (15), third line',
      says: 'The class R holds every map that leaves the prior as it is, and those of appendix A change volumes (KP-2). With the density of r#q in place of q(r^-1(z)) the determinants cancel in the ratio to the prior, and the result is the printed one.',
      also: ['KP-5'],
    },
  ],
  subject: SUBJECT,
  checks: { identity },
  mutants: {
    ...wrong.formula(SUBJECT, 'pushed', {
      volumeDropped: ['q(r^-1(z)) for the density of r#q, as in the third line', logQ => logQ],
      inverseVolume: [
        'the determinant of r^-1 the wrong way round',
        (logQ, volume) => logQ + Math.log(volume),
      ],
    }),
    ...wrong.formula(SUBJECT, 'integrand', {
      betaIgnored: ['beta = 1', (logLikelihood, logRatio) => logLikelihood - logRatio],
      klSign: ['the KL added', (logLikelihood, logRatio, beta) => logLikelihood + beta * logRatio],
    }),
  },
});
