/** @file Kumar & Poole's closed values at one sample: against quadrature, random search and differences. */
import * as assert from 'uvu/assert';
import {
  circleObjective,
  circleOptimum,
  circleReconstruction,
} from '../../../src/theory/closed/circle-decoder.js';
import { klOfCovariances, klToStandard } from '../../../src/theory/closed/gaussian.js';
import {
  graeCovariance,
  graeGap,
  graeLogDet,
  graeValue,
  precision,
  taylorValue,
} from '../../../src/theory/closed/grae.js';
import { optimalCovariance } from '../../../src/theory/closed/optimal-covariance.js';
import { ppcaNegativeLogLikelihood, ppcaOptimalValue, ppcaOptimum } from '../../../src/theory/closed/ppca.js';
import {
  quadraticMeanCurvature,
  quadraticReconstruction,
} from '../../../src/theory/closed/quadratic-decoder.js';
import {
  sineJacobian,
  sineReconstruction,
  sineValue,
  wavesHessian,
  wavesSmoothed,
  wavesValue,
} from '../../../src/theory/closed/sine-decoder.js';
import { cholesky, inverse } from '../../../src/theory/numerics/cholesky.js';
import { symmetricEigen } from '../../../src/theory/numerics/eigen.js';
import { expectation, gaussianPoints } from '../../../src/theory/numerics/gauss-hermite.js';
import {
  apply,
  combine,
  form,
  gram,
  identity,
  type Matrix,
  multiply,
  norm,
  subtract,
  transpose,
} from '../../../src/theory/numerics/matrix.js';
import { suite } from '../../harness.js';

const test = suite('theory/closed/decoders');

const close = (a: number, b: number, tolerance = 1e-13): void =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} is not ${b}`);

const model = {
  residual: [0.15, -0.1, 0.2],
  mean: [0.4, -0.3],
  jacobian: [
    [1.2, 0.1],
    [-0.3, 0.9],
    [0.5, 0.4],
  ],
  hessians: [
    [
      [0.3, 0.1],
      [0.1, -0.2],
    ],
    [
      [-0.1, 0.2],
      [0.2, 0.3],
    ],
    [
      [0.2, 0],
      [0, 0.1],
    ],
  ],
};
const S = [
  [0.2, 0.05],
  [0.05, 0.1],
];

test('the covariance of eq. (11) minimises eq. (7), and its value is eq. (13)', () => {
  const beta = 0.25;
  const best = graeCovariance(model.jacobian, beta);
  close(taylorValue(model, best, beta), graeValue(model, beta));
  assert.ok(norm(combine(1, inverse(best), -1, precision(model.jacobian, beta)).flat()) < 1e-13);
  const gap = taylorValue(model, S, beta) - graeValue(model, beta);
  close(graeGap(model.jacobian, S, beta), gap);
  close(beta * klOfCovariances(S, best), gap);
  close(graeLogDet([[3, 4]], 1, 2), Math.log(26));
});

test('the quadratic decoder: closed quartic against quadrature, optimum against its neighbours', () => {
  const factor = cholesky(S);
  const atNoise = (eta: readonly number[]): number => {
    const e = apply(factor, eta);
    const left = model.residual.map(
      (r, m) => r - apply(model.jacobian, e)[m]! - form(e, model.hessians[m]!, e) / 2,
    );
    return norm(left) ** 2 / 2;
  };
  close(quadraticReconstruction(model, S), expectation(gaussianPoints(2, 4), atNoise), 1e-15);
  const beta = 2 ** -5;
  const objective = (s: Matrix): number =>
    quadraticReconstruction(model, s) + beta * klToStandard(model.mean, cholesky(s));
  const best = optimalCovariance(s => quadraticMeanCurvature(model, s), beta, 2);
  const value = objective(best);
  for (const change of [
    [
      [1, 0],
      [0, 0],
    ],
    [
      [0, 0],
      [0, 1],
    ],
    [
      [0, 1],
      [1, 0],
    ],
  ])
    for (const t of [-1e-4, 1e-4]) assert.ok(objective(combine(1, best, t, change)) > value);
});

test('the sine decoder: its squared error as waves, and their Gaussian mean against quadrature', () => {
  const decoder = {
    w: [
      [1.1, -0.4],
      [0.3, 0.8],
      [-0.6, 0.5],
    ],
    c: [0.2, -0.5, 1],
    v: [
      [0.7, -0.2, 0.4],
      [0.1, 0.9, -0.3],
    ],
    b: [0.1, -0.2],
  };
  const x = [0.5, -1];
  const direct = (z: readonly number[]): number => norm(subtract(x, sineValue(decoder, z))) ** 2 / 2;
  const waves = sineReconstruction(decoder, x);
  close(wavesValue(waves, model.mean), direct(model.mean));
  // With no residual the Hessian of the error is J'J.
  const fitted = sineReconstruction(decoder, sineValue(decoder, model.mean));
  const left = combine(1, wavesHessian(fitted, model.mean), -1, gram(sineJacobian(decoder, model.mean)));
  assert.ok(norm(left.flat()) < 1e-14);
  const factor = cholesky(S);
  const moved = (eta: readonly number[]): number[] => apply(factor, eta).map((t, i) => t + model.mean[i]!);
  close(
    wavesValue(wavesSmoothed(waves, S), model.mean),
    expectation(gaussianPoints(2, 20), eta => direct(moved(eta))),
  );
});

test('the circle decoder: mean against quadrature, optimum against its neighbours', () => {
  const rule = gaussianPoints(1, 30);
  const s = 0.4;
  close(
    circleReconstruction(2, s),
    expectation(rule, ([x]) => 4 * (1 - Math.cos(Math.sqrt(s) * x!))),
  );
  const best = circleOptimum(2, 0.1);
  for (const t of [0.999, 1.001])
    assert.ok(circleObjective(2, 0, t * best, 0.1) > circleObjective(2, 0, best, 0.1));
});

test('Kullback-Leibler divergences of Gaussians', () => {
  close(klToStandard([3, 4], identity(2)), 12.5);
  close(klToStandard([0, 0], cholesky(S)), klOfCovariances(S, identity(2)));
  close(klOfCovariances(S, S), 0);
  // Near the prior the divergence is t^2/4: no digits are lost.
  close(klToStandard([0], [[Math.sqrt(1 + 2 ** -20)]]) * 2 ** 42, 1, 2e-6);
});

test('probabilistic PCA: the optimum has the stated value, and it is one', () => {
  const beta = 0.5;
  const data = [
    [2, 0.5, 0],
    [-1, 1, 0.3],
    [0.3, -1.5, 0.2],
    [-1.3, 0, -0.5],
  ];
  const covariance = gram(data).map(row => row.map(x => x / data.length));
  const { values, vectors } = symmetricEigen(covariance);
  const w = ppcaOptimum(values, vectors, 2, beta);
  const mean = (weights: readonly (readonly number[])[]): number =>
    data.reduce(
      (sum, x) => sum + ppcaNegativeLogLikelihood(x, weights, beta) - 1.5 * Math.log(2 * Math.PI * beta),
      0,
    ) / data.length;
  close(beta * mean(w), ppcaOptimalValue(values, 2, beta));
  assert.ok(mean(w.map(row => row.map(x => 1.01 * x))) > mean(w));
  assert.ok(norm(multiply(transpose(w), w).flat()) > 0);
});

test.run();
