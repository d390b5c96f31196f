/** @file Before a run starts: does the engine compute the loss and gradients that the verified float64 graph has? */
import { sgd } from '../core/optimiser.js';
import { compileFloat64 } from '../engine/float64/compile.js';
import { UnavailableError } from '../formats/input-error.js';
import { type Random, stream } from '../theory/random.js';
import { graphOf, trainingStepOf } from './graphs.js';
import type { Model } from './model.js';
import { openRunner } from './open-runner.js';
import type { Batch, Carried, RunnerOptions } from './runner.js';

/** Records of the real batch that are compared: enough to mix samples, few enough for doubles. */
export const CONFORMANCE_RECORDS = 4;

/** One SGD step with so large a rate shows the gradient: what rounding the parameters adds to it is below 2^-44 of them. */
const RATE = 2 ** 20;

/** Inputs are shaken by this much, 16 times float32's rounding, to see how far rounding may carry the result. */
const SHAKE = 2 ** -20;
const SHAKES = 3;
const ROOM = 4;
/** Below this, single precision is always good for less: some thousand roundings. */
const FLOOR = 1e-5;

export interface Conformance {
  /** Relative difference between the engine and float64, of the loss and of the whole gradient. */
  readonly loss: number;
  readonly gradient: number;
  /** What the precision of single-precision arithmetic explains for this network and batch. */
  readonly explained: { readonly loss: number; readonly gradient: number };
}

interface Result {
  readonly loss: number;
  readonly gradient: Float64Array;
}

function gradientOf(before: Carried, after: Readonly<Record<string, ArrayLike<number>>>): Float64Array {
  return Float64Array.from(
    Object.entries(before).flatMap(([name, old]) => Array.from(old, (p, i) => (p - after[name]![i]!) / RATE)),
  );
}

const norm = (v: Float64Array): number => Math.sqrt(v.reduce((sum, x) => sum + x * x, 0));

function difference(a: Result, b: Result): { loss: number; gradient: number } {
  const scale = norm(b.gradient);
  return {
    loss: Math.abs(a.loss - b.loss) / Math.max(Math.abs(b.loss), Number.MIN_VALUE),
    gradient: norm(a.gradient.map((x, i) => x - b.gradient[i]!)) / Math.max(scale, Number.MIN_VALUE),
  };
}

const shaken = (values: ArrayLike<number>, random: Random): Float32Array =>
  Float32Array.from(values, x => x * (1 + SHAKE * (2 * random.uniform() - 1)));

/**
 * Compares one step of the engine with float64, from the same parameters on the same records.
 * @param open - what opens the engine; another one only in tests
 * @throws UnavailableError when they differ by more than single precision explains
 */
export async function checkConformance(
  model: Model,
  carried: Carried,
  batch: Batch,
  options: RunnerOptions,
  open = openRunner,
): Promise<Conformance> {
  const plain: Model = { ...model, optimiser: sgd };
  const params: Carried = Object.fromEntries(
    Object.entries(carried).filter(([name]) => name.startsWith('param.')),
  );
  const program = compileFloat64(graphOf(trainingStepOf(plain, options.batchSize)));
  const inDoubles = (at: Carried, { x, noise }: Batch): Result => {
    const inputs = { ...at, x, ...(noise && { noise }) };
    const doubles = Object.entries(inputs).map(
      ([name, values]) => [name, Float64Array.from(values)] as const,
    );
    const out = program.run({ ...Object.fromEntries(doubles), rate: Float64Array.of(RATE) });
    return { loss: out.loss![0]!, gradient: gradientOf(at, out) };
  };
  const runner = await open(plain, params, options);
  let engine: Result;
  try {
    const { loss } = await runner.step(batch, RATE);
    engine = { loss: loss!, gradient: gradientOf(params, runner.carried()) };
  } finally {
    await runner.close();
  }
  const expected = inDoubles(params, batch);
  const explained = { loss: FLOOR, gradient: FLOOR };
  for (let i = 0; i < SHAKES; i++) {
    const random = stream(1, 'conformance', i);
    const at = Object.fromEntries(
      Object.entries(params).map(([name, values]) => [name, shaken(values, random)]),
    );
    const moved = difference(inDoubles(at, { ...batch, x: shaken(batch.x, random) }), expected);
    explained.loss = Math.max(explained.loss, ROOM * moved.loss);
    explained.gradient = Math.max(explained.gradient, ROOM * moved.gradient);
  }
  const found = difference(engine, expected);
  const report: Conformance = { ...found, explained };
  if (found.loss <= explained.loss && found.gradient <= explained.gradient) return report;
  throw new UnavailableError(
    `train: engine ${options.engine} must compute what float64 does, got relative differences of ${found.loss.toExponential(1)} in the loss ` +
      `and ${found.gradient.toExponential(1)} in the gradient where single precision explains ${explained.loss.toExponential(1)} and ` +
      `${explained.gradient.toExponential(1)} - a reduced-precision mode (TF32), a driver or a kernel is wrong; try engine onnx-cpu`,
  );
}
