/** @file Losses and their gradients at the noisy points that training draws, one batch for all noises. */
import type * as tf from '@tensorflow/tfjs';
import { gradient } from '../../../src/core/derivatives.js';
import type { VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import { mat, type quad } from '../../kit.js';
import { rowsOf } from '../network/jets.js';
import { rootOf } from './root.js';
import type { At } from './sam.js';

export interface Draw {
  readonly weight: number;
  readonly value: number;
  /** The gradient of the loss with respect to the mean, through this one sample. */
  readonly gradient: readonly number[];
}

/** L(mu + Sigma^(1/2) eta) and its gradient for every noise eta, as the VAE reparametrises. */
export function drawsOn(
  vae: VaeRules,
  { loss: { shape, data }, point, factor }: At,
  points: readonly quad.WeightedPoint[],
): Draw[] {
  const [p, n] = [shape.dimension, points.length];
  const program = programOf(vae, shape, `draws ${n}`, () => ({
    specs: {
      ...shape.specs,
      mean: { shape: [n, p] },
      factor: { shape: [n, p, p] },
      noise: { shape: [n, p] },
    },
    fn: ({ mean, factor, noise, ...rest }) => {
      const value = (at: tf.Tensor): tf.Tensor => shape.value(vae.sample(at, rootOf(factor!), noise!), rest);
      return { value: value(mean!), gradient: gradient(value, mean!) };
    },
  }));
  const tiled = (values: readonly number[]): Float64Array =>
    Float64Array.from({ length: n * values.length }, (_, k) => values[k % values.length]!);
  const outputs = program.run({
    ...data,
    mean: tiled(point),
    factor: tiled(factor.flat()),
    noise: Float64Array.from(points.flatMap(({ point: noise }) => [...noise])),
  });
  const gradients = rowsOf(outputs.gradient!, n);
  return points.map(({ weight }, i) => ({ weight, value: outputs.value![i]!, gradient: [...gradients[i]!] }));
}

/** The weighted mean of the gradients. */
export const meanGradient = (draws: readonly Draw[]): number[] =>
  draws.map(({ weight, gradient }) => mat.scale(weight, gradient)).reduce(mat.add);
