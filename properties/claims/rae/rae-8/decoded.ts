/** @file RAE-8: what follows for decoded data, and for the posteriors of a VAE. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { bound } from '../../../../src/claims/checks/bound.js';
import { equals } from '../../../../src/claims/checks/equals.js';
import { scaleOf } from '../../../../src/core/objectives/objective.js';
import type { VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import {
  affineImage,
  fitGaussian,
  type Gaussian,
  standardNormal,
} from '../../../../src/theory/density/gaussian.js';
import { sigmaPoints } from '../../../../src/theory/numerics/gauss-hermite.js';
import {
  combine,
  identity,
  type Matrix,
  norm,
  trace,
  type Vector,
} from '../../../../src/theory/numerics/matrix.js';
import { type AutoencoderCase, SHAPES } from '../../../arbitraries/autoencoders.js';
import { everyShape } from '../../../arbitraries/given.js';
import { logUniform, normal } from '../../../arbitraries/numbers.js';
import { plainRecord } from '../../../arbitraries/record.js';
import { vector } from '../../../arbitraries/vector.js';
import { rowsOf } from '../../../subjects/network/jets.js';
import { inputSpecs, inputsOf, networkOf, paramsOf } from '../../../subjects/network/network.js';
import { covariancesOf } from '../../../subjects/network/posterior.js';
import { gaussians, rows } from '../../../subjects/rae/density-cases.js';
import type { Subject } from './controls.js';
import { meanOver, sizeOf } from './entropy.js';

interface Generated {
  readonly codes: Gaussian;
  readonly weight: Matrix;
  readonly bias: Vector;
  readonly noise: number;
}

const generated: fc.Arbitrary<Generated> = fc.oneof(
  ...(
    [
      [2, 2],
      [3, 2],
      [2, 3],
    ] as const
  ).map(([entries, d]) =>
    plainRecord({
      codes: gaussians(d),
      weight: vector(entries * d, normal()).map(flat => rows(flat, entries)),
      bias: vector(entries, normal()),
      noise: logUniform({ min: 1 / 1024, max: 4 }),
    }),
  ),
);

export const processed = bound<Generated, Subject>({
  says: 'what is decoded is no further from the decoded prior than the codes are from the prior',
  given: {
    arbitrary: generated,
    // nothing is lost by a decoder that can be inverted
    examples: [
      {
        codes: {
          mean: [1, 2],
          covariance: [
            [2, 1],
            [1, 1.5],
          ],
        },
        weight: [
          [4, 0],
          [0, 2],
        ],
        bias: [0, 1],
        noise: 2 ** -20,
      },
    ],
  },
  runs: 24,
  measure: ({ codes, weight, bias, noise }, s) => {
    const seen = (of: Gaussian): Gaussian => {
      const { mean, covariance } = affineImage(of, weight, bias);
      return { mean, covariance: combine(1, covariance, noise, identity(mean.length)) };
    };
    const prior = standardNormal(codes.mean.length);
    return {
      lower: s.kl(seen(codes), seen(prior)),
      upper: s.kl(codes, prior),
      scale: sizeOf(codes) * (1 + 1 / noise) ** 0.5,
    };
  },
});

/** The codes that the VAE draws for every sigma point, and the posterior means. */
function sampledCodes(of: AutoencoderCase, vae: VaeRules): { codes: number[][]; means: number[][] } {
  const { shape } = of;
  const { batch, net } = shape;
  const program = programOf(vae, shape, 'sampled codes', () => ({
    specs: { ...inputSpecs(shape), noise: { shape: [batch, net.latent] } },
    fn: inputs => {
      const posterior = networkOf(shape).encode(paramsOf(shape, inputs), inputs.x!);
      const z = vae.sample(posterior.mean, scaleOf(posterior, 'learned'), inputs.noise!);
      return { z, mean: tf.add(posterior.mean, 0) };
    },
  }));
  const matrix = (flat: Float64Array): number[][] => rowsOf(flat, batch).map(row => [...row]);
  const drawn = sigmaPoints(net.latent).map(({ point }) => {
    const noise = Float64Array.from({ length: batch * net.latent }, (_, k) => point[k % net.latent]!);
    const { z, mean } = program.run({ ...inputsOf(of), noise });
    return { z: matrix(z!), mean: matrix(mean!) };
  });
  return { codes: drawn.flatMap(({ z }) => z), means: drawn[0]!.mean };
}

export const posteriors = equals<AutoencoderCase, Subject>({
  says: "a VAE's sampled codes and its posterior means have different Gaussians: the same mean, covariances that differ by the mean posterior covariance",
  given: everyShape(SHAPES.learned),
  runs: 12,
  measure: (of, s) => {
    const { codes, means } = sampledCodes(of, s.vae);
    const [sampled, ofMeans] = [fitGaussian(codes), fitGaussian(means)];
    const sigma = covariancesOf(of).reduce(
      (sum, matrix) => combine(1, sum, 1 / means.length, matrix),
      combine(0, sampled.covariance, 0, sampled.covariance),
    );
    const size = trace(sigma) + meanOver(codes, z => norm(z) ** 2);
    return [
      { what: 'mean', actual: sampled.mean, expected: ofMeans.mean, scale: Math.sqrt(size) },
      {
        what: 'covariance',
        actual: sampled.covariance.flat(),
        expected: s.sampled(ofMeans.covariance, sigma).flat(),
        scale: size,
      },
    ];
  },
});
