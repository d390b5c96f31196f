/** @file One case of the operation table, and its numbers. */
import * as tf from '@tensorflow/tfjs';
import { sizeOf } from '../../../src/engine/graph/shapes.js';
import type { Arrays } from '../../../src/engine/program.js';
import type { Specs } from '../../../src/engine/spec.js';

/** Numbers between low and high, at least 1/16 from each kink. */
export interface Reals {
  readonly shape: readonly number[];
  readonly low: number;
  readonly high: number;
  readonly kinks: readonly number[];
}

/** Integers from 0 up to, not including, `below`. */
interface Integers {
  readonly shape: readonly number[];
  readonly below: number;
}

type Domain = Reals | Integers;
type Inputs = Record<string, tf.Tensor>;

export interface OpCase {
  /** The tfjs kernel it is about. */
  readonly kernel: string;
  /** What sets it apart from other cases of the kernel. */
  readonly note: string;
  readonly inputs: Readonly<Record<string, Domain>>;
  readonly fn: (inputs: Inputs) => tf.Tensor;
  /** Where tfjs's own 'cpu' backend computes something else: why. */
  readonly cpuIsWrong?: string;
}

export const reals = (shape: number[], low = -2, high = 2, kinks: number[] = []): Reals => ({
  shape,
  low,
  high,
  kinks,
});
export const integers = (shape: number[], below: number): Integers => ({ shape, below });

const isReal = (domain: Domain): domain is Reals => 'low' in domain;

/** Evenly spread numbers in (0, 1): the golden-ratio sequence. */
export const spreadNumbers = (count: number, seed: number): Float64Array =>
  Float64Array.from(
    { length: count },
    (_, i) => ((i + 1) * 0.6180339887498949 + seed * 0.7548776662466927) % 1,
  );

function numbersIn(domain: Domain, seed: number): Float64Array {
  const numbers = spreadNumbers(sizeOf(domain.shape), seed);
  if (!isReal(domain)) return numbers.map(u => Math.floor(u * domain.below));
  const { low, high, kinks } = domain;
  return numbers
    .map(u => low + (high - low) * u)
    .map(x => (kinks.some(kink => Math.abs(x - kink) < 1 / 16) ? x + 1 / 8 : x));
}

/** The same numbers for a case every time. */
export const valuesOf = (opCase: OpCase): Arrays =>
  Object.fromEntries(
    Object.entries(opCase.inputs).map(([name, domain], i) => [name, numbersIn(domain, i + 1)]),
  );

export const specsOf = (opCase: OpCase): Specs =>
  Object.fromEntries(
    Object.entries(opCase.inputs).map(([name, domain]) => [
      name,
      { shape: domain.shape, dtype: isReal(domain) ? 'float' : 'int' },
    ]),
  );

/** The inputs one can differentiate with respect to. */
export const realInputs = (opCase: OpCase): string[] =>
  Object.entries(opCase.inputs).flatMap(([name, domain]) => (isReal(domain) ? [name] : []));

export const run = (kernel: string, inputs: tf.NamedTensorMap, attrs: object = {}): tf.Tensor =>
  tf.engine().runKernel(kernel, inputs, attrs as tf.NamedAttrMap) as tf.Tensor;
