/** @file UJV-7 (section 4.1): whether the maximum in the ellipsoid bounds the Gaussian mean, for small Sigma and large p. */

import { chiMoment, massOutside } from '../../../src/theory/closed/chi.js';
import { check, claim, refuted } from '../../kit.js';
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
  says: 'neither a small Sigma nor a large p helps: |theta - mu|^4 exceeds its maximum by the factor 1 + 2/p at both',
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
  says: 'That the maximum in the ellipsoid bounds the Gaussian mean is exact up to degree three, and true for small Sigma where the gradient is not zero; in general it fails for every p and every Sigma, large p does not help (the gap of a bounded loss grows to 1/2), and a true bound needs a slightly larger radius or an additive term.',
  verdict: refuted({
    counterexample:
      'L(w) = |w - mu|^4: the mean is 1 + 2/p times the maximum for every p and every Sigma = c I',
    corrected:
      'exact up to degree three; below the maximum by sqrt(p) |Sigma^(1/2) grad L| for small Sigma where grad L is not zero; with the radius sqrt(p) + sqrt(2 log(1/delta)) and delta Lmax for bounded losses',
  }),
  objectives: ['samba'],
  subject: SUBJECT,
  checks: {
    quartic,
    smallAndLarge,
    convex,
    exponential,
    nearIndicator,
    half,
    quadratic,
    cubic,
    onEllipsoid,
    smallRadius,
    ...EXCESS,
  },
  mutants: Object.fromEntries(CONTROLS.map(name => [name, MUTANTS[name]!])),
});
