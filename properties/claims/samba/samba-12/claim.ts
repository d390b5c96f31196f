/** @file The gradient of mean-field variational inference from a single sample: section 2. */
import * as tf from '@tensorflow/tfjs';
import { scaleUp } from '../../../../src/core/gaussian.js';
import { VAE_RULES } from '../../../../src/core/objectives/vae/vae.js';
import { normalPowerMean } from '../../../../src/theory/closed/power-sum.js';
import { ridgeHessian } from '../../../../src/theory/closed/ridge.js';
import { check, claim, conditional, draw, fc, mat, quad, wrong } from '../../../kit.js';
import { ridgeAt, whitened } from '../../../subjects/sam/ellipsoids.js';
import { powerLoss } from '../../../subjects/sam/losses.js';
import { drawsOn, meanGradient } from '../../../subjects/sam/noisy-losses.js';
import { type PolynomialCase, polynomialSize, polynomials } from '../../../subjects/sam/polynomial-cases.js';
import { type Case, sizeOf, widest, withSigma } from '../../../subjects/sam/ridge-cases.js';
import { inVae, NOISE_WRONG } from '../../../subjects/vae/elbo-mutants.js';
import { bowl, bySquareRoots, contractions, smoothedGradient, spreadOf, squared } from './moments.js';

const firstOf = (noise: tf.Tensor): tf.Tensor => tf.slice(noise, [0, 0], [noise.shape[0]!, 1]);

const SUBJECT = {
  vae: VAE_RULES,
  /** The trace of the covariance of the gradient to first order in Sigma. */
  spread: (hessian: mat.Matrix, sigma: mat.Matrix) =>
    mat.trace(mat.multiply(hessian, mat.multiply(sigma, hessian))),
  /** Its term of second order, from the contractions with third and with fourth derivatives. */
  next: (third: number, fourth: number) => third / 2 + fourth,
};
type Subject = typeof SUBJECT;

export default claim<Subject, string, string>({
  id: 'SAMBA-12',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, section 2',
  tex: {
    printed:
      '\\nabla L_{MFVI}(\\Psi_0) \\approx \\nabla L(\\Psi_0+\\sqrt\\Sigma\\,\\eta),\\qquad \\eta\\sim\\mathcal N(0,I)',
    corrected:
      '\\nabla\\,\\mathbb E L(\\Psi_0+\\Sigma^{1/2}\\eta) = \\mathbb E\\,\\nabla L(\\Psi_0+\\Sigma^{1/2}\\eta),\\qquad \\mathrm{tr\\,Cov} = \\mathrm{tr}(H\\Sigma H) + O(\\Sigma^2)',
  },
  says: 'The gradient at one reparametrised sample is an unbiased estimate of the gradient of the MFVI objective, with covariance trace tr(H Sigma H) to first order; it is not an approximation with a small error, for error over signal does not shrink with the dimension.',
  verdict: conditional('the approximation is read as an unbiased estimate'),
  findings: [
    {
      class: 'sharpened',
      title:
        'The gradient at one sample is an unbiased estimate whose relative error does not shrink with the dimension',
      quote: 'the loss gradients are approximately (using the reparametrization trick',
      place: 'section 2, MFVI SAM',
      says: 'Its mean is the gradient of the MFVI objective, and the trace of its covariance tr(HΣH) to first order: on |w|²/2 with Σ = (ρ²/d) I its standard deviation is ρ in every dimension.',
    },
  ],
  objectives: ['vae'],
  subject: SUBJECT,
  checks: {
    spread: check.order({
      says: 'the trace of its covariance is tr(H Sigma H) up to third and fourth derivatives: sum_k tr(T_k S T_k S)/2 + tr(H S L_ijkl S_kl)',
      given: withSigma(draw.ridges, [1, 2, 3]),
      order: 4,
      measure: (c, { vae, spread, next }) => {
        const { ridge, point } = c.f;
        const hessian = ridgeHessian(ridge, point);
        const points = quad.gaussianPoints(point.length, point.length === 3 ? 7 : 10);
        return {
          ladder: check.ladder(bySquareRoots(Math.sqrt(point.length) * widest(c)), s => {
            const actual = spreadOf(drawsOn(vae, ridgeAt(c, s), points));
            // what is squared is the difference of gradients, which carries their round-off
            const size = sizeOf(c) * Math.sqrt(actual) + actual;
            return { residual: actual - spread(hessian, squared(s, c.sigma.matrix)), scale: size };
          }),
          constant: next(...contractions(c.f, c.sigma.matrix)),
        };
      },
    }),
    unbiased: check.equals({
      says: 'its mean is the gradient of the MFVI objective, in closed form for sums of sines, cosines and exponentials',
      given: withSigma(draw.ridges, [1, 2]),
      runs: 24,
      measure: (c, { vae }) => {
        const points = quad.gaussianPoints(c.f.point.length, 20);
        const actual = meanGradient(drawsOn(vae, ridgeAt(c, widest(c)), points));
        return { actual, expected: smoothedGradient(c), scale: sizeOf(c) };
      },
    }),
    polynomials: check.equals({
      says: 'and for polynomials, at any covariance',
      given: withSigma(polynomials([5, 4, 3, 2, 1]), [1, 2, 3]),
      runs: 32,
      measure: (c: Case<PolynomialCase>, { vae }) => {
        const { polynomial, point } = c.f;
        const at = { loss: powerLoss(polynomial), point, factor: mat.cholesky(c.sigma.matrix) };
        const slope = ({ a, b, n }: (typeof polynomial.terms)[number]): number =>
          normalPowerMean(mat.dot(a, point) + b, mat.form(a, c.sigma.matrix, a), n - 1);
        const expected = polynomial.terms.map(t => mat.scale(t.c * t.n * slope(t), t.a)).reduce(mat.add);
        return {
          actual: meanGradient(drawsOn(vae, at, quad.gaussianPoints(point.length, 3))),
          expected,
          scale: polynomialSize(c.f, c.sigma.matrix),
        };
      },
    }),
    quadratic: check.equals({
      says: 'for quadratics the trace of the covariance is tr(H Sigma H) exactly',
      given: withSigma(draw.quadratics, [1, 2, 3, 5]),
      runs: 32,
      measure: ({ f, sigma }: Case<draw.Quadratic>, { vae, spread }) => {
        const { on } = whitened({ f, sigma });
        const bending = mat.norm(f.matrix.flat()) ** 2 * mat.norm(sigma.matrix.flat());
        return {
          actual: spreadOf(drawsOn(vae, on, quad.sigmaPoints(f.gradient.length))),
          expected: spread(f.matrix, sigma.matrix),
          scale: mat.norm(f.gradient) ** 2 + bending,
        };
      },
    }),
    neverSmall: check.equals({
      says: 'with Sigma = (rho^2/d) I its standard deviation on |w|^2/2 is rho in every dimension, as large as the gradient at |w| = rho',
      given: {
        arbitrary: draw.record({
          d: fc.constantFrom(1, 2, 8, 32),
          rho: draw.logUniform({ min: 1e-3, max: 30 }),
        }),
        examples: [1, 2, 8, 32].map(d => ({ d, rho: 1 })),
      },
      runs: 12,
      measure: ({ d, rho }, { vae }) => {
        const factor = mat.diagonal(new Array<number>(d).fill(rho / Math.sqrt(d)));
        const at = { loss: bowl(d, rho), point: mat.zeros(d), factor };
        const actual = Math.sqrt(spreadOf(drawsOn(vae, at, quad.sigmaPoints(d))));
        return { actual, expected: rho, scale: rho };
      },
    }),
    sampled: check.statistical({
      says: 'the mean over the noise of training is the closed one, and so is the mean square distance from it',
      given: fc.oneof(...[2, 3].map(p => withSigma(draw.ridges, [p]))),
      runs: 3,
      measure: (c: Case<draw.RidgeCase>, { vae }, random) => {
        const [p, at] = [c.f.point.length, ridgeAt(c, widest(c))];
        const noise = (): number[] => Array.from({ length: p }, () => random.normal());
        const points = Array.from({ length: 2000 }, () => ({ point: noise(), weight: 1 / 2000 }));
        const draws = drawsOn(vae, at, points).map(({ gradient }) => gradient);
        const expected = smoothedGradient(c);
        const exact = spreadOf(drawsOn(VAE_RULES, at, quad.gaussianPoints(p, 14)));
        const distances = Float64Array.from(draws, g => mat.norm(mat.subtract(g, expected)) ** 2);
        return [
          ...expected.map((mean, k) => ({
            values: Float64Array.from(draws, g => g[k]!),
            expected: mean,
            what: `entry ${k}`,
          })),
          { values: distances, expected: exact, what: 'square distance' },
        ];
      },
    }),
  },
  mutants: {
    ...inVae<Subject>(NOISE_WRONG),
    ...wrong.formula(SUBJECT, 'spread', {
      singleTrace: ['tr(H Sigma) for tr(H Sigma H)', mat.traceOfProduct],
      doubled: ['twice tr(H Sigma H)', (h, sigma) => 2 * SUBJECT.spread(h, sigma)],
      squaredSigma: [
        '|H Sigma|^2 for tr(H Sigma H)',
        (h, sigma) => mat.norm(mat.multiply(h, sigma).flat()) ** 2,
      ],
    }),
    ...wrong.formula(SUBJECT, 'next', {
      fourthDropped: ['no fourth derivatives in the next term', third => third / 2],
      thirdQuartered: [
        'a quarter of the third derivatives in the next term',
        (third, fourth) => third / 4 + fourth,
      ],
    }),
    ...wrong.rules(SUBJECT, 'vae', {
      sharedNoise: [
        'one number for all entries of the noise',
        { sample: (mean, s, noise) => tf.add(mean, scaleUp(s, tf.mul(firstOf(noise), tf.onesLike(noise)))) },
      ],
      scaledMean: [
        'the mean is scaled too',
        { sample: (mean, s, noise) => VAE_RULES.sample(tf.mul(mean, 2), s, noise) },
      ],
      opposite: [
        'the noise is subtracted',
        { sample: (mean, s, noise) => tf.sub(mean, scaleUp(s, noise)) },
        'eta and -eta have the same distribution, so every expectation is the same; the quadrature nodes are symmetric.',
      ],
    }),
  },
});
