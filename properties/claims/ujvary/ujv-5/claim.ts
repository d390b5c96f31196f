/**
 * @file UJV-5 (Table 1, lower rows): gradients by the covariance, and those of evolution strategies, are of
 * one objective.
 */

import {
  ridgeGradient,
  ridgeHessian,
  ridgeSmoothed,
  ridgeValue,
} from '../../../../src/theory/closed/ridge.js';
import { check, claim, draw, exact, mat, quad } from '../../../kit.js';
import { constantLoss } from '../../../subjects/sam/losses.js';
import { sizeOf } from '../../../subjects/sam/ridge-cases.js';
import { atRidge, diagonalCase } from '../../../subjects/sam/weight-cases.js';
import { evolutionOn, meanFieldOn } from '../../../subjects/sam/weight-posteriors.js';
import { averaged, largestReach } from '../../../subjects/sam/weighted-noise.js';
import { MUTANTS, type Root, SUBJECT, type Subject } from './controls.js';

const given = draw.oneof([1, 2], p =>
  draw.record({
    f: draw.ridges(p),
    variances: draw.vector(p, draw.logUniform({ min: 1 / 64, max: 1 / 4 })),
  }),
);
type DiagonalRidge = draw.Of<typeof given>;

const NODES = 18;

/**
 * The size of an estimate by scores: the loss over the smallest standard deviation, once for the mean, twice
 * for Sigma.
 */
const sizes = ({ f, variances }: DiagonalRidge) => {
  const loss = largestReach(f, variances) * sizeOf(diagonalCase(f, variances));
  const narrow = Math.sqrt(Math.min(...variances));
  return { mean: loss * (1 + 1 / narrow), sigma2: loss * (1 + 1 / narrow ** 2) };
};

/** The gradients of E L by mean and variances: E grad L, and half of E H_ii. */
function smooth({ f: { ridge, point }, variances }: DiagonalRidge) {
  const mean = ridgeSmoothed(ridge, mat.diagonal(variances));
  const hessian = ridgeHessian(mean, point);
  return { mean: ridgeGradient(mean, point), sigma2: hessian.map((row, i) => row[i]! / 2) };
}

const price = check.equals<DiagonalRidge, Subject>({
  says: 'the reparametrised gradient by the variances that trains, g_i eta_i / (2 sigma_i), averages to half of E H_ii (plus the KL)',
  given,
  runs: 8,
  measure: (c, { meanField }) => {
    const prior = { prior: 2, examples: 50 };
    const points = quad.gaussianPoints(c.variances.length, NODES);
    const at = atRidge(c.f);
    const kl = c.variances.map(v => (1 / prior.prior - 1 / v) / (2 * prior.examples));
    return {
      actual: averaged(points, noise => meanFieldOn(meanField, at, c.variances, noise, prior).sigma2),
      expected: mat.add(smooth(c).sigma2, kl),
      scale: sizes(c).sigma2 + mat.norm(kl),
    };
  },
});

const scores = check.equals<DiagonalRidge, Subject>({
  says: 'evolution strategies, which see values of the loss only, average to the same gradients, with mirrored noise and without',
  given,
  runs: 8,
  measure: (c, { evolution }) => {
    const points = quad.gaussianPoints(c.variances.length, NODES);
    const p = c.variances.length;
    const expected = smooth(c);
    const { mean: one, sigma2: two } = sizes(c);
    return [false, true].flatMap(mirrored => {
      const found = averaged(points, noise => {
        const { mean, sigma2 } = evolutionOn(evolution, atRidge(c.f), c.variances, noise, mirrored);
        return [...mean, ...sigma2];
      });
      const what = mirrored ? 'mirrored, ' : '';
      return check.agree({
        [`${what}mean`]: [found.slice(0, p), expected.mean, one],
        [`${what}variances`]: [found.slice(p), expected.sigma2, two],
      });
    });
  },
});

const fisher = check.equals<number[], Subject>({
  says: 'the score averages to zero (a baseline is free); its mean square is 1 / sigma^2 and 1 / (2 sigma^4), by which the natural gradient divides',
  given: draw.oneof([1, 2, 3], p => draw.vector(p, draw.logUniform({ min: 1 / 16, max: 16 }))),
  runs: 30,
  measure: (variances, { evolution, natural }) => {
    // what a strategy estimates from the loss that is one everywhere is the score
    const at = { loss: constantLoss(variances.length, 1), point: variances.map(() => 0) };
    const points = quad.gaussianPoints(variances.length, 3);
    const p = variances.length;
    const found = averaged(points, noise => {
      const plain = evolutionOn(evolution, at, variances, noise, false);
      const bent = evolutionOn(natural, at, variances, noise, false);
      const [score, step] = [plain, bent].map(({ mean, sigma2 }) => [...mean, ...sigma2]) as [
        number[],
        number[],
      ];
      return [...score, ...score.map(x => x * x), ...score.map((x, i) => x * step[i]!)];
    });
    const information = [...variances.map(v => 1 / v), ...variances.map(v => 1 / (2 * v * v))];
    return check.agree({
      mean: [found.slice(0, 2 * p), information.map(() => 0), 1 + mat.norm(information)],
      square: [found.slice(2 * p, 4 * p), information],
      natural: [found.slice(4 * p), information.map(() => 1)],
    });
  },
});

const fullGiven = draw.record({ f: draw.ridges(2), sigma: draw.spd(2, 1 / 64, 1 / 4) });
type FullRidge = draw.Of<typeof fullGiven>;

const CHANGES: readonly mat.Matrix[] = [
  mat.diagonal([1, 0]),
  [
    [0, 1],
    [1, 0],
  ],
  mat.identity(2),
];

/** The derivative of L(mu + R eta) as Sigma changes, eta held fixed. */
function pathwise(root: Root, { f: { ridge, point }, sigma }: FullRidge, change: mat.Matrix) {
  const [factor, derivative] = [root.factor(sigma.matrix), root.derivative(sigma.matrix, change)];
  return (noise: mat.Vector): number =>
    mat.dot(ridgeGradient(ridge, mat.add(point, mat.apply(factor, noise))), mat.apply(derivative, noise));
}

const full = check.equals<FullRidge, Subject>({
  says: 'with a full covariance: by scores, by the triangular and by the symmetric root the gradient of E L by Sigma is half of E H',
  given: fullGiven,
  runs: 8,
  measure: (c, s) => {
    const { ridge, point } = c.f;
    const { matrix, spectrum } = c.sigma;
    const points = quad.gaussianPoints(2, NODES);
    const hessian = ridgeHessian(ridgeSmoothed(ridge, matrix), point);
    const [factor, precision] = [mat.cholesky(matrix), mat.inverse(matrix)];
    const size = sizes({ f: c.f, variances: [...spectrum] }).sigma2;
    const found = averaged(points, noise => {
      const xi = mat.apply(factor, noise);
      const value = ridgeValue(ridge, mat.add(point, xi));
      return s.score(value, mat.apply(precision, xi), precision).flat();
    });
    const changes = CHANGES.flatMap(change => [change, change]);
    const paths = changes.map((change, i) => pathwise(i % 2 ? s.symmetric : s.triangular, c, change));
    return check.agree(
      {
        score: [found, mat.scale(1 / 2, hessian.flat())],
        root: [
          averaged(points, noise => paths.map(path => path(noise))),
          changes.map(change => mat.traceOfProduct(hessian, change) / 2),
        ],
      },
      size,
    );
  },
});

const PINNED: FullRidge = {
  f: { ridge: { kind: 'sin', terms: [{ c: 1, a: [1, -0.5], b: 0.25 }] }, point: [0.5, 0.25] },
  sigma: {
    matrix: [
      [1, 0.75],
      [0.75, 1],
    ],
    spectrum: [1.75, 0.25],
    basis: mat.identity(2),
  },
};

const perSample = check.violates<FullRidge, Subject>({
  says: 'for a single noise the two roots do not agree: only their averages do',
  given: check.only([PINNED]),
  measure: (c, s) => {
    const [a, b] = [s.triangular, s.symmetric].map(root => pathwise(root, c, mat.identity(2))([1, -2]));
    return { claimed: a!, actual: b!, by: Math.abs(a! - b!), scale: Math.abs(a!) + Math.abs(b!) };
  },
});

export default claim({
  id: 'UJV-5',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, section 3 and Table 1 (VO, ES, CMA-ES, NES)',
  tex: {
    asRead: true,
    printed:
      '\\nabla_\\mu \\mathbb E L = \\mathbb E\\bigl[L(\\mu+\\xi)\\,\\Sigma^{-1}\\xi\\bigr], \\qquad \\nabla_\\Sigma \\mathbb E L = \\tfrac12\\mathbb E\\bigl[L(\\mu+\\xi)\\,(\\Sigma^{-1}\\xi\\xi^\\top\\Sigma^{-1} - \\Sigma^{-1})\\bigr] = \\tfrac12\\mathbb E\\,\\nabla^2 L',
  },
  says: 'Variational optimisation, evolution strategies and natural evolution strategies estimate the gradients of one objective, the Gaussian mean of the loss: by reparametrisation, by scores, and by scores in the Fisher metric. Different square roots of Sigma agree on average, not sample by sample.',
  verdict: exact(),
  objectives: ['mean-field', 'evolution-strategy'],
  subject: SUBJECT,
  checks: { fisher, price, scores, full, perSample },
  mutants: MUTANTS,
});
