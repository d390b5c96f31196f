/**
 * @file Wide residual networks (Zagoruyko & Komodakis 2016): the classifiers of Ujvary et al. 2022, section
 * 6.
 */
import * as tf from '@tensorflow/tfjs';
import type { Classifier } from '../classifier.js';
import { ACTIVATIONS, type ActivationName } from './activation.js';
import { batchNorm } from './batch-norm.js';
import { convLayer, denseLayer, type Layer, pointwise, sequence } from './compose.js';
import { checkSizes, globalPool, join } from './layers.js';
import type { Mode, Normalised } from './network.js';

export interface WideResNetSpec {
  /** 6 n + 4 for n blocks a group: 28 in the paper. */
  readonly depth: number;
  /** The groups have 16, 32 and 64 channels times this. */
  readonly width: number;
  readonly classes: number;
  /** 'relu' when not said. */
  readonly activation?: ActivationName;
  /** [height, width, channels]; CIFAR's [32, 32, 3] when not said. */
  readonly image?: readonly [number, number, number];
}

export interface WideResNet extends Classifier {
  /** [height, width, channels] */
  readonly data: readonly [number, number, number];
  readonly initial: Readonly<Record<string, number>>;
  readonly normalised: Normalised<WideResNet>;
}

function check({ depth, width, classes, image = CIFAR }: WideResNetSpec): void {
  checkSizes('network', [depth, width, classes, ...image]);
  if (depth < 10 || (depth - 4) % 6 !== 0)
    throw new Error(
      `network: the depth of a wide residual network must be 6n+4, got ${depth} - give 10, 16, 22, 28, ...`,
    );
}

const CIFAR = [32, 32, 3] as const;

/**
 * A block with normalisation and activation before each convolution. Where the shape changes, the skip is a
 * 1x1 convolution of the activated input, else the input itself.
 */
function block(
  name: string,
  [inputs, outputs]: readonly [number, number],
  stride: number,
  mode: Mode,
  activation: Layer,
): Layer {
  const before = sequence(batchNorm(`${name}.bn0`, inputs, mode), activation);
  const main = sequence(
    convLayer(`${name}.conv0`, inputs, outputs, { size: 3, stride, padding: 1 }),
    batchNorm(`${name}.bn1`, outputs, mode),
    activation,
    convLayer(`${name}.conv1`, outputs, outputs, { size: 3, stride: 1, padding: 1 }),
  );
  const change =
    inputs === outputs && stride === 1
      ? undefined
      : convLayer(`${name}.convdim`, inputs, outputs, { size: 1, stride, padding: 0 });
  return {
    layout: join([before.layout, main.layout, ...(change ? [change.layout] : [])]),
    apply(params, x) {
      const active = before.apply(params, x);
      return tf.add(main.apply(params, active), change ? change.apply(params, active) : x);
    },
  };
}

/**
 * A 3x3 convolution `conv0`, three groups of n blocks `group0.block0`, ... (the second and third halve height
 * and width), `bn`, the mean over all pixels, and the dense layer `fc`. Names as in the authors' PyTorch
 * code. Made in training mode; without dropout.
 */
export function wideResNet(spec: WideResNetSpec, mode: Mode = { kind: 'training' }): WideResNet {
  check(spec);
  const { depth, width, classes, image = CIFAR } = spec;
  const activation = pointwise(ACTIVATIONS[spec.activation ?? 'relu'].apply);
  const channels = [16, 16 * width, 32 * width, 64 * width];
  const blocks = [0, 1, 2].flatMap(group =>
    Array.from({ length: (depth - 4) / 6 }, (_, i) => {
      const inputs = i === 0 ? channels[group]! : channels[group + 1]!;
      const stride = group > 0 && i === 0 ? 2 : 1;
      return block(`group${group}.block${i}`, [inputs, channels[group + 1]!], stride, mode, activation);
    }),
  );
  const all = sequence(
    convLayer('conv0', image[2], 16, { size: 3, stride: 1, padding: 1 }),
    ...blocks,
    batchNorm('bn', channels[3]!, mode),
    activation,
    pointwise(globalPool),
    denseLayer('fc', channels[3]!, classes),
  );
  const { statistics = {}, initial = {}, ...layout } = all.layout;
  return {
    data: image,
    classes,
    initial,
    ...layout,
    normalised: { statistics, inMode: other => wideResNet(spec, other) },
    logits: (params, x) => all.apply(params, x),
  };
}
