/** @file The ResNet-18 autoencoder of the experiments at 32x32 pixels, with free codes, in doubles. */
import * as tf from '@tensorflow/tfjs';
import { CODE } from '../../properties/support/network.js';
import { initialise } from '../../src/core/init.js';
import type { ActivationName } from '../../src/core/net/activation.js';
import type { Autoencoder, ParamShapes, Params } from '../../src/core/net/network.js';
import { resnetAutoencoder } from '../../src/core/net/resnet.js';
import { evaluated, firstStatistic, follow, RUNNING_RULES } from '../../src/core/net/running.js';
import { compileFloat64 } from '../../src/engine/float64/compile.js';
import { sizeOf } from '../../src/engine/graph.js';
import type { Arrays, Float64Program } from '../../src/engine/program.js';
import type { Specs } from '../../src/engine/spec.js';
import { trace } from '../../src/engine/trace.js';
import { imageBatch } from '../../src/formats/images.js';
import { fill, stream } from '../../src/theory/random.js';
import { generatedImages } from '../../src/train/generated.js';
import { times } from '../soak.js';

/** Channels of the first stage: as in the experiments when there is time. */
const WIDTH = times(8, 64);
export const LATENT = 8;
const SIZE = 32;

export const network = (activation: ActivationName): Autoencoder =>
  resnetAutoencoder({ width: WIDTH, latent: LATENT, activation });

const under = (prefix: string, all: Params): Params =>
  Object.fromEntries(
    Object.entries(all).flatMap(([name, tensor]) =>
      name.startsWith(`${prefix}.`) ? [[name.slice(prefix.length + 1), tensor]] : [],
    ),
  );

export const prefixed = <T>(prefix: string, all: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [`${prefix}.${name}`, value]));

/** The network with one more parameter, `code` [B, d], added to the posterior means. */
function withFreeCodes(net: Autoencoder, batch: number): Autoencoder {
  return {
    ...net,
    shapes: { ...net.shapes, [CODE]: [batch, LATENT] },
    encode(params, x) {
      const posterior = net.encode(params, x);
      return { ...posterior, mean: tf.add(posterior.mean, params[CODE]!) };
    },
  };
}

export interface Given {
  readonly net: Autoencoder;
  readonly params: Params;
  readonly x: tf.Tensor;
  /** The other inputs of the program. */
  readonly more: Readonly<Record<string, tf.Tensor>>;
}

/**
 * A program of the network in a mode: inputs `param.*`, `statistics.*`, `x` and those of `more`. In training mode batch
 * normalisation takes the statistics of the batch.
 */
export function program(
  { activation, batch, mode }: { activation: ActivationName; batch: number; mode: 'training' | 'evaluation' },
  more: Specs,
  fn: (given: Given) => Record<string, tf.Tensor>,
): Float64Program {
  const made = network(activation);
  const statistics = made.normalised!.statistics;
  const shapes: ParamShapes = {
    ...prefixed('param', withFreeCodes(made, batch).shapes),
    ...prefixed('statistics', statistics),
    x: [batch, ...made.data],
  };
  const specs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }]));
  const graph = trace(
    all => {
      const net = withFreeCodes(
        mode === 'training' ? made : evaluated(made, under('statistics', all)),
        batch,
      );
      return fn({ net, params: under('param', all), x: all.x!, more: all });
    },
    { ...specs, ...more },
  );
  return compileFloat64(graph);
}

/** Random parameters and made-up images; the statistics are those of the batch, as they would be after long training. */
export function drawCase(activation: ActivationName, batch: number, seed: number): Arrays {
  const net = network(activation);
  const draws = Object.entries(net.shapes).map(
    ([name, shape]) =>
      [name, fill(new Float64Array(sizeOf(shape)), 'uniform', stream(seed, 'large', name))] as const,
  );
  const fresh = Object.entries(net.normalised!.statistics).map(
    ([name, shape]) => [name, new Float64Array(sizeOf(shape)).fill(firstStatistic(name))] as const,
  );
  const images = generatedImages(batch, SIZE, seed);
  const inputs = {
    ...prefixed('param', initialise(net, Object.fromEntries(draws))),
    ...prefixed('param', { [CODE]: new Float64Array(batch * LATENT) }),
    ...prefixed('statistics', Object.fromEntries(fresh)),
    x: Float64Array.from(
      imageBatch(
        images,
        Array.from({ length: batch }, (_, i) => i),
      ),
    ),
  };
  return { ...inputs, ...prefixed('statistics', momentsProgram(activation, batch).run(inputs)) };
}

const programs = new Map<string, Float64Program>();

function momentsProgram(activation: ActivationName, batch: number): Float64Program {
  const key = `${activation} ${batch}`;
  const known =
    programs.get(key) ??
    program({ activation, batch, mode: 'training' }, {}, ({ net, params, x, more }) => {
      const followed = follow(net, under('statistics', more), { ...RUNNING_RULES, move: (_, now) => now });
      followed.net.decode(params, followed.net.encode(params, x).mean);
      return { ...followed.next() };
    });
  programs.set(key, known);
  return known;
}
