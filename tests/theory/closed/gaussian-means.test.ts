/**
 * @file Quadrature, chi moments, ridge and polynomial means: each against another route to the same number.
 */
import { erf } from 'mathjs';
import * as assert from 'uvu/assert';
import {
  chiMoment,
  massOutside,
  meanExcess,
  meanSquaredExcess,
  radialMean,
} from '../../../src/theory/closed/chi.js';
import {
  normalPowerMean,
  type PowerSum,
  powerSumContraction,
  powerSumMean,
  powerSumValue,
} from '../../../src/theory/closed/power-sum.js';
import {
  type Ridge,
  ridgeContraction,
  ridgeDerivative,
  ridgeGradient,
  ridgeHessian,
  ridgeMean,
  ridgeValue,
} from '../../../src/theory/closed/ridge.js';
import { cholesky } from '../../../src/theory/numerics/cholesky.js';
import {
  expectation,
  gaussHermite,
  gaussianPoints,
  sigmaPoints,
} from '../../../src/theory/numerics/gauss-hermite.js';
import { add, apply, norm } from '../../../src/theory/numerics/matrix.js';
import { suite } from '../../harness.js';

const test = suite('theory/closed/gaussian-means');

const close = (a: number, b: number, tolerance = 1e-13): void =>
  assert.ok(Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(b)), `${a} is not ${b}`);

test('Gauss-Hermite is exact for polynomials up to degree 2n - 1', () => {
  for (const n of [1, 2, 5, 20, 40]) {
    const { nodes, weights } = gaussHermite(n);
    close(
      weights.reduce((a, b) => a + b, 0),
      1,
    );
    for (let k = 0; k < Math.min(2 * n, 24); k++) {
      const moment = nodes.reduce((sum, x, i) => sum + weights[i]! * x ** k, 0);
      close(moment, normalPowerMean(0, 1, k), k % 2 ? 1e-12 * normalPowerMean(0, 1, k + 1) : 1e-13);
    }
  }
  close(
    expectation(gaussianPoints(1, 30), ([x]) => Math.cos(2 * x!)),
    Math.exp(-2),
    1e-14,
  );
});

test('sigma points are exact up to degree three', () => {
  const f = ([x, y, z]: readonly number[]): number =>
    1 + x! * y! - 2 * z! * z! + x! ** 3 + x! * y! * z! + 3 * y!;
  close(expectation(sigmaPoints(3), f), expectation(gaussianPoints(3, 4), f));
});

test('chi moments, tails and mean excess', () => {
  close(chiMoment(3, 1), Math.sqrt(8 / Math.PI));
  close(chiMoment(6, 4), 48);
  close(chiMoment(2, 3), 3 * Math.sqrt(Math.PI / 2));
  close(massOutside(1, 1), 1 - erf(Math.SQRT1_2));
  close(massOutside(2, 3), Math.exp(-4.5));
  close(massOutside(2, 0.1), Math.exp(-0.005));
  // The figures of the ledger for SAMBA-10 and SAMBA-14.
  close(massOutside(10, Math.sqrt(10)), 0.441, 1e-3);
  close(massOutside(1e4, 100), 0.498, 1e-3);
  close(meanExcess(1, 1), 0.1666, 1e-4);
  close(meanExcess(256, 16), 0.2743, 1e-4);
  close(meanExcess(1e4, 100), 1 / (2 * Math.sqrt(Math.PI)), 2e-3);
});

test('means over the norm: by moments, by coordinates, and where the integrand grows', () => {
  for (const d of [1, 2, 7, 100]) {
    for (const k of [1, 2, 4])
      close(
        radialMean(d, r => r ** k),
        chiMoment(d, k),
      );
    close(
      radialMean(d, r => Math.exp((r * r) / 4)),
      2 ** (d / 2),
      1e-12,
    );
    close(meanSquaredExcess(d, 0), d);
    // Integration by parts: d/dr of E (|eta| - r)_+^2 is -2 E (|eta| - r)_+.
    const [r, h] = [Math.sqrt(d), 2 ** -12];
    const slope = (meanSquaredExcess(d, r + h) - meanSquaredExcess(d, r - h)) / (2 * h);
    close(slope, -2 * meanExcess(d, r), 1e-7);
  }
  close(
    radialMean(3, r => Math.cos(r)),
    expectation(gaussianPoints(3, 40), eta => Math.cos(norm(eta))),
    1e-12,
  );
});

const sigma = [
  [0.5, 0.2],
  [0.2, 0.3],
];
const factor = cholesky(sigma);
const w = [0.3, -0.7];
const moved = (eta: readonly number[]): number[] => add(w, apply(factor, eta));

for (const kind of ['sin', 'cos', 'exp'] as const) {
  const ridge: Ridge = {
    kind,
    terms: [
      { c: 0.7, a: [0.4, -0.9], b: 0.1 },
      { c: -1.1, a: [1.2, 0.3], b: -0.4 },
    ],
  };
  test(`${kind} ridges: mean by quadrature, derivatives by differences`, () => {
    close(
      ridgeMean(ridge, w, sigma),
      expectation(gaussianPoints(2, 30), eta => ridgeValue(ridge, moved(eta))),
    );
    const h = 2 ** -10;
    const [u, v] = [
      [0.6, 0.8],
      [1, -2],
    ];
    const along = (t: number, directions: readonly (readonly number[])[]): number =>
      ridgeDerivative(
        ridge,
        add(
          w,
          u!.map(x => t * x),
        ),
        directions,
      );
    for (const directions of [[], [v!], [v!, v!]]) {
      const difference = (along(h, directions) - along(-h, directions)) / (2 * h);
      close(ridgeDerivative(ridge, w, [u!, ...directions]), difference, 1e-5);
    }
    close(
      ridgeGradient(ridge, w, [u!]).reduce((sum, x, i) => sum + x * v![i]!, 0),
      ridgeDerivative(ridge, w, [u!, v!]),
    );
    close(norm(apply(ridgeHessian(ridge, w), u!)), norm(ridgeGradient(ridge, w, [u!])));
    // L_ijkl Sigma_ij Sigma_kl by summing over the columns of the factor.
    const columns = [0, 1].map(j => factor.map(row => row[j]!));
    const sum = columns.flatMap(a => columns.map(b => ridgeDerivative(ridge, w, [a, a, b, b])));
    close(
      ridgeContraction(ridge, w, sigma, 2),
      sum.reduce((a, b) => a + b, 0),
    );
  });
}

test('power sums: mean by quadrature, and by Taylor to its end', () => {
  const p: PowerSum = {
    terms: [
      { c: 0.5, a: [1, 2], b: 0.3, n: 3 },
      { c: -2, a: [0.5, -1], b: 0, n: 6 },
      { c: 1, a: [0, 0], b: 4, n: 1 },
    ],
  };
  close(
    powerSumMean(p, w, sigma),
    expectation(gaussianPoints(2, 5), eta => powerSumValue(p, moved(eta))),
  );
  // E L = sum over m of (Sigma_ij d_i d_j / 2)^m L / m!, which ends for polynomials.
  const series = [1, 2, 8, 48].map((f, m) => powerSumContraction(p, w, sigma, m) / f);
  close(
    powerSumMean(p, w, sigma),
    series.reduce((sum, x) => sum + x, 0),
  );
});

test.run();
