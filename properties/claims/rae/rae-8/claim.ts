/** @file RAE-8: what a Gaussian fitted to the codes gains over the prior, exactly. */
import fc from 'fast-check';
import { bound } from '../../../../src/claims/checks/bound.js';
import { equals } from '../../../../src/claims/checks/equals.js';
import { claim } from '../../../../src/claims/claim.js';
import { exact } from '../../../../src/claims/verdict.js';
import {
  fitGaussian,
  type Gaussian,
  logDensityOf,
  standardNormal,
} from '../../../../src/theory/density/gaussian.js';
import { type Mixture, mixtureLogDensityOf, momentsOf } from '../../../../src/theory/density/mixture.js';
import { cholesky } from '../../../../src/theory/numerics/cholesky.js';
import { gaussianPoints } from '../../../../src/theory/numerics/gauss-hermite.js';
import { add, apply, combine, type Matrix } from '../../../../src/theory/numerics/matrix.js';
import { plainRecord } from '../../../arbitraries/record.js';
import { clouds, gaussians, mixtures } from '../../../subjects/rae/density-cases.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';
import { posteriors, processed } from './decoded.js';
import { crossEntropy, sizeOf } from './entropy.js';

interface CloudCase {
  readonly points: Matrix;
  readonly other: Gaussian;
}

const COUNT = 12;
const cloudCases: fc.Arbitrary<CloudCase> = fc.oneof(
  ...[1, 2, 3].map(d => plainRecord({ points: clouds(d, COUNT), other: gaussians(d) })),
);

const empirical = equals<CloudCase, Subject>({
  says: 'over the codes, the fitted Gaussian beats the prior by (|m|^2 + tr C - log det C - d) / 2, and any other Gaussian by its divergence from it',
  given: { arbitrary: cloudCases },
  runs: 32,
  measure: ({ points, other }, s) => {
    const fitted = s.fit(points);
    const own = crossEntropy(points, fitted);
    const prior = standardNormal(fitted.mean.length);
    const size = sizeOf(fitted) + sizeOf(other) + s.kl(fitted, other);
    return [
      { what: 'prior', actual: crossEntropy(points, prior) - own, expected: s.gain(fitted), scale: size },
      {
        what: 'other',
        actual: crossEntropy(points, other) - own,
        expected: s.kl(fitted, other),
        scale: size,
      },
    ];
  },
});

const best = bound<CloudCase, Subject>({
  says: 'no Gaussian has a lower cross-entropy with the codes',
  given: { arbitrary: cloudCases },
  runs: 32,
  measure: ({ points, other }, s) => {
    const fitted = s.fit(points);
    const near: Gaussian = {
      mean: add(
        fitted.mean,
        other.mean.map(x => x / 64),
      ),
      covariance: combine(1, fitted.covariance, 1 / 64, other.covariance),
    };
    const lower = crossEntropy(points, fitted);
    return [other, near].map(q => ({
      lower,
      upper: crossEntropy(points, q),
      scale: sizeOf(fitted) + sizeOf(q),
    }));
  },
});

/** Points and weights that average over a mixture: a tensor rule in each component. */
function pointsOf({ weights, components }: Mixture, nodes: number) {
  return components.flatMap(({ mean, covariance }, k) => {
    const factor = cholesky(covariance);
    return gaussianPoints(mean.length, nodes).map(({ point, weight }) => ({
      x: add(mean, apply(factor, point)),
      weight: weight * weights[k]!,
    }));
  });
}

const NODES = 16;

const mixtureCases = fc.oneof(...[1, 2].map(d => mixtures(d, 2)));

const distributions = equals<Mixture, Subject>({
  says: 'for any aggregated distribution q of codes: KL(q || N(0, I)) = KL(q || N(m, C)) + (|m|^2 + tr C - log det C - d) / 2 with its moments m, C',
  given: { arbitrary: mixtureCases },
  runs: 12,
  measure: (q, s) => {
    const fitted = momentsOf(q);
    const points = pointsOf(q, NODES);
    const log = mixtureLogDensityOf(q);
    // the same points for both: their error, which is in the entropy of q alone, cancels
    const kl = (p: Gaussian): number => {
      const density = logDensityOf(p);
      return points.reduce((sum, { x, weight }) => sum + weight * (log(x) - density(x)), 0);
    };
    const weighted = fitGaussian(
      points.map(({ x }) => x),
      points.map(({ weight }) => weight),
    );
    return [
      {
        what: 'KL',
        actual: kl(standardNormal(fitted.mean.length)),
        expected: kl(fitted) + s.gain(fitted),
        scale: sizeOf(fitted) * 4,
      },
      {
        what: 'moments',
        actual: weighted.covariance.flat(),
        expected: fitted.covariance.flat(),
        scale: sizeOf(fitted),
      },
    ];
  },
});

const gained = bound<Mixture, Subject>({
  says: 'so that it never loses: the gain is not negative, and at most KL(q || N(0, I))',
  given: { arbitrary: mixtureCases },
  runs: 12,
  measure: (q, s) => {
    const fitted = momentsOf(q);
    const density = logDensityOf(standardNormal(fitted.mean.length));
    const log = mixtureLogDensityOf(q);
    const whole = pointsOf(q, NODES).reduce((sum, { x, weight }) => sum + weight * (log(x) - density(x)), 0);
    return [
      { what: 'gain', lower: 0, upper: s.gain(fitted), scale: sizeOf(fitted) },
      // up to the quadrature of the entropy
      { what: 'left', lower: s.gain(fitted), upper: whole + 1e-3, scale: sizeOf(fitted) },
    ];
  },
});

export default claim<Subject, string, string>({
  id: 'RAE-8',
  paper: 'rae',
  source: 'Ghosh et al. 2020, ex-post density estimation with a Gaussian',
  tex: {
    printed:
      '\\text{fitting } \\mathcal N(m, C) \\text{ to the codes closes the gap between } q(z) \\text{ and the sampled density}',
    corrected:
      '\\mathrm{KL}(q\\,\\|\\,\\mathcal N(0, I)) = \\mathrm{KL}(q\\,\\|\\,\\mathcal N(m, C)) + \\tfrac12\\bigl(|m|^2 + \\mathrm{tr}\\,C - \\log\\det C - d\\bigr)',
  },
  says: 'Sampling from a Gaussian fitted to the codes instead of the prior lowers the divergence from the code distribution by exactly (|m|^2 + tr C - log det C - d)/2, whatever that distribution is.',
  verdict: exact(),
  subject: SUBJECT,
  checks: { empirical, best, distributions, gained, processed, posteriors },
  mutants: MUTANTS,
});
