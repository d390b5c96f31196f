/** @file Checks of what an engine computed, with a guard against bounds that would let anything pass. */
import type { Tensor } from 'onnxruntime-node';
import * as assert from 'uvu/assert';
import type { Expected } from './rounding.js';

/** The numbers of an ONNX Runtime tensor of any type. */
export const numbersOf = (tensor: Tensor): Float64Array =>
  Float64Array.from(tensor.data as Float32Array, Number);

export interface Comparison {
  /** The largest difference in units of its bound; at most 1 when all is well. */
  readonly worst: number;
  /** Where it is. */
  readonly index: number;
  /** The loosest bound relative to the largest value of the output: what the comparison could have missed. */
  readonly resolution: number;
}

/** Compares what an engine computed with what it may compute. Infinities and NaN must be met exactly. */
export function compare(got: ArrayLike<number>, { values, bounds }: Expected): Comparison {
  if (got.length !== values.length)
    throw new Error(`compare: got ${got.length} numbers for ${values.length}`);
  const scale = values.reduce((most, x) => (Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most), 0);
  const relative = (x: number): number => x / (scale || 1);
  let [worst, index, resolution] = [0, -1, 0];
  for (const [i, value] of values.entries()) {
    const difference = Object.is(got[i], value) || got[i] === value ? 0 : Math.abs(got[i]! - value);
    const ratio = difference === 0 ? 0 : difference / bounds[i]!;
    if (!(ratio <= worst)) [worst, index] = [ratio, i];
    resolution = Math.max(resolution, relative(bounds[i]!));
  }
  return { worst, index, resolution };
}

export class Agreement {
  /** The bound of each output, relative to the output. */
  readonly resolutions: number[] = [];
  /** Every expected output must be within its bound. */
  check(
    where: string,
    got: Readonly<Record<string, ArrayLike<number>>>,
    expected: Readonly<Record<string, Expected>>,
  ): void {
    for (const [name, wanted] of Object.entries(expected)) {
      const { worst, index, resolution } = compare(got[name]!, wanted);
      this.resolutions.push(resolution);
      assert.ok(
        worst <= 1,
        `${where}: ${name} is off by ${worst} times its bound at ${index}: got ${got[name]![index]}, ` +
          'wanted ' +
          `${wanted.values[index]} within ${wanted.bounds[index]}`,
      );
    }
  }

  /** At least this share of the outputs must have had a bound below `limit` of the output itself. */
  mustTell(share: number, limit = 1e-4): void {
    const telling = this.resolutions.filter(resolution => resolution < limit).length;
    const all = this.resolutions.length;
    assert.ok(
      telling >= share * all && all > 0,
      `only ${telling} of ${all} outputs had a bound below ${limit}`,
    );
  }
}
