/**
 * @file UJV-7 (section 4.1): whether the maximum in the ellipsoid bounds the Gaussian mean, for small Sigma
 * and large p.
 */

import { normalCdf } from '../../../src/claims/statistics.js';
import { chiMoment, massOutside } from '../../../src/theory/closed/chi.js';
import { check, claim, conditional, draw } from '../../kit.js';
import { MUTANTS, SUBJECT, type Subject } from '../../subjects/bound/controls.js';
import { CORRECTED } from '../../subjects/bound/corrected.js';
import { COUNTEREXAMPLES } from '../../subjects/bound/counterexamples.js';
import { EXCESS } from '../../subjects/bound/excess.js';
import { radiusOf } from '../../subjects/bound/means.js';

interface Limit {
  readonly p: number;
  /** The standard deviation of every weight. */
  readonly sigma: number;
}

const LIMITS = [1, 10, 100, 1000, 10_000].flatMap(p => [1e-6, 1].map((sigma): Limit => ({ p, sigma })));

const smallAndLarge = check.violates<Limit, Subject>({
  says: 'at no p and at no Sigma = c I is the maximum a bound for |theta - mu|^4: the mean is 1 + 2/p times it',
  given: check.only(LIMITS as [Limit, ...Limit[]], ({ p, sigma }) => `p = ${p}, sigma = ${sigma}`),
  measure: ({ p, sigma }, s) => {
    const claimed = (sigma * radiusOf(s, p)) ** 4;
    const actual = sigma ** 4 * chiMoment(p, 4);
    return { claimed, actual, by: actual - claimed, scale: actual };
  },
});

const half = check.within<number, Subject>({
  says: 'for a loss between 0 and 1 the gap grows to 1/2 with p, as 1/2 - 1 / (3 sqrt(pi p)), and does not vanish',
  given: check.only([100, 1000, 10_000, 1_000_000]),
  tolerance: 1e-3,
  measure: (p, s) => ({
    actual: massOutside(p, radiusOf(s, p)),
    expected: 1 / 2 - 1 / (3 * Math.sqrt(Math.PI * p)),
  }),
});

const quarticExcess = check.equals<number, Subject>({
  says: 'the excess of |theta - mu|^4 over its maximum is 2/p of it: it vanishes as p grows, as the informal statement has it',
  given: check.only([1, 10, 100, 1e4, 1e8]),
  measure: (p, s) => ({ actual: chiMoment(p, 4) / radiusOf(s, p) ** 4 - 1, expected: 2 / p, scale: 1 }),
});

interface Cliff {
  readonly p: number;
  /** How far beyond the radius it stands, in standard deviations of a weight. */
  readonly beyond: number;
}

const CLIFFS = [1e4, 1e6].flatMap(p => [0.5, 1, 2, 3].map((beyond): Cliff => ({ p, beyond })));

const cliffDecay = check.within<Cliff, Subject>({
  says: 'a cliff beyond the radius counts less and less: at sqrt(p) + t its excess is erfc(t)/2 for large p, 0.079 at t = 1, 0.0023 at t = 2, 1.1e-5 at t = 3 (within 10 % from p = 10^4 on)',
  given: check.only(CLIFFS as [Cliff, ...Cliff[]], ({ p, beyond }) => `p = ${p}, t = ${beyond}`),
  tolerance: 0.1,
  measure: ({ p, beyond }, s) => ({
    actual: massOutside(p, radiusOf(s, p) + beyond),
    expected: normalCdf(-Math.SQRT2 * beyond),
  }),
});

const cliffBound = check.bound<Cliff, Subject>({
  says: 'and at most the normal tail beyond t for every p: the ellipsoid holds half of the mass, and no set of half the mass has more outside of its neighbourhood than a half-space',
  given: draw.record({
    p: draw.logUniform({ min: 1, max: 1e4 }).map(Math.round),
    beyond: draw.dyadic({ min: 0, max: 4, bits: 4 }),
  }),
  runs: 40,
  measure: ({ p, beyond }, s) => ({
    lower: massOutside(p, radiusOf(s, p) + beyond),
    upper: normalCdf(-beyond),
  }),
});

const { quartic, convex, exponential, nearIndicator } = COUNTEREXAMPLES;
const { quadratic, cubic, onEllipsoid, smallRadius } = CORRECTED;

/** Those of the bound's controls that its checks here can tell. */
const CONTROLS = [
  ['covarianceForRoot', 'noNoise', 'rootDimensionMissing', 'dimensionForRoot', 'lipschitzHalved', 'noExcess'],
  ['smoothQuartered', 'noSmoothExcess', 'printedRadius', 'nothingOutside'],
].flat();

export default claim({
  id: 'UJV-7',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, section 4.1',
  tex: {
    printed:
      '\\mathbb E_{\\varepsilon\\sim\\mathcal N(0,\\Sigma)} L(\\mu+\\varepsilon) \\lesssim \\max_{\\varepsilon^\\top\\Sigma^{-1}\\varepsilon\\le p} L(\\mu+\\varepsilon), \\quad \\Sigma \\text{ small enough, } p \\text{ large enough}',
    corrected:
      '\\begin{aligned} \\mathbb E L &\\le \\max L && \\deg L \\le 3 \\\\ \\mathbb E L - \\max L &= -\\sqrt p\\,\\|\\Sigma^{1/2}\\nabla L\\| + O(\\Sigma) && \\nabla L \\ne 0 \\\\ \\mathbb E L &\\le (1-\\delta)\\max_{\\|\\eta\\|\\le\\sqrt p+\\sqrt{2\\log(1/\\delta)}} L + \\delta L_{\\max} && L \\le L_{\\max} \\end{aligned}',
  },
  says: 'The maximum in the ellipsoid bounds the Gaussian mean exactly up to degree three and, where the gradient is not zero, for small Sigma; for |theta|^4 it is exceeded by 2/p of itself, for a cliff at its radius by up to half of the height of the cliff, and t standard deviations beyond the radius by erfc(t)/2 of it. So the informal statement stands with these amounts, and the sentence before it, on any expectation, does not.',
  verdict: conditional(
    'degree at most three, or small Sigma and a gradient that is not zero; else up to an excess: 2/p of the maximum for |theta|^4, sqrt(2)/4 G rho/sqrt(p) for a Lipschitz constant G, up to half of the range of a bounded loss that rises at the radius',
  ),
  findings: [
    {
      class: 'error',
      title: 'Not every Gaussian expectation is bounded by the maximum over the ellipsoid of radius √p',
      quote: 'any expectation over the [...] can be upper bounded by the maximum value within the ellipsoid',
      place: 'section 4.1',
      says: '|θ - μ|⁴ exceeds its maximum by the factor 1 + 2/p for every p and every Σ = cI, a convex smooth loss by an amount that grows with p, a bounded one by nearly half of its range, because half of the Gaussian mass lies outside of the ellipsoid. The display that follows says ≲, “stated informally”, for small Σ and large p; so much holds up to degree three, and with the excess stated otherwise: 2/p of the maximum for |θ|⁴, and for a cliff t standard deviations beyond the radius erfc(t)/2 of its height. Appendix C uses the same bound before eq. (55). The theorems of the appendix have the larger radius √p + √log n and an additive term, with which it is true for bounded losses.',
      also: ['SAMBA-14', 'UJV-20'],
      changesUse: true,
    },
  ],
  objectives: ['samba'],
  subject: SUBJECT,
  checks: {
    ...{ quartic, smallAndLarge, quarticExcess, convex, exponential, nearIndicator },
    ...{ half, cliffDecay, cliffBound },
    ...{ quadratic, cubic, onEllipsoid, smallRadius, ...EXCESS },
  },
  mutants: Object.fromEntries(CONTROLS.map(name => [name, MUTANTS[name]!])),
});
