/**
 * @file Batch normalisation (Ioffe & Szegedy 2015), composed of operations that differentiate to any order.
 */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../../engine/ops.js';
import type { Layer } from './compose.js';
import type { Layout } from './layers.js';
import { type Mode, type Moments, parameter } from './network.js';

/** Added to the variance; PyTorch's. */
const EPSILON = 1e-5;

/** Statistics of each channel (the last axis) over everything else. */
function momentsOf(name: string, x: tf.Tensor): Moments {
  const channels = x.shape.at(-1)!;
  const count = x.size / channels;
  if (count < 2)
    throw new Error(
      `batchNorm: "${name}" needs at least 2 values a channel in training, got ${count} - make the batch larger, or evaluate`,
    );
  const axes = x.shape.slice(0, -1).map((_, axis) => axis);
  const mean = tf.mean(x, axes);
  return { mean, variance: tf.mean(tf.square(tf.sub(x, mean)), axes), count };
}

function statisticsFor(name: string, x: tf.Tensor, mode: Mode): Pick<Moments, 'mean' | 'variance'> {
  if (mode.kind === 'evaluation')
    return {
      mean: parameter(mode.statistics, `${name}.running_mean`),
      variance: parameter(mode.statistics, `${name}.running_var`),
    };
  const moments = momentsOf(name, x);
  mode.observe?.(name, moments);
  return moments;
}

const layoutOf = (name: string, channels: number): Layout => ({
  shapes: { [`${name}.weight`]: [channels], [`${name}.bias`]: [channels] },
  fanIn: {},
  initial: { [`${name}.weight`]: 1, [`${name}.bias`]: 0 },
  statistics: { [`${name}.running_mean`]: [channels], [`${name}.running_var`]: [channels] },
});

/** (x - mean) / sqrt(variance + 1e-5) * weight + bias over the last axis of x, [B, C] or [B, H, W, C]. */
export const batchNorm = (name: string, channels: number, mode: Mode): Layer => ({
  layout: layoutOf(name, channels),
  apply(params, x) {
    const { mean, variance } = statisticsFor(name, x, mode);
    const scale = tf.mul(tf.rsqrt(tf.add(variance, constant(EPSILON))), parameter(params, `${name}.weight`));
    return tf.add(tf.mul(tf.sub(x, mean), scale), parameter(params, `${name}.bias`));
  },
});
