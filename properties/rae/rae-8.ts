/** @file RAE-8: what a Gaussian fitted to the codes gains over the prior, exactly. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { scaleUp } from '../../src/core/gaussian.js';
import { scaleOf } from '../../src/core/objectives/objective.js';
import { VAE_RULES, type VaeRules } from '../../src/core/objectives/vae.js';
import { bound } from '../../src/theory/checks/bound.js';
import { equals } from '../../src/theory/checks/equals.js';
import { claim, mutant } from '../../src/theory/claim.js';
import { cholesky, logDet } from '../../src/theory/closed/cholesky.js';
import { gaussianPoints, sigmaPoints } from '../../src/theory/closed/gauss-hermite.js';
import {
  add,
  apply,
  combine,
  dot,
  identity,
  type Matrix,
  multiply,
  norm,
  trace,
  transpose,
  type Vector,
} from '../../src/theory/closed/matrix.js';
import {
  affineImage,
  fitGaussian,
  type Gaussian,
  klOfGaussians,
  logDensityOf,
  standardNormal,
} from '../../src/theory/density/gaussian.js';
import { type Mixture, mixtureLogDensityOf, momentsOf } from '../../src/theory/density/mixture.js';
import { exact } from '../../src/theory/verdict.js';
import { type AutoencoderCase, SHAPES } from '../arbitraries/autoencoders.js';
import { everyShape } from '../arbitraries/given.js';
import { logUniform, normal } from '../arbitraries/numbers.js';
import { plainRecord } from '../arbitraries/record.js';
import { vector } from '../arbitraries/vector.js';
import { rowsOf } from '../support/jets.js';
import { inputSpecs, inputsOf, networkOf, paramsOf } from '../support/network.js';
import { covariancesOf } from '../support/posterior.js';
import { programOf } from '../support/program.js';
import { clouds, gaussians, mixtures, rows } from './density-cases.js';

interface Subject {
  readonly fit: (points: Matrix) => Gaussian;
  /** KL(fit || N(0, I)) from the moments of the codes. */
  readonly gain: (fitted: Gaussian) => number;
  readonly kl: (p: Gaussian, q: Gaussian) => number;
  readonly vae: VaeRules;
  /** The covariance of codes sampled from posteriors, from that of their means and the mean posterior covariance. */
  readonly sampled: (ofMeans: Matrix, posterior: Matrix) => Matrix;
}

const SUBJECT: Subject = {
  fit: points => fitGaussian(points),
  gain: ({ mean, covariance }) =>
    (dot(mean, mean) + trace(covariance) - logDet(covariance) - mean.length) / 2,
  kl: klOfGaussians,
  vae: VAE_RULES,
  sampled: (ofMeans, posterior) => combine(1, ofMeans, 1, posterior),
};

const meanOver = (points: Matrix, f: (x: Vector) => number): number =>
  points.reduce((sum, x) => sum + f(x), 0) / points.length;

/** -E log q over the points. */
const crossEntropy = (points: Matrix, q: Gaussian): number => -meanOver(points, logDensityOf(q));

const sizeOf = ({ mean, covariance }: Gaussian): number =>
  (norm(mean) ** 2 + trace(covariance) + mean.length) *
  (1 + trace(covariance) / Math.exp(logDet(covariance) / mean.length));

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

interface Generated {
  readonly codes: Gaussian;
  readonly weight: Matrix;
  readonly bias: Vector;
  readonly noise: number;
}

const generated: fc.Arbitrary<Generated> = fc.oneof(
  ...(
    [
      [2, 2],
      [3, 2],
      [2, 3],
    ] as const
  ).map(([entries, d]) =>
    plainRecord({
      codes: gaussians(d),
      weight: vector(entries * d, normal()).map(flat => rows(flat, entries)),
      bias: vector(entries, normal()),
      noise: logUniform({ min: 1 / 1024, max: 4 }),
    }),
  ),
);

const processed = bound<Generated, Subject>({
  says: 'what is decoded is no further from the decoded prior than the codes are from the prior',
  given: {
    arbitrary: generated,
    // nothing is lost by a decoder that can be inverted
    examples: [
      {
        codes: {
          mean: [1, 2],
          covariance: [
            [2, 1],
            [1, 1.5],
          ],
        },
        weight: [
          [4, 0],
          [0, 2],
        ],
        bias: [0, 1],
        noise: 2 ** -20,
      },
    ],
  },
  runs: 24,
  measure: ({ codes, weight, bias, noise }, s) => {
    const seen = (of: Gaussian): Gaussian => {
      const { mean, covariance } = affineImage(of, weight, bias);
      return { mean, covariance: combine(1, covariance, noise, identity(mean.length)) };
    };
    const prior = standardNormal(codes.mean.length);
    return {
      lower: s.kl(seen(codes), seen(prior)),
      upper: s.kl(codes, prior),
      scale: sizeOf(codes) * (1 + 1 / noise) ** 0.5,
    };
  },
});

/** The codes that the VAE draws for every sigma point, and the posterior means. */
function sampledCodes(of: AutoencoderCase, vae: VaeRules): { codes: number[][]; means: number[][] } {
  const { shape } = of;
  const { batch, net } = shape;
  const program = programOf(vae, shape, 'sampled codes', () => ({
    specs: { ...inputSpecs(shape), noise: { shape: [batch, net.latent] } },
    fn: inputs => {
      const posterior = networkOf(shape).encode(paramsOf(shape, inputs), inputs.x!);
      const z = vae.sample(posterior.mean, scaleOf(posterior, 'learned'), inputs.noise!);
      return { z, mean: tf.add(posterior.mean, 0) };
    },
  }));
  const matrix = (flat: Float64Array): number[][] => rowsOf(flat, batch).map(row => [...row]);
  const drawn = sigmaPoints(net.latent).map(({ point }) => {
    const noise = Float64Array.from({ length: batch * net.latent }, (_, k) => point[k % net.latent]!);
    const { z, mean } = program.run({ ...inputsOf(of), noise });
    return { z: matrix(z!), mean: matrix(mean!) };
  });
  return { codes: drawn.flatMap(({ z }) => z), means: drawn[0]!.mean };
}

const posteriors = equals<AutoencoderCase, Subject>({
  says: "a VAE's sampled codes and its posterior means have different Gaussians: the same mean, covariances that differ by the mean posterior covariance",
  given: everyShape(SHAPES.learned),
  runs: 12,
  measure: (of, s) => {
    const { codes, means } = sampledCodes(of, s.vae);
    const [sampled, ofMeans] = [fitGaussian(codes), fitGaussian(means)];
    const sigma = covariancesOf(of).reduce(
      (sum, matrix) => combine(1, sum, 1 / means.length, matrix),
      combine(0, sampled.covariance, 0, sampled.covariance),
    );
    const size = trace(sigma) + meanOver(codes, z => norm(z) ** 2);
    return [
      { what: 'mean', actual: sampled.mean, expected: ofMeans.mean, scale: Math.sqrt(size) },
      {
        what: 'covariance',
        actual: sampled.covariance.flat(),
        expected: s.sampled(ofMeans.covariance, sigma).flat(),
        scale: size,
      },
    ];
  },
});

const withFit = (says: string, fit: Subject['fit']) => mutant<Subject>(says, s => ({ ...s, fit }));
const changed = (change: (fitted: Gaussian, points: Matrix) => Partial<Gaussian>): Subject['fit'] => {
  return points => {
    const fitted = fitGaussian(points);
    return { ...fitted, ...change(fitted, points) };
  };
};
const inVae = (sample: VaeRules['sample']) => {
  const vae = { ...VAE_RULES, sample };
  return (s: Subject): Subject => ({ ...s, vae });
};

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
  mutants: {
    unbiased: withFit(
      'the covariance divided by N - 1',
      changed(({ covariance }, points) => ({
        covariance: covariance.map(row => row.map(x => (x * points.length) / (points.length - 1))),
      })),
    ),
    uncentred: withFit(
      'second moments for the covariance',
      changed(({ covariance, mean }) => ({
        covariance: covariance.map((row, i) => row.map((x, j) => x + mean[i]! * mean[j]!)),
      })),
    ),
    diagonal: withFit(
      'variances alone',
      changed(({ covariance }) => ({
        covariance: covariance.map((row, i) => row.map((x, j) => (i === j ? x : 0))),
      })),
    ),
    centredAtZero: withFit(
      'a mean of zero',
      changed(({ mean }) => ({ mean: mean.map(() => 0) })),
    ),
    withoutDimension: mutant('the gain without - d / 2', s => ({
      ...s,
      gain: of => SUBJECT.gain(of) + of.mean.length / 2,
    })),
    withoutHalf: mutant('the gain without its 1/2', s => ({ ...s, gain: of => 2 * SUBJECT.gain(of) })),
    traceOnly: mutant('the gain without the log det', s => ({
      ...s,
      gain: of => SUBJECT.gain(of) + logDet(of.covariance) / 2,
    })),
    reversed: mutant('the divergence the other way round', s => ({
      ...s,
      kl: (p, q) => klOfGaussians(q, p),
    })),
    meansForSamples: mutant('the covariance of the means for that of the samples', s => ({
      ...s,
      sampled: ofMeans => ofMeans,
    })),
    precisionAdded: mutant('the squared posterior covariance', s => ({
      ...s,
      sampled: (ofMeans, sigma) => combine(1, ofMeans, 1, multiply(sigma, transpose(sigma))),
    })),
    varianceForDeviation: mutant(
      'Sigma times the noise for its root',
      inVae((mean, scale, noise) => tf.add(mean, scaleUp(scale, scaleUp(scale, noise)))),
    ),
  },
});
