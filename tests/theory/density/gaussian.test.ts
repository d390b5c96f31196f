import * as assert from 'uvu/assert';
import { stream } from '../../../src/claims/random.js';
import {
  affineImage,
  fitGaussian,
  type Gaussian,
  klOfGaussians,
  logDensityOf,
  samplerOf,
  standardNormal,
} from '../../../src/theory/density/gaussian.js';
import { inverse, logDet } from '../../../src/theory/numerics/cholesky.js';
import { apply, dot, multiply, subtract, trace } from '../../../src/theory/numerics/matrix.js';
import { suite } from '../../harness.js';

const test = suite('theory/density/gaussian');

const P: Gaussian = {
  mean: [1, -2],
  covariance: [
    [2, 0.5],
    [0.5, 1],
  ],
};
const Q: Gaussian = {
  mean: [0.5, 1],
  covariance: [
    [1, -0.25],
    [-0.25, 3],
  ],
};

const near = (a: number, b: number, tolerance = 1e-14): void =>
  assert.ok(Math.abs(a - b) <= tolerance * (1 + Math.abs(b)), `${a} for ${b}`);

test('a fit by hand, with and without weights', () => {
  const points = [
    [0, 0],
    [2, 0],
    [0, 4],
    [2, 4],
  ];
  assert.equal(fitGaussian(points), {
    mean: [1, 2],
    covariance: [
      [1, 0],
      [0, 4],
    ],
  });
  const weighted = fitGaussian(points, [1, 1, 0, 0]);
  assert.equal(weighted.mean, [1, 0]);
  assert.equal(weighted.covariance, [
    [1, 0],
    [0, 0],
  ]);
});

test('errors: nothing to fit, no density', () => {
  assert.throws(() => fitGaussian([]), /needs points with a positive total weight, got 0/);
  assert.throws(() => fitGaussian([[1]], [0]), /got 1 of weight 0/);
  assert.throws(() => logDensityOf({ mean: [0], covariance: [[0]] }), /positive definite/);
});

test('density and divergence by their formulas', () => {
  const x = [0.3, 0.7];
  const off = subtract(x, P.mean);
  const form = dot(off, apply(inverse(P.covariance), off));
  near(logDensityOf(P)(x), -(form + logDet(P.covariance) + 2 * Math.log(2 * Math.PI)) / 2);
  const shift = subtract(P.mean, Q.mean);
  const inverted = inverse(Q.covariance);
  const spread = trace(multiply(inverted, P.covariance)) - 2;
  const logs = logDet(Q.covariance) - logDet(P.covariance);
  near(klOfGaussians(P, Q), (spread + dot(shift, apply(inverted, shift)) + logs) / 2);
  near(klOfGaussians(P, P), 0);
});

test('samples of the standard normal are the normals of the stream', () => {
  const [a, b] = [stream(1, 'x'), stream(1, 'x')];
  assert.equal(samplerOf(standardNormal(2))(a), [b.normal(), b.normal()]);
});

test('samples have the fitted moments, and an affine image theirs', () => {
  const draw = samplerOf(P);
  const random = stream(2, 'samples');
  const points = Array.from({ length: 20_000 }, () => draw(random));
  const { mean, covariance } = fitGaussian(points);
  mean.forEach((m, i) => {
    near(m, P.mean[i]!, 0.05);
  });
  covariance.flat().forEach((c, i) => {
    near(c, P.covariance.flat()[i]!, 0.05);
  });
  const a = [
    [1, 2],
    [0, -1],
    [3, 1],
  ];
  const image = affineImage(fitGaussian(points), a, [1, 1, 1]);
  const mapped = fitGaussian(points.map(x => apply(a, x).map(y => y + 1)));
  image.covariance.flat().forEach((c, i) => {
    near(c, mapped.covariance.flat()[i]!, 1e-12);
  });
});

test.run();
