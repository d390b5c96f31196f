import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { type AutoencoderCase, autoencoders, SHAPES } from '../../properties/arbitraries/autoencoders.js';
import {
  type Quadratic,
  quadraticOf,
  quadratics,
  type RidgeCase,
  ridges,
} from '../../properties/arbitraries/functions.js';
import { orthogonal, type SpectralMatrix, spd } from '../../properties/arbitraries/matrix.js';
import { fractionBits, simpler } from '../../properties/arbitraries/number.js';
import { dyadic, logUniform, normal } from '../../properties/arbitraries/numbers.js';
import { unitVector, vector } from '../../properties/arbitraries/vector.js';
import { normalCdf } from '../../src/claims/statistics.js';
import { denseAutoencoder } from '../../src/core/net/dense.js';
import { apply, dot, gram, identity, multiply, norm } from '../../src/theory/numerics/matrix.js';
import { suite } from '../harness.js';
import * as contract from './contract.js';

const test = suite('properties/arbitraries');
const SEED = 20231105;

const clamp = (p: number): number => Math.min(1, Math.max(0, p));
/** The distribution of a number rounded to multiples of 2^-bits. */
const rounded = (cdf: (x: number) => number, bits: number) => (x: number) =>
  clamp(cdf((Math.floor(x * 2 ** bits) + 0.5) / 2 ** bits));
const normalRounded = (std: number, bits: number) => rounded(x => normalCdf(x / std), bits);
/** A coordinate of a uniform point on the sphere in three dimensions is uniform (Archimedes). */
const archimedes = (x: number): number => clamp((x + 1) / 2);

const off = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number =>
  Math.max(...a.flatMap((row, i) => row.map((x, j) => Math.abs(x - b[i]![j]!))));
const notOrthogonal = (q: readonly (readonly number[])[]): string | false =>
  off(gram(q), identity(q.length)) > 1e-14 && 'not orthogonal';
const badSpectrum = ({ matrix, spectrum, basis }: SpectralMatrix): string | false => {
  const residual = spectrum.map((value, k) => {
    const v = basis.map(row => row[k]!);
    return Math.max(...apply(matrix, v).map((x, i) => Math.abs(x - value * v[i]!)));
  });
  return (
    notOrthogonal(basis) ||
    (Math.max(...residual) > 1e-13 * Math.max(1, ...spectrum.map(Math.abs)) && 'wrong spectrum') ||
    (matrix.some((row, i) => row.some((x, j) => x !== matrix[j]![i])) && 'not symmetric')
  );
};
const hardPart = ({ basis, gradient }: Quadratic): number =>
  dot(
    basis.map(row => row[0]!),
    gradient,
  );

const logCdf = (min: number, max: number) => (x: number) => clamp(Math.log(x / min) / Math.log(max / min));
/**
 * Rounding to six significant digits moves a number by up to 2^-6 of itself: the midpoint to the next one.
 */
const logRounded = (min: number, max: number) => (x: number) => {
  const unit = 2 ** (Math.floor(Math.log2(x)) - 5);
  return logCdf(min, max)((Math.floor(x / unit) + 0.5) * unit);
};

/** The assertions of one arbitrary, whatever its type. */
function entry<T>(of: contract.Contract<T>): () => void {
  return () => {
    test(`${of.name}: same seed, same value`, () => contract.assertReproducible(of, SEED));
    test(`${of.name}: valid, finite, no -0, survives JSON`, () => contract.assertValid(of, SEED));
    test(`${of.name}: shrinks strictly and to an end`, () => contract.assertShrinks(of, SEED));
    if (of.marginals.length > 0)
      test(`${of.name}: has the distribution it states`, () => contract.assertDistribution(of, SEED));
  };
}

const CONTRACTS = [
  entry({
    name: 'dyadic',
    arbitrary: dyadic({ min: -2, max: 3, bits: 5 }),
    flaw: (x: number) => !(x >= -2 && x <= 3 && Number.isInteger(x * 32)) && 'off the grid',
    marginals: [
      { what: 'x', of: (x: number) => x, cdf: (x: number) => clamp((Math.floor(x * 32) + 65) / 161) },
    ],
  }),
  entry({
    name: 'dyadic away from zero',
    arbitrary: dyadic({ min: 0.25, max: 0.75, bits: 6 }),
    flaw: (x: number) => !(x >= 0.25 && x <= 0.75) && 'out of range',
    marginals: [],
  }),
  entry({
    name: 'log-uniform',
    arbitrary: logUniform({ min: 1e-6, max: 1e4 }),
    flaw: (x: number) => !(x > 0.98e-6 && x < 1.02e4 && fractionBits(x) < 30) && 'out of range',
    marginals: [{ what: 'log x', of: (x: number) => x, cdf: logRounded(1e-6, 1e4) }],
  }),
  entry({
    name: 'normal',
    arbitrary: normal({ std: 2, bits: 6 }),
    flaw: (x: number) => !(Math.abs(x) < 14 && Number.isInteger(x * 64)) && 'off the grid',
    marginals: [{ what: 'x', of: (x: number) => x, cdf: normalRounded(2, 6) }],
  }),
  entry({
    name: 'vector',
    arbitrary: vector(5, normal()),
    flaw: (v: number[]) => v.length !== 5 && 'wrong length',
    marginals: [{ what: 'last entry', of: (v: number[]) => v[4]!, cdf: normalRounded(1, 8) }],
  }),
  entry({
    name: 'unit vector',
    forgetful: true,
    arbitrary: unitVector(3),
    flaw: (v: number[]) => Math.abs(norm(v) - 1) > 4e-16 && 'not of length one',
    marginals: [0, 2].map(i => ({ what: `coordinate ${i}`, of: (v: number[]) => v[i]!, cdf: archimedes })),
  }),
  entry({
    name: 'orthogonal',
    forgetful: true,
    arbitrary: orthogonal(3),
    flaw: notOrthogonal,
    marginals: [
      [0, 0],
      [2, 1],
      [2, 2],
      [1, 2],
    ].map(([i, j]) => ({ what: `entry ${i},${j}`, of: (q: number[][]) => q[i!]![j!]!, cdf: archimedes })),
  }),
  entry({
    name: 'positive definite',
    forgetful: true,
    arbitrary: spd(3, 1 / 8, 32),
    flaw: (m: SpectralMatrix) =>
      badSpectrum(m) || (m.spectrum.some(x => x < 0.12 || x > 32) && 'spectrum out of range'),
    marginals: [
      { what: 'eigenvalue', of: (m: SpectralMatrix) => m.spectrum[1]!, cdf: logRounded(1 / 8, 32) },
    ],
  }),
  entry({
    name: 'quadratics',
    forgetful: true,
    arbitrary: quadratics(3),
    flaw: (q: Quadratic) => badSpectrum(q),
    marginals: [{ what: 'offset', of: (q: Quadratic) => q.offset, cdf: normalRounded(1, 8) }],
  }),
  entry({
    name: 'quadratics of the hard case',
    forgetful: true,
    arbitrary: quadraticOf(4, 'hard'),
    flaw: (q: Quadratic) =>
      (q.spectrum[0] !== Math.max(...q.spectrum) && 'the top eigenvalue must come first') ||
      (Math.abs(hardPart(q)) > 1e-14 * norm(q.gradient) && 'the gradient has a part in the top eigenspace'),
    marginals: [],
  }),
  entry({
    name: 'ridge sums',
    arbitrary: ridges(2),
    flaw: ({ ridge, point }: RidgeCase) => (ridge.terms.length !== 6 || point.length !== 2) && 'wrong size',
    marginals: [
      {
        what: 'direction',
        of: ({ ridge }: RidgeCase) => ridge.terms[3]!.a[1]!,
        cdf: normalRounded(1.5 / Math.SQRT2, 8),
      },
    ],
  }),
  entry({
    name: 'autoencoders',
    arbitrary: autoencoders([...SHAPES.smooth, ...SHAPES.learned]),
    flaw: ({ shape, params, x, alpha }: AutoencoderCase) =>
      (alpha === 1 && 'alpha is one') ||
      (x.length !== shape.batch * shape.net.encoder[0]! && 'wrong batch') ||
      (Object.entries(denseAutoencoder(shape.net).shapes).some(
        ([name, dims]) => params[name]?.length !== dims.reduce((a, b) => a * b, 1),
      ) &&
        'wrong parameter'),
    marginals: [{ what: 'x', of: (c: AutoencoderCase) => c.x[0]!, cdf: normalRounded(1, 6) }],
  }),
];

for (const register of CONTRACTS) register();

test('the distribution assertion rejects fast-check doubles and a wrong spread', () => {
  const wrong = [
    { arbitrary: fc.double({ min: -1, max: 1, noNaN: true }), cdf: archimedes },
    { arbitrary: normal({ std: 1.2 }), cdf: normalRounded(1, 8) },
  ];
  for (const { arbitrary, cdf } of wrong)
    assert.ok(
      contract.distance(fc.sample(arbitrary, { numRuns: 8000, seed: SEED }), cdf) >
        contract.dkw(8000, contract.FALSE_ALARM),
    );
});

test('shrinking finds the simple counterexample', () => {
  const details = fc.check(
    fc.property(vector(4, dyadic({ min: -1, max: 1, bits: 20 })), v => dot(v, v) < 0.9),
    { seed: 42, numRuns: 1000 },
  );
  assert.equal(details.counterexample?.[0], [0, 0, 0, 1]);
});

test('a shrunk number is simpler, by its own measure', () => {
  const element = normal({ bits: 12 });
  for (const x of fc.sample(element, { numRuns: 50, seed: SEED }))
    for (const y of element.shrunk(x)) assert.ok(simpler(y, x), `${y} for ${x}`);
});

test('rotations turn a diagonal matrix into one that is not', () => {
  for (const { matrix } of fc.sample(spd(3), { numRuns: 20, seed: SEED }))
    assert.ok(off(matrix, multiply(matrix, identity(3))) === 0 && matrix[0]![1] !== 0);
});

test.run();
