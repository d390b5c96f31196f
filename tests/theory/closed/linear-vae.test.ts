import * as assert from 'uvu/assert';
import { effectiveEnergy, effectivePenalty } from '../../../src/theory/closed/effective-penalty.js';
import { mixtureMmd, standardNormal } from '../../../src/theory/closed/gaussian-mmd.js';
import {
  activeLatents,
  linearOptimum,
  linearReconstruction,
  linearVaeMinimum,
  optimalTau,
  profiledMinimum,
  profiledSlope,
} from '../../../src/theory/closed/linear-vae.js';
import { gaussianPoints } from '../../../src/theory/numerics/gauss-hermite.js';
import { identity } from '../../../src/theory/numerics/matrix.js';
import { suite } from '../../harness.js';

const test = suite('theory/closed/linear-vae');

const near = (a: number, b: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(a - b) <= tolerance * (1 + Math.abs(b)), `${a} for ${b}`);

const MODELS = [
  { values: [4, 1.5, 0.6, 0, 0, 0, 0, 0, 0, 0], latent: 4 },
  { values: [3, 2, 1, 0.5], latent: 2 },
  { values: [3, 2], latent: 3 },
];

test('the optimum at tau: weights, encoder and variances of latents in use, the prior for the others', () => {
  const { weight, encoder, variances } = linearOptimum([4, 1], identity(2), 3, 2);
  near(weight[0]![0]!, Math.sqrt(2));
  near(encoder[0]![0]!, Math.sqrt(2) / 4);
  assert.equal(
    weight.map(row => row.slice(1)),
    [
      [0, 0],
      [0, 0],
    ],
  );
  assert.equal(encoder.slice(1), [
    [0, 0],
    [0, 0],
  ]);
  assert.equal(variances, [0.5, 1, 1]);
});

test("the profile's slope is its derivative, and d less the error over gamma", () => {
  for (const model of MODELS)
    for (const [beta, gamma] of [
      [1, 0.1],
      [2.5, 0.3],
      [0.4, 3],
    ] as const) {
      const at = (t: number): number => profiledMinimum(model, beta, gamma * Math.exp(t));
      const slope = (8 * (at(1e-4) - at(-1e-4)) - at(2e-4) + at(-2e-4)) / 12e-4;
      near(profiledSlope(model, beta, gamma), slope, 1e-8);
      near(model.values.length - linearReconstruction(model, beta * gamma) / gamma, slope, 1e-8);
    }
});

test('the minimum below the least eigenvalue is (d - r) log gamma + sum log lambda + r', () => {
  near(linearVaeMinimum(MODELS[0]!, 0.01), 7 * Math.log(0.01) + Math.log(4 * 1.5 * 0.6) + 3);
});

test('the best tau is the lowest of the profile on a grid', () => {
  for (const model of MODELS)
    for (const beta of [1.7, 3.4, 4, 6, 11]) {
      const tau = optimalTau(model, beta);
      if (tau === 0) continue;
      const best = profiledMinimum(model, beta, tau / beta);
      for (let i = -40; i <= 40; i++)
        assert.ok(best <= profiledMinimum(model, beta, (tau / beta) * 1.1 ** i) + 1e-12);
    }
});

test('below d/r there is no best tau, at d/r the end of the flat part is given', () => {
  assert.is(optimalTau(MODELS[0]!, 3.3), 0);
  near(optimalTau({ values: [2, 1, 0, 0], latent: 2 }, 2), 1);
  assert.is(activeLatents(MODELS[0]!, 0), 3);
});

test('the effective penalty is the minimum that it says, log u + 1 + 1/u far out and 2 sqrt u near 0', () => {
  for (const u of [1e-8, 0.1, 1, 30, 1e9]) {
    const at = (m: number): number => Math.log1p(u / m) + m;
    const m = effectiveEnergy(u);
    near(effectivePenalty(u), at(m), 1e-14);
    assert.ok(at(1.01 * m) > at(m) && at(0.99 * m) > at(m));
  }
  near(effectivePenalty(1e8), Math.log(1e8) + 1 + 1e-8, 1e-14);
  near(effectivePenalty(1e-10), 2e-5 - 0.5e-10, 1e-13);
});

test('the discrepancy of mixtures is that of quadrature, and 0 for equal ones', () => {
  const p = [
    { mean: [0.5, -1], variances: [0.3, 1.2] },
    { mean: [-1, 0.25], variances: [0.01, 0.5] },
  ];
  const q = [standardNormal(2)];
  const points = gaussianPoints(2, 24);
  const width = 1.5;
  // averaging over y ~ N(0, I) leaves a Gaussian kernel in x, which quadrature averages
  const smooth = (m: readonly number[], v: readonly number[], s: number): number =>
    points.reduce((sum, { point, weight }) => {
      const squares = m.reduce((t, x, k) => t + (x + Math.sqrt(v[k]!) * point[k]!) ** 2, 0);
      return sum + weight * (width ** 2 / s) * Math.exp(-squares / (2 * s));
    }, 0);
  const cross = p.reduce((sum, { mean, variances }) => sum + smooth(mean, variances, width ** 2 + 1) / 2, 0);
  const own = mixtureMmd(p, p, width);
  near(own, 0, 1e-15);
  const within = p.reduce(
    (sum, a) =>
      sum +
      p.reduce((s, b) => {
        const m = a.mean.map((x, k) => x - b.mean[k]!);
        return (
          s +
          smooth(
            m,
            a.variances.map((v, k) => v + b.variances[k]!),
            width ** 2,
          ) /
            4
        );
      }, 0),
    0,
  );
  near(mixtureMmd(p, q, width), within + smooth([0, 0], [1, 1], width ** 2 + 1) - 2 * cross, 1e-9);
});

test.run();
