/** @file RAE-10: a density fitted to the codes needs nothing but the codes, and belongs to the autoencoder, not to its coordinates. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { equals } from '../../../src/claims/checks/equals.js';
import { only } from '../../../src/claims/checks/given.js';
import { violates } from '../../../src/claims/checks/violates.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { stream } from '../../../src/claims/random.js';
import { conditional } from '../../../src/claims/verdict.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import { EM_RULES, emStep, startMixture } from '../../../src/theory/density/em.js';
import {
  fitGaussian,
  type Gaussian,
  logDensityOf,
  standardNormal,
} from '../../../src/theory/density/gaussian.js';
import type { Mixture } from '../../../src/theory/density/mixture.js';
import { inverse } from '../../../src/theory/numerics/cholesky.js';
import { symmetricEigen } from '../../../src/theory/numerics/eigen.js';
import {
  add,
  apply,
  gram,
  type Matrix,
  multiply,
  norm,
  trace,
  transpose,
} from '../../../src/theory/numerics/matrix.js';
import { type AutoencoderCase, autoencoderOf, type Shape } from '../../arbitraries/autoencoders.js';
import { plainRecord } from '../../arbitraries/record.js';
import { rowsOf } from '../../subjects/network/jets.js';
import { inputSpecs, inputsOf, networkOf, paramsOf } from '../../subjects/network/network.js';
import { type Affine, affines, clouds, rows, seeds } from '../../subjects/rae/density-cases.js';

interface Subject {
  /** The codes that a density is fitted to, from the network's encoder and decoder. */
  readonly codes: (
    encode: (x: tf.Tensor) => tf.Tensor,
    decode: (z: tf.Tensor) => tf.Tensor,
    x: tf.Tensor,
  ) => tf.Tensor;
  readonly fit: (codes: Matrix) => Gaussian;
  /** One step of a mixture. */
  readonly step: (codes: Matrix, mixture: Mixture) => Mixture;
}

const SUBJECT: Subject = {
  codes: (encode, _, x) => encode(x),
  fit: codes => fitGaussian(codes),
  step: (codes, mixture) => emStep(codes, mixture).mixture,
};

const LATENT = 2;
const BATCH = 10;
const SHAPE: Shape = {
  net: { encoder: [4, 5], latent: LATENT, decoder: [LATENT, 6, 4], activation: 'tanh', output: 'identity' },
  batch: BATCH,
};

/** Codes and reconstructions, as core has them. */
function encoded(of: AutoencoderCase, { codes }: Subject): { codes: number[][]; outputs: Float64Array } {
  const program = programOf(codes, of.shape, 'codes', () => ({
    specs: inputSpecs(of.shape),
    fn: inputs => {
      const [net, params] = [networkOf(of.shape), paramsOf(of.shape, inputs)];
      const encode = (x: tf.Tensor): tf.Tensor => net.encode(params, x).mean;
      const decode = (z: tf.Tensor): tf.Tensor => net.decode(params, z);
      const z = codes(encode, decode, inputs.x!);
      return { z: tf.add(z, 0), y: decode(z) };
    },
  }));
  const { z, y } = program.run(inputsOf(of));
  return { codes: rowsOf(z!, of.shape.batch).map(row => [...row]), outputs: y!.slice() };
}

const parts = ({ mean, covariance }: Gaussian): number[] => [...mean, ...covariance.flat()];

const sizeOf = (codes: Matrix): number => 1 + codes.reduce((sum, z) => sum + norm(z) ** 2, 0) / codes.length;

const other = plainRecord({ of: autoencoderOf(SHAPE), instead: autoencoderOf(SHAPE) });

const decoderFree = equals<{ of: AutoencoderCase; instead: AutoencoderCase }, Subject>({
  says: 'another decoder, the same encoder: the same codes and the same density; the decoder takes no part in the fit',
  given: { arbitrary: other },
  runs: 16,
  measure: ({ of, instead }, s) => {
    const swapped = Object.entries(instead.params).filter(([name]) => name.startsWith('decoder.'));
    const seen = encoded(of, s).codes;
    const there = encoded({ ...of, params: { ...of.params, ...Object.fromEntries(swapped) } }, s).codes;
    return [
      { what: 'codes', actual: there.flat(), expected: seen.flat() },
      { what: 'density', actual: parts(s.fit(there)), expected: parts(s.fit(seen)) },
    ];
  },
});

interface OrderCase {
  readonly codes: Matrix;
  readonly order: readonly number[];
  readonly seed: number;
}

const COUNT = 24;
const orders = plainRecord({
  codes: clouds(LATENT, COUNT),
  order: fc.shuffledSubarray(
    Array.from({ length: COUNT }, (_, i) => i),
    { minLength: COUNT },
  ),
  seed: seeds,
});

const orderFree = equals<OrderCase, Subject>({
  says: 'the order of the training data does not matter, for the Gaussian, nor for EM from a given start',
  given: { arbitrary: orders },
  runs: 24,
  measure: ({ codes, order, seed }, s) => {
    const shuffled = order.map(i => codes[i]!);
    const start = startMixture(codes, stream(seed, 'start'), 2);
    const [here, there] = [codes, shuffled].map(points => s.step(points, s.step(points, start)));
    const size = sizeOf(codes);
    const stiff =
      size ** 2 *
      start.components.reduce((sum, c) => sum + 1 / symmetricEigen(c.covariance).values.at(-1)!, 0);
    return [
      { what: 'Gaussian', actual: parts(s.fit(shuffled)), expected: parts(s.fit(codes)), scale: size },
      { what: 'weights', actual: there!.weights, expected: here!.weights, scale: stiff },
      {
        what: 'components',
        actual: there!.components.flatMap(parts),
        expected: here!.components.flatMap(parts),
        scale: stiff * size,
      },
    ];
  },
});

interface Moved {
  readonly of: AutoencoderCase;
  readonly map: Affine;
}

/** The same function with codes A z + b. */
function reparametrised(of: AutoencoderCase, { matrix, shift }: Affine): AutoencoderCase {
  const { params } = of;
  const back = multiply(inverse(gram(matrix)), transpose(matrix));
  const [head, first] = [
    rows(params['mu.weight']!, LATENT),
    rows(params['decoder.0.weight']!, params['decoder.0.bias']!.length),
  ];
  const weight = multiply(first, back);
  return {
    ...of,
    params: {
      ...params,
      'mu.weight': multiply(matrix, head).flat(),
      'mu.bias': add(apply(matrix, params['mu.bias']!), shift),
      'decoder.0.weight': weight.flat(),
      'decoder.0.bias': add(
        params['decoder.0.bias']!,
        apply(weight, shift).map(x => -x),
      ),
    },
  };
}

const moved: fc.Arbitrary<Moved> = plainRecord({ of: autoencoderOf(SHAPE), map: affines(LATENT) }).filter(
  // codes on a line have no Gaussian; that is a check of its own
  ({ of }) => {
    const { values } = symmetricEigen(fitGaussian(encoded(of, SUBJECT).codes).covariance);
    return values[1]! > values[0]! / 64;
  },
);

const conditionOf = ({ covariance }: Gaussian): number =>
  trace(covariance) / symmetricEigen(covariance).values.at(-1)!;

const coordinates = equals<Moved, Subject>({
  says: 'autoencoders that differ by an affine change of codes generate the same data: the density of a code changes by the determinant, its reconstruction not at all',
  given: { arbitrary: moved },
  runs: 16,
  measure: ({ of, map }, s) => {
    const [here, there] = [of, reparametrised(of, map)].map(c => encoded(c, s));
    const [p, q] = [s.fit(here!.codes), s.fit(there!.codes)];
    const [density, movedDensity] = [logDensityOf(p), logDensityOf(q)];
    const size = (sizeOf(here!.codes) + sizeOf(there!.codes)) * (conditionOf(p) + conditionOf(q));
    const { bias } = { bias: norm(of.params['decoder.0.bias']!) };
    return [
      {
        what: 'density',
        actual: there!.codes.map(z => movedDensity(z) + map.logDeterminant),
        expected: here!.codes.map(density),
        scale: size,
      },
      {
        what: 'reconstruction',
        actual: there!.outputs,
        expected: here!.outputs,
        scale: 16 * size * (1 + bias) * norm(of.params['decoder.1.weight']!),
      },
    ];
  },
});

const prior = violates<Moved, Subject>({
  says: 'which the prior N(0, I) does not know: what is generated from it depends on the coordinates of the codes',
  given: { arbitrary: moved },
  runs: 8,
  measure: ({ of, map }, s) => {
    const [here, there] = [of, reparametrised(of, map)].map(c => encoded(c, s).codes);
    const density = logDensityOf(standardNormal(LATENT));
    const [claimed, actual] = [density(here![0]!), density(there![0]!) + map.logDeterminant];
    return { claimed, actual, by: Math.abs(claimed - actual), scale: Math.abs(claimed) + Math.abs(actual) };
  },
});

interface Dead {
  readonly name: string;
  readonly of: (x: number) => number[];
}

/** A latent that the encoder does not use, and one that repeats another. */
const DEAD: readonly [Dead, ...Dead[]] = [
  { name: 'a dead latent', of: x => [x, 0] },
  { name: 'a repeated latent', of: x => [x, x] },
];

const throws = (f: () => unknown): number => {
  try {
    f();
    return 0;
  } catch {
    return 1;
  }
};

const singular = equals<Dead, Subject>({
  says: 'not quite any autoencoder: codes that do not span the latent space, a dead latent say, have no density, and the fit says so; with a floor they do',
  given: only(DEAD, ({ name }) => name),
  measure: ({ of }, s) => {
    const codes = Array.from({ length: COUNT }, (_, i) => of(i % 2 === 0 ? 1 : -1));
    const fitted = s.fit(codes);
    return [
      { what: 'refused', actual: throws(() => logDensityOf(fitted)), expected: 1 },
      {
        what: 'with a floor',
        actual: throws(() => logDensityOf(EM_RULES.floored(fitted, 1e-6))),
        expected: 0,
        scale: 1,
      },
    ];
  },
});

const withFit = (says: string, fit: Subject['fit']) => mutant<Subject>(says, s => ({ ...s, fit }));
const withCodes = (says: string, codes: Subject['codes']) => mutant<Subject>(says, s => ({ ...s, codes }));

export default claim<Subject, string, string>({
  id: 'RAE-10',
  paper: 'rae',
  source: 'Ghosh et al. 2020, ex-post density estimation for any autoencoder',
  tex: {
    printed: '\\text{ex-post density estimation applies to any autoencoder, without further training}',
    corrected:
      "p_{AZ+b}(Az + b)\\,|\\det A| = p_Z(z),\\quad D'(Az + b) = D(z): \\quad \\text{for codes of non-singular covariance}",
  },
  says: 'A density fitted to the codes depends on them alone, not on their order, the decoder, or their affine coordinates, unlike the prior; the codes must span the latent space, or the covariance needs a floor.',
  verdict: conditional('the codes span the latent space, or a floor is added to the covariance'),
  subject: SUBJECT,
  checks: { decoderFree, orderFree, coordinates, prior, singular },
  mutants: {
    reencoded: withCodes('codes of the reconstructions', (encode, decode, x) => encode(decode(encode(x)))),
    priorForFit: withFit('the prior for the fit', codes => standardNormal(codes[0]!.length)),
    lastDropped: withFit('a fit without the last code', codes => fitGaussian(codes.slice(0, -1))),
    forgetting: withFit('a moving average', codes =>
      fitGaussian(
        codes,
        codes.map((_, i) => 0.9 ** (codes.length - i)),
      ),
    ),
    diagonal: withFit('variances alone', codes => {
      const { mean, covariance } = fitGaussian(codes);
      return { mean, covariance: covariance.map((row, i) => row.map((x, j) => (i === j ? x : 0))) };
    }),
    centredAtZero: withFit('a mean of zero', codes => ({
      ...fitGaussian(codes),
      mean: codes[0]!.map(() => 0),
    })),
    incremental: mutant('EM over a part of the codes at a time', s => ({
      ...s,
      step: (codes, mixture) => emStep(codes.slice(12), emStep(codes.slice(0, 12), mixture).mixture).mixture,
    })),
  },
});
