/**
 * @file RAE-10: a density fitted to the codes needs nothing but the codes, and belongs to the autoencoder.
 */
import { EM_RULES, emStep, startMixture } from '../../../../src/theory/density/em.js';
import * as gaussian from '../../../../src/theory/density/gaussian.js';
import type { Mixture } from '../../../../src/theory/density/mixture.js';
import { autoencoderOf } from '../../../arbitraries/autoencoders.js';
import { check, claim, conditional, draw, fc, mat, stream, wrong } from '../../../kit.js';
import * as densityCases from '../../../subjects/rae/density-cases.js';
import { type Codes, encoded, LATENT, reparametrised, SHAPE } from './network.js';

const SUBJECT = {
  codes: ((encode, _, x) => encode(x)) as Codes,
  fit: (codes: mat.Matrix): gaussian.Gaussian => gaussian.fitGaussian(codes),
  /** One step of a mixture. */
  step: (codes: mat.Matrix, mixture: Mixture): Mixture => emStep(codes, mixture).mixture,
};
type Subject = typeof SUBJECT;

const parts = ({ mean, covariance }: gaussian.Gaussian): number[] => [...mean, ...covariance.flat()];

const sizeOf = (codes: mat.Matrix): number => 1 + mat.sum(codes.map(z => mat.norm(z) ** 2)) / codes.length;

const other = draw.record({ model: autoencoderOf(SHAPE), instead: autoencoderOf(SHAPE) });

const decoderFree = check.equals({
  says: 'another decoder, the same encoder: the same codes and the same density; the decoder takes no part in the fit',
  given: other,
  runs: 16,
  measure: ({ model, instead }, s: Subject) => {
    const swapped = Object.entries(instead.params).filter(([name]) => name.startsWith('decoder.'));
    const seen = encoded(model, s).codes;
    const there = encoded({ ...model, params: { ...model.params, ...Object.fromEntries(swapped) } }, s).codes;
    return check.agree({
      codes: [there.flat(), seen.flat()],
      density: [parts(s.fit(there)), parts(s.fit(seen))],
    });
  },
});

const COUNT = 24;
const orders = draw.record({
  codes: densityCases.clouds(LATENT, COUNT),
  order: fc.shuffledSubarray([...Array(COUNT).keys()], { minLength: COUNT }),
  seed: densityCases.seeds,
});

const orderFree = check.equals({
  says: 'the order of the training data does not matter, for the Gaussian, nor for EM from a given start',
  given: orders,
  runs: 24,
  measure: ({ codes, order, seed }, s: Subject) => {
    const shuffled = order.map(i => codes[i]!);
    const start = startMixture(codes, stream(seed, 'start'), 2);
    const [here, there] = [codes, shuffled].map(points => s.step(points, s.step(points, start)));
    const size = sizeOf(codes);
    const narrowest = start.components.map(c => mat.symmetricEigen(c.covariance).values.at(-1)!);
    const stiff = size ** 2 * mat.sum(narrowest.map(value => 1 / value));
    return check.agree({
      Gaussian: [parts(s.fit(shuffled)), parts(s.fit(codes)), size],
      weights: [there!.weights, here!.weights, stiff],
      components: [there!.components.flatMap(parts), here!.components.flatMap(parts), stiff * size],
    });
  },
});

const moved = draw.record({ model: autoencoderOf(SHAPE), map: densityCases.affines(LATENT) }).filter(
  // codes on a line have no Gaussian; that is a check of its own
  ({ model }) => {
    const { values } = mat.symmetricEigen(gaussian.fitGaussian(encoded(model, SUBJECT).codes).covariance);
    return values[1]! > values[0]! / 64;
  },
);
type Moved = draw.Of<typeof moved>;

const conditionOf = ({ covariance }: gaussian.Gaussian): number =>
  mat.trace(covariance) / mat.symmetricEigen(covariance).values.at(-1)!;

const coordinates = check.equals<Moved, Subject>({
  says: 'autoencoders that differ by an affine change of codes generate the same data: the density of a code changes by the determinant, its reconstruction not at all',
  given: moved,
  runs: 16,
  measure: ({ model, map }, s) => {
    const [here, there] = [model, reparametrised(model, map)].map(c => encoded(c, s));
    const [p, q] = [s.fit(here!.codes), s.fit(there!.codes)];
    const [density, movedDensity] = [gaussian.logDensityOf(p), gaussian.logDensityOf(q)];
    const size = (sizeOf(here!.codes) + sizeOf(there!.codes)) * (conditionOf(p) + conditionOf(q));
    return check.agree({
      density: [there!.codes.map(z => movedDensity(z) + map.logDeterminant), here!.codes.map(density), size],
      reconstruction: [
        there!.outputs,
        here!.outputs,
        16 *
          size *
          (1 + mat.norm(model.params['decoder.0.bias']!)) *
          mat.norm(model.params['decoder.1.weight']!),
      ],
    });
  },
});

const prior = check.violates<Moved, Subject>({
  says: 'which the prior N(0, I) does not know: what is generated from it depends on the coordinates of the codes',
  given: moved,
  runs: 8,
  measure: ({ model, map }, s) => {
    const [here, there] = [model, reparametrised(model, map)].map(c => encoded(c, s).codes);
    const density = gaussian.logDensityOf(gaussian.standardNormal(LATENT));
    const [claimed, actual] = [density(here![0]!), density(there![0]!) + map.logDeterminant];
    return { claimed, actual, by: Math.abs(claimed - actual), scale: Math.abs(claimed) + Math.abs(actual) };
  },
});

type Dead = readonly [name: string, codes: (x: number) => number[]];

/** A latent that the encoder does not use, and one that repeats another. */
const DEAD: readonly [Dead, ...Dead[]] = [
  ['a dead latent', x => [x, 0]],
  ['a repeated latent', x => [x, x]],
];

const throws = (f: () => unknown): number => {
  try {
    f();
    return 0;
  } catch {
    return 1;
  }
};

const singular = check.equals<Dead, Subject>({
  says: 'not quite any autoencoder: codes that do not span the latent space, a dead latent say, have no density, and the fit says so; with a floor they do',
  given: check.only(DEAD, ([name]) => name),
  measure: ([, spread], s) => {
    const codes = Array.from({ length: COUNT }, (_, i) => spread(i % 2 === 0 ? 1 : -1));
    const fitted = s.fit(codes);
    return check.agree({
      refused: [throws(() => gaussian.logDensityOf(fitted)), 1],
      'with a floor': [throws(() => gaussian.logDensityOf(EM_RULES.floored(fitted, 1e-6))), 0, 1],
    });
  },
});

export default claim<Subject, string, string>({
  id: 'RAE-10',
  paper: 'rae',
  source: 'Ghosh et al. 2020 as summarised, ex-post density estimation for any autoencoder',
  tex: {
    printed:
      '\\text{ex-post density estimation requires no additional training, and can be used with any autoencoder}',
    corrected:
      "p_{AZ+b}(Az + b)\\,|\\det A| = p_Z(z),\\quad D'(Az + b) = D(z): \\quad \\text{for codes of non-singular covariance}",
  },
  says: 'A density fitted to the codes depends on them alone, not on their order, the decoder, or their affine coordinates, unlike the prior; the codes must span the latent space, or the covariance needs a floor.',
  verdict: conditional('the codes span the latent space, or a floor is added to the covariance'),
  findings: [
    {
      class: 'sharpened',
      title: 'Any autoencoder whose codes span the latent space, or with a floor on the covariance any',
      quote:
        'their ex-post density estimation requires no additional training, and can be used with any autoencoder',
      place: 'summary, section Ex-post Density Estimation',
      says: 'A dead or a repeated latent has a singular covariance and no density. The fit depends on the codes alone: not on their order, on the decoder, nor, unlike the prior, on affine coordinates of the latents.',
    },
  ],
  subject: SUBJECT,
  checks: { decoderFree, orderFree, coordinates, prior, singular },
  mutants: {
    ...wrong.formula(SUBJECT, 'codes', {
      reencoded: ['codes of the reconstructions', (encode, decode, x) => encode(decode(encode(x)))],
    }),
    ...wrong.formula(SUBJECT, 'fit', {
      priorForFit: ['the prior for the fit', codes => gaussian.standardNormal(codes[0]!.length)],
      lastDropped: ['a fit without the last code', codes => SUBJECT.fit(codes.slice(0, -1))],
      forgetting: [
        'a moving average',
        codes =>
          gaussian.fitGaussian(
            codes,
            codes.map((_, i) => 0.9 ** (codes.length - i)),
          ),
      ],
      diagonal: [
        'variances alone',
        codes => ({ ...SUBJECT.fit(codes), ...densityCases.diagonal(SUBJECT.fit(codes)) }),
      ],
      centredAtZero: ['a mean of zero', codes => ({ ...SUBJECT.fit(codes), mean: mat.zeros(LATENT) })],
    }),
    ...wrong.formula(SUBJECT, 'step', {
      incremental: [
        'EM over a part of the codes at a time',
        (codes, mixture) => emStep(codes.slice(12), emStep(codes.slice(0, 12), mixture).mixture).mixture,
      ],
    }),
  },
});
