/**
 * @file Before a run starts: does the engine compute the loss and gradients that the verified float64 graph
 * has?
 */

import { type Random, stream } from '../claims/random.js';
import { sgd } from '../core/optimiser.js';
import { compileFloat64 } from '../engine/float64/compile.js';
import { UnavailableError } from '../formats/input-error.js';
import { evaluatedShapes, graphOf, trainingStepOf } from './graphs.js';
import type { Model } from './model.js';
import { openRunner } from './open-runner.js';
import type { Batch, Carried, RunnerOptions } from './runner.js';

/** Records of the real batch that are compared: enough to mix samples, few enough for doubles. */
export const CONFORMANCE_RECORDS = 4;

/**
 * One SGD step with so large a rate shows the gradient: what rounding the parameters adds to it is below
 * 2^-44 of them.
 */
const RATE = 2 ** 20;

/**
 * Inputs are shaken by this much, 16 times the engine's rounding, to see how far rounding may carry the
 * result.
 */
const SHAKE = { single: 2 ** -20, double: 2 ** -49 };
const SHAKES = 3;
const ROOM = 4;
/** Below this, no engine is asked for more: some thousand roundings. */
const FLOOR = { single: 1e-5, double: 1e-13 };

export interface Conformance {
  /** Relative difference between the engine and float64. */
  readonly found: Differences;
  /** What the precision of the engine's arithmetic explains for this network and batch. */
  readonly explained: Differences;
}

/** Of the loss, the whole gradient, and the new running statistics. */
type Differences = Readonly<Record<(typeof COMPARED)[number], number>>;
type Result = Readonly<Record<(typeof COMPARED)[number], Float64Array>>;

const COMPARED = ['loss', 'gradient', 'statistics'] as const;

const each = (measure: (key: (typeof COMPARED)[number]) => number): Differences => ({
  loss: measure('loss'),
  gradient: measure('gradient'),
  statistics: measure('statistics'),
});

function resultOf(loss: number, before: Carried, after: Readonly<Record<string, ArrayLike<number>>>): Result {
  const concatenated = (prefix: string, combine: (now: number, old: number) => number): Float64Array =>
    Float64Array.from(
      Object.entries(before).flatMap(([name, old]) =>
        name.startsWith(prefix) ? Array.from(old, (p, i) => combine(after[name]![i]!, p)) : [],
      ),
    );
  return {
    loss: Float64Array.of(loss),
    gradient: concatenated('param.', (now, old) => (old - now) / RATE),
    statistics: concatenated('statistics.', now => now),
  };
}

const norm = (v: Float64Array): number => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));

const difference = (a: Result, b: Result): Differences =>
  each(key => norm(a[key].map((x, i) => x - b[key][i]!)) / Math.max(norm(b[key]), Number.MIN_VALUE));

const shaken = (values: ArrayLike<number>, by: number, random: Random): Float64Array =>
  Float64Array.from(values, x => x * (1 + by * (2 * random.uniform() - 1)));

/**
 * Compares one step of the engine with float64, from the same parameters on the same records.
 * @param open - what opens the engine; another one only in tests
 * @throws UnavailableError when they differ by more than the engine's precision explains
 */
export async function checkConformance(
  model: Model,
  carried: Carried,
  batch: Batch,
  options: RunnerOptions,
  open = openRunner,
): Promise<Conformance> {
  const precision = options.engine === 'float64' ? 'double' : 'single';
  const plain: Model = { ...model, optimiser: sgd };
  const network: Carried = Object.fromEntries(
    Object.keys(evaluatedShapes(model)).map(name => [name, carried[name]!]),
  );
  const program = compileFloat64(graphOf(trainingStepOf(plain, options.batchSize)));
  const inDoubles = (at: Carried, x: ArrayLike<number>): Result => {
    const inputs = { ...at, x, ...(batch.noise && { noise: batch.noise }) };
    const doubles = Object.entries(inputs).map(
      ([name, values]) => [name, Float64Array.from(values)] as const,
    );
    const out = program.run({ ...Object.fromEntries(doubles), rate: Float64Array.of(RATE) });
    return resultOf(out.loss![0]!, at, out);
  };
  const runner = await open(plain, network, options);
  let engine: Result;
  try {
    const { loss } = await runner.step(batch, RATE);
    engine = resultOf(loss!, network, runner.carried());
  } finally {
    await runner.close();
  }
  const expected = inDoubles(network, batch.x);
  let explained = each(() => FLOOR[precision]);
  for (let i = 0; i < SHAKES; i++) {
    const random = stream(1, 'conformance', i);
    const at = Object.fromEntries(
      Object.entries(network).map(([name, values]) => [name, shaken(values, SHAKE[precision], random)]),
    );
    const moved = difference(inDoubles(at, shaken(batch.x, SHAKE[precision], random)), expected);
    const before = explained;
    explained = each(key => Math.max(before[key], ROOM * moved[key]));
  }
  const found = difference(engine, expected);
  const differing = COMPARED.filter(key => !(found[key] <= explained[key]));
  if (differing.length === 0) return { found, explained };
  const text = differing.map(
    key =>
      `${found[key].toExponential(1)} in the ${key} where ${precision} precision explains ${explained[key].toExponential(1)}`,
  );
  throw new UnavailableError(
    `train: engine ${options.engine} must compute what float64 does, got relative differences of ${text.join(', ')} - ` +
      'a reduced-precision mode (TF32: set NVIDIA_TF32_OVERRIDE=0), a driver or a kernel is wrong; try engine onnx-cpu',
  );
}
