/** @file A small autoencoder with batch normalisation, and its running statistics after a training step. */
import * as tf from '@tensorflow/tfjs';
import { batchNorm } from '../../../../src/core/net/batch-norm.js';
import { denseLayer, pointwise, sequence } from '../../../../src/core/net/compose.js';
import { headLayout, heads, join } from '../../../../src/core/net/layers.js';
import type { Autoencoder, Mode } from '../../../../src/core/net/network.js';
import { firstStatistic, follow, type RunningRules } from '../../../../src/core/net/running.js';
import type { Objective } from '../../../../src/core/objectives/objective.js';
import { sgd } from '../../../../src/core/optimiser.js';
import { trainingStep } from '../../../../src/core/step.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { sizeOf } from '../../../../src/engine/graph/graph.js';
import { constant } from '../../../../src/engine/ops.js';
import type { Arrays, Float64Program } from '../../../../src/engine/program.js';
import { draw } from '../../../kit.js';

const [DATA, HIDDEN, LATENT, BATCH] = [4, 5, 3, 6];

/** Dense layers with batch normalisation in encoder and decoder. */
function normalisedNet(mode: Mode = { kind: 'training' }): Autoencoder {
  const block = (name: string, inputs: number) =>
    sequence(
      denseLayer(`${name}.0`, inputs, HIDDEN),
      batchNorm(`${name}.1`, HIDDEN, mode),
      pointwise(tf.tanh),
    );
  const encoder = block('encoder', DATA);
  const decoder = sequence(block('decoder', LATENT), denseLayer('decoder.3', HIDDEN, DATA));
  const { statistics = {}, ...layout } = join([
    encoder.layout,
    headLayout(HIDDEN, LATENT, 'none'),
    decoder.layout,
  ]);
  return {
    data: [DATA],
    latent: LATENT,
    posterior: 'none',
    ...layout,
    normalised: { statistics, inMode: normalisedNet },
    encode: (params, x) => heads(params, encoder.apply(params, x), LATENT, 'none'),
    decode: (params, z) => decoder.apply(params, z),
  };
}

const NET = normalisedNet();
const STATISTICS = Object.keys(NET.normalised!.statistics);

const numbers = (size: number) => draw.vector(size, draw.normal({ bits: 6 }));

export const normalisedCases = draw.record({
  params: draw.record(
    Object.fromEntries(Object.entries(NET.shapes).map(([name, shape]) => [name, numbers(sizeOf(shape))])),
  ),
  x: numbers(BATCH * DATA),
});
export type NormalisedCase = draw.Of<typeof normalisedCases>;

/** A training step: an objective with its hyper-parameters. */
export interface Training<Hyper> {
  readonly objective: Objective<Hyper>;
  readonly hyper: Hyper;
}

/** The owner of the program without an objective. */
const PLAIN = {};

/**
 * The running statistics after one step, from means 0 and variances 1; without training, after one pass at
 * the mean code.
 */
export function statisticsAfter<Hyper>(
  { params, x }: NormalisedCase,
  training: Training<Hyper> | undefined,
  rules: RunningRules,
): Arrays {
  const owner = training?.objective ?? PLAIN;
  const program: Float64Program = programOf(owner, rules, 'running statistics', () => ({
    specs: {
      ...Object.fromEntries(Object.entries(NET.shapes).map(([name, shape]) => [name, { shape }])),
      x: { shape: [BATCH, DATA] },
      noise: { shape: [BATCH, LATENT] },
    },
    fn: ({ x: data, noise, ...all }) => {
      const first = (name: string) => new Float64Array(HIDDEN).fill(firstStatistic(name));
      const statistics = Object.fromEntries(STATISTICS.map(name => [name, constant(first(name), [HIDDEN])]));
      if (training === undefined) {
        const { net, next } = follow(NET, statistics, rules);
        net.decode(all, net.encode(all, data!).mean);
        return next();
      }
      const inputs = { x: data!, noise: noise! };
      const given = {
        params: all,
        state: {},
        statistics,
        inputs,
        rate: constant(0.125),
        hyper: training.hyper,
      };
      return trainingStep(training.objective, NET, sgd, given, rules).statistics as Record<string, tf.Tensor>;
    },
  }));
  const noise = Array.from({ length: BATCH * LATENT }, (_, i) => Math.cos(i));
  const arrays = Object.entries({ ...params, x, noise }).map(([name, values]) => [
    name,
    Float64Array.from(values),
  ]);
  const outputs = program.run(Object.fromEntries(arrays));
  return Object.fromEntries(STATISTICS.map(name => [name, outputs[name]!.slice()]));
}
