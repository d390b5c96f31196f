/** @file Cases of a large network: random parameters and made-up images. */
import { initialise } from '../../../src/core/init.js';
import type { ParamShapes } from '../../../src/core/net/network.js';
import { firstStatistic, follow, RUNNING_RULES } from '../../../src/core/net/running.js';
import { sizeOf } from '../../../src/engine/graph/graph.js';
import type { Arrays } from '../../../src/engine/program.js';
import { generatedImages } from '../../../src/train/generated.js';
import { fc, fill, type Given, stream } from '../../kit.js';
import { CODE, prefixed } from '../network/network.js';
import { functionOf, LATENT, type Large, plainNetwork, under } from './network.js';
import type { Workshop } from './workshop.js';

export interface LargeCase {
  readonly seed: number;
  readonly batch: number;
}

const SIZE = 32;

/** Not shrunk: a smaller seed is no simpler case. */
const seeded = (batch: number): fc.Arbitrary<LargeCase> =>
  fc.noShrink(fc.integer({ min: 1, max: 2 ** 31 - 1 })).map(seed => ({ seed, batch }));

const show = ({ seed, batch }: LargeCase): string => `networks and ${batch} image(s) of seed ${seed}`;

/** Random batches of one size. */
export const batchesOf = (batch: number): Given<LargeCase> => ({ arbitrary: seeded(batch), show });

/** Random single images, after a pinned pair: what a mean over the batch does shows in that. */
export const singlesAfterPair: Given<LargeCase> = {
  arbitrary: seeded(1),
  examples: [{ seed: 1, batch: 2 }],
  show,
};

/** The batch's own moments as running statistics, as they would be after long training. */
const moments = (large: Large) =>
  functionOf({ ...large, mode: 'training' }, {}, ({ net, params, x, more }) => {
    const rules = { ...RUNNING_RULES, move: (_: unknown, now: typeof x) => now };
    const followed = follow(net, under('statistics', more), rules);
    followed.net.decode(params, followed.net.encode(params, x).mean);
    return { ...followed.next() };
  });

const MOMENTS = {};

function draw(large: Large, seed: number, shop: Workshop): Arrays {
  const net = plainNetwork(large);
  const arrays = (shapes: ParamShapes, fill: (size: number, name: string) => Float64Array): Arrays =>
    Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, fill(sizeOf(shape), name)]));
  const uniform = (size: number, name: string) =>
    fill(new Float64Array(size), 'uniform', stream(seed, 'large', name));
  const draws = arrays(net.shapes, uniform);
  const fresh = arrays(net.normalised!.statistics, (size, name) =>
    new Float64Array(size).fill(firstStatistic(name)),
  );
  const images = generatedImages(large.batch, SIZE, seed);
  const pixels = sizeOf(images.shape);
  const x = new Float32Array(large.batch * pixels);
  for (let i = 0; i < large.batch; i++) images.fill(i, x, i * pixels);
  const inputs = {
    ...prefixed('param', { ...initialise(net, draws), [CODE]: new Float64Array(large.batch * LATENT) }),
    ...prefixed('statistics', fresh),
    x: Float64Array.from(x),
  };
  if (large.mode === 'training') return inputs;
  const program = shop.program(MOMENTS, `${large.activation} ${large.batch}`, () => moments(large));
  const statistics = Object.entries(program.run(inputs)).map(([name, values]) => [name, values.slice()]);
  return { ...inputs, ...prefixed('statistics', Object.fromEntries(statistics)) };
}

/** The inputs of a case. Statistics of the batch are given where they are used: in evaluation mode. */
export const drawCase = (large: Large, seed: number, shop: Workshop): Arrays =>
  shop.inputs(`${large.activation} ${large.mode} ${large.batch} ${seed}`, () => draw(large, seed, shop));
