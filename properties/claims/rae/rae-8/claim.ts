/** @file RAE-8: what a Gaussian fitted to the codes gains over the prior, exactly. */

import * as gaussian from '../../../../src/theory/density/gaussian.js';
import { type Mixture, mixtureLogDensityOf, momentsOf } from '../../../../src/theory/density/mixture.js';
import { check, claim, draw, exact, fc, mat, quad } from '../../../kit.js';
import { clouds, gaussians, mixtures } from '../../../subjects/rae/density-cases.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';
import { posteriors, processed } from './decoded.js';
import { crossEntropy, sizeOf } from './entropy.js';

const COUNT = 12;
const cloudCases = fc.oneof(
  ...[1, 2, 3].map(d => draw.record({ points: clouds(d, COUNT), other: gaussians(d) })),
);
type CloudCase = draw.Of<typeof cloudCases>;

const empirical = check.equals<CloudCase, Subject>({
  says: 'over the codes, the fitted Gaussian beats the prior by (|m|^2 + tr C - log det C - d) / 2, and any other Gaussian by its divergence from it',
  given: cloudCases,
  runs: 32,
  measure: ({ points, other }, s) => {
    const fitted = s.fit(points);
    const own = crossEntropy(points, fitted);
    const prior = gaussian.standardNormal(fitted.mean.length);
    const size = sizeOf(fitted) + sizeOf(other) + s.kl(fitted, other);
    return check.agree(
      {
        prior: [crossEntropy(points, prior) - own, s.gain(fitted)],
        other: [crossEntropy(points, other) - own, s.kl(fitted, other)],
      },
      size,
    );
  },
});

const best = check.bound<CloudCase, Subject>({
  says: 'no Gaussian has a lower cross-entropy with the codes',
  given: cloudCases,
  runs: 32,
  measure: ({ points, other }, s) => {
    const fitted = s.fit(points);
    const near: gaussian.Gaussian = {
      mean: mat.add(fitted.mean, mat.scale(1 / 64, other.mean)),
      covariance: mat.combine(1, fitted.covariance, 1 / 64, other.covariance),
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
    const factor = mat.cholesky(covariance);
    return quad.gaussianPoints(mean.length, nodes).map(({ point, weight }) => ({
      x: mat.add(mean, mat.apply(factor, point)),
      weight: weight * weights[k]!,
    }));
  });
}

const NODES = 16;

const mixtureCases = fc.oneof(...[1, 2].map(d => mixtures(d, 2)));

const distributions = check.equals<Mixture, Subject>({
  says: 'for any aggregated distribution q of codes: KL(q || N(0, I)) = KL(q || N(m, C)) + (|m|^2 + tr C - log det C - d) / 2 with its moments m, C',
  given: mixtureCases,
  runs: 12,
  measure: (q, s) => {
    const fitted = momentsOf(q);
    const points = pointsOf(q, NODES);
    const log = mixtureLogDensityOf(q);
    // the same points for both: their error, which is in the entropy of q alone, cancels
    const kl = (p: gaussian.Gaussian): number => {
      const density = gaussian.logDensityOf(p);
      return mat.sum(points.map(({ x, weight }) => weight * (log(x) - density(x))));
    };
    const weighted = gaussian.fitGaussian(
      points.map(({ x }) => x),
      points.map(({ weight }) => weight),
    );
    return check.agree({
      KL: [kl(gaussian.standardNormal(fitted.mean.length)), kl(fitted) + s.gain(fitted), sizeOf(fitted) * 4],
      moments: [weighted.covariance.flat(), fitted.covariance.flat(), sizeOf(fitted)],
    });
  },
});

const gained = check.bound<Mixture, Subject>({
  says: 'so that it never loses: the gain is not negative, and at most KL(q || N(0, I))',
  given: mixtureCases,
  runs: 12,
  measure: (q, s) => {
    const fitted = momentsOf(q);
    const density = gaussian.logDensityOf(gaussian.standardNormal(fitted.mean.length));
    const log = mixtureLogDensityOf(q);
    const whole = mat.sum(pointsOf(q, NODES).map(({ x, weight }) => weight * (log(x) - density(x))));
    return check.below(
      {
        gain: [0, s.gain(fitted)], // up to the quadrature of the entropy
        left: [s.gain(fitted), whole + 1e-3],
      },
      sizeOf(fitted),
    );
  },
});

export default claim<Subject, string, string>({
  id: 'RAE-8',
  paper: 'rae',
  source: 'Ghosh et al. 2020 as summarised, ex-post density estimation with a Gaussian',
  tex: {
    printed:
      '\\text{they propose to fit a density estimator } q_{\\delta}(z) \\text{ on the encodings of the dataset}',
    corrected:
      '\\mathrm{KL}(q\\,\\|\\,\\mathcal N(0, I)) = \\mathrm{KL}(q\\,\\|\\,\\mathcal N(m, C)) + \\tfrac12\\bigl(|m|^2 + \\mathrm{tr}\\,C - \\log\\det C - d\\bigr)',
  },
  says: 'Sampling from a Gaussian fitted to the codes instead of the prior lowers the divergence from the code distribution by exactly (|m|^2 + tr C - log det C - d)/2, whatever that distribution is.',
  verdict: exact(),
  subject: SUBJECT,
  checks: { empirical, best, distributions, gained, processed, posteriors },
  mutants: MUTANTS,
});
