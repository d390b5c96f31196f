import * as assert from 'uvu/assert';
import { stream } from '../../../src/claims/random.js';
import { COMPONENTS, EM_RULES, emStep, fitMixture, startMixture } from '../../../src/theory/density/em.js';
import { fitGaussian, logDensityOf, standardNormal } from '../../../src/theory/density/gaussian.js';
import {
  logLikelihood,
  logSumExp,
  type Mixture,
  mixtureLogDensityOf,
  mixtureSamplerOf,
  momentsOf,
} from '../../../src/theory/density/mixture.js';
import { suite } from '../../harness.js';

const test = suite('theory/density/mixture');

const at = (x: number, deviation = 1) => ({ mean: [x], covariance: [[deviation ** 2]] });
const TWO: Mixture = { weights: [0.25, 0.75], components: [at(-2, 0.5), at(3, 2)] };

const draws = (mixture: Mixture, count: number, seed: number): number[][] => {
  const draw = mixtureSamplerOf(mixture);
  const random = stream(seed, 'draws');
  return Array.from({ length: count }, () => draw(random));
};

test('log sum exp: no overflow, no NaN', () => {
  assert.is(logSumExp([1000, 1000]), 1000 + Math.log(2));
  assert.is(logSumExp([-Infinity, -Infinity]), -Infinity);
  assert.is(logSumExp([-Infinity, 3]), 3);
});

test('density and moments by hand', () => {
  const expected = Math.log(
    0.25 * Math.exp(logDensityOf(at(-2, 0.5))([1])) + 0.75 * Math.exp(logDensityOf(at(3, 2))([1])),
  );
  assert.ok(Math.abs(mixtureLogDensityOf(TWO)([1]) - expected) < 1e-15);
  assert.equal(momentsOf(TWO), { mean: [1.75], covariance: [[0.25 * 0.25 + 0.75 * 4 + 0.25 * 0.75 * 25]] });
});

test('samples: components by their weights; the last one takes what rounding leaves', () => {
  const points = draws(TWO, 20_000, 1);
  const share = points.filter(([x]) => x! < -0.5).length / points.length;
  assert.ok(Math.abs(share - 0.25 - 0.75 * 0.0401) < 0.01, `${share}`);
  const nothing: Mixture = { weights: [0, 0], components: [at(0), at(5)] };
  assert.ok(draws(nothing, 1, 3)[0]![0]! > 0);
});

test('EM finds a mixture again, and says how the likelihood rose', () => {
  const points = draws(TWO, 4000, 2);
  const start = startMixture(points, stream(3, 'start'), 2);
  const { mixture, logLikelihoods } = fitMixture(points, start, { tolerance: 1e-9 });
  const [low, high] = [...mixture.components].sort((a, b) => a.mean[0]! - b.mean[0]!);
  assert.ok(Math.abs(low!.mean[0]! + 2) < 0.1 && Math.abs(high!.mean[0]! - 3) < 0.2);
  assert.ok(logLikelihoods.every((value, i) => i === 0 || value >= logLikelihoods[i - 1]! - 1e-9));
  assert.ok(logLikelihood(mixture, points) >= logLikelihoods.at(-1)!);
  assert.is(fitMixture(points, start, { iterations: 3 }).logLikelihoods.length, 3);
});

test('ten components fit ten clusters better than one, with a floor', () => {
  const clusters: Mixture = {
    weights: new Array<number>(COMPONENTS).fill(1 / COMPONENTS),
    components: Array.from({ length: COMPONENTS }, (_, k) => at(10 * k, 0.5)),
  };
  const points = draws(clusters, 1000, 4);
  const { mixture } = fitMixture(points, startMixture(points, stream(5, 'start')), { floor: 1e-6 });
  assert.is(mixture.components.length, COMPONENTS);
  const one: Mixture = { weights: [1], components: [fitGaussian(points)] };
  assert.ok(logLikelihood(mixture, points) > logLikelihood(one, points) + 500);
});

test('a component on a datum: collapses without a floor, stays with one', () => {
  const points = [[0], [1], [2], [3], [100]];
  const start: Mixture = { weights: [0.8, 0.2], components: [at(1.5), at(100)] };
  assert.throws(() => fitMixture(points, start), /positive definite/);
  const { mixture } = fitMixture(points, start, { floor: 0.01 });
  assert.ok(Math.abs(mixture.components[1]!.covariance[0]![0]! - 0.01) < 1e-12);
});

test('starts: centres are data, repeated data do no harm, and the count is checked', () => {
  const same = [[1], [1], [1]];
  const start = startMixture(same, stream(6, 'start'), 3);
  assert.ok(start.components.every(({ mean }) => mean[0] === 1));
  for (const components of [0, 4, 1.5])
    assert.throws(() => startMixture(same, stream(6, 'start'), components), /from 1 to the 3 points/);
});

test('rules: shares add up to one, floors to the diagonal', () => {
  const { shares, logDensity } = EM_RULES.responsibilities([-1000, -1000, -Infinity]);
  assert.ok(Math.abs(shares[0]! - 0.5) < 1e-12 && shares[0] === shares[1] && shares[2] === 0);
  assert.is(logDensity, -1000 + Math.log(2));
  assert.equal(EM_RULES.floored(standardNormal(2), 0.5).covariance, [
    [1.5, 0],
    [0, 1.5],
  ]);
  const { weights } = emStep([[0], [4]], { weights: [0.5, 0.5], components: [at(0), at(4)] }, 0.1).mixture;
  assert.ok(Math.abs(weights[0]! - 0.5) < 1e-12);
});

test.run();
