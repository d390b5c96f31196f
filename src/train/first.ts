/** @file What a run begins with. */

import { fill, stream } from '../claims/random.js';
import { initialise } from '../core/init.js';
import { firstStatistic } from '../core/net/running.js';
import { withPrefix } from '../core/prefix.js';
import { sizeOf } from '../engine/graph/graph.js';
import { carriedShapes } from './graphs.js';
import type { Model } from './model.js';
import type { Carried } from './runner.js';

/**
 * Parameters of PyTorch's default distribution, each from the seed and its name; fresh statistics; an
 * optimiser state of zeros.
 */
export function firstCarried(model: Model, seed: number): Carried {
  const { net } = model;
  const draws = Object.entries(net.shapes).map(
    ([name, shape]) =>
      [name, fill(new Float64Array(sizeOf(shape)), 'uniform', stream(seed, 'init', name))] as const,
  );
  const statistics = Object.entries(net.normalised?.statistics ?? {}).map(
    ([name, shape]) => [name, new Float64Array(sizeOf(shape)).fill(firstStatistic(name))] as const,
  );
  const begun = {
    ...withPrefix('param', initialise(net, Object.fromEntries(draws))),
    ...withPrefix('statistics', Object.fromEntries(statistics)),
  };
  return Object.fromEntries(
    Object.entries(carriedShapes(model)).map(([name, shape]) => [
      name,
      Float32Array.from(begun[name] ?? new Float64Array(sizeOf(shape))),
    ]),
  );
}
