/** @file RAE-8: what follows for decoded data, and for the posteriors of a VAE. */
import * as tf from '@tensorflow/tfjs';
import { scaleOf } from '../../../../src/core/objectives/objective.js';
import type { VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import * as gaussian from '../../../../src/theory/density/gaussian.js';
import { type AutoencoderCase, SHAPES } from '../../../arbitraries/autoencoders.js';
import { everyShape } from '../../../arbitraries/given.js';
import { check, draw, fc, mat, quad } from '../../../kit.js';
import { inputSpecs, inputsOf, networkOf, paramsOf } from '../../../subjects/network/network.js';
import { covariancesOf } from '../../../subjects/network/posterior.js';
import { gaussians } from '../../../subjects/rae/density-cases.js';
import { rows } from '../../../subjects/rae/plain-network.js';
import type { Subject } from './controls.js';
import { meanOver, sizeOf } from './entropy.js';

const generatedFor = (entries: number, d: number) =>
  draw.record({
    codes: gaussians(d),
    weight: draw.vector(entries * d, draw.normal()).map(flat => rows(flat, entries)),
    bias: draw.vector(entries, draw.normal()),
    noise: draw.logUniform({ min: 1 / 1024, max: 4 }),
  });
const generated = fc.oneof(generatedFor(2, 2), generatedFor(3, 2), generatedFor(2, 3));
type Generated = draw.Of<typeof generated>;

const SHEARED: mat.Matrix = [
  [2, 1],
  [1, 1.5],
];
const STRETCH = [
  [4, 0],
  [0, 2],
];

export const processed = check.bound<Generated, Subject>({
  says: 'what is decoded is no further from the decoded prior than the codes are from the prior',
  given: {
    arbitrary: generated,
    // nothing is lost by a decoder that can be inverted
    examples: [
      { codes: { mean: [1, 2], covariance: SHEARED }, weight: STRETCH, bias: [0, 1], noise: 2 ** -20 },
    ],
  },
  runs: 24,
  measure: ({ codes, weight, bias, noise }, s) => {
    const seen = (latent: gaussian.Gaussian): gaussian.Gaussian => {
      const { mean, covariance } = gaussian.affineImage(latent, weight, bias);
      return { mean, covariance: mat.combine(1, covariance, noise, mat.identity(mean.length)) };
    };
    const prior = gaussian.standardNormal(codes.mean.length);
    return {
      lower: s.kl(seen(codes), seen(prior)),
      upper: s.kl(codes, prior),
      scale: sizeOf(codes) * (1 + 1 / noise) ** 0.5,
    };
  },
});

/** The codes that the VAE draws for every sigma point, and the posterior means. */
function sampledCodes(model: AutoencoderCase, vae: VaeRules): { codes: number[][]; means: number[][] } {
  const { shape } = model;
  const { batch, net } = shape;
  const program = programOf(vae, shape, 'sampled codes', () => ({
    specs: { ...inputSpecs(shape), noise: { shape: [batch, net.latent] } },
    fn: inputs => {
      const posterior = networkOf(shape).encode(paramsOf(shape, inputs), inputs.x!);
      const z = vae.sample(posterior.mean, scaleOf(posterior, 'learned'), inputs.noise!);
      return { z, mean: tf.add(posterior.mean, 0) };
    },
  }));
  const drawn = quad.sigmaPoints(net.latent).map(({ point }) => {
    const noise = Float64Array.from({ length: batch * net.latent }, (_, k) => point[k % net.latent]!);
    const { z, mean } = program.run({ ...inputsOf(model), noise });
    return { z: rows(z!, batch), mean: rows(mean!, batch) };
  });
  return { codes: drawn.flatMap(({ z }) => z), means: drawn[0]!.mean };
}

export const posteriors = check.equals<AutoencoderCase, Subject>({
  says: "a VAE's sampled codes and its posterior means have different Gaussians: the same mean, covariances that differ by the mean posterior covariance",
  given: everyShape(SHAPES.learned),
  runs: 12,
  measure: (model, s) => {
    const { codes, means } = sampledCodes(model, s.vae);
    const [sampled, ofMeans] = [gaussian.fitGaussian(codes), gaussian.fitGaussian(means)];
    const sigma = covariancesOf(model).reduce(
      (sum, matrix) => mat.combine(1, sum, 1 / means.length, matrix),
      mat.combine(0, sampled.covariance, 0, sampled.covariance),
    );
    const size = mat.trace(sigma) + meanOver(codes, z => mat.norm(z) ** 2);
    return check.agree({
      mean: [sampled.mean, ofMeans.mean, Math.sqrt(size)],
      covariance: [sampled.covariance.flat(), s.sampled(ofMeans.covariance, sigma).flat(), size],
    });
  },
});
