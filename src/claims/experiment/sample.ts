/** @file Values of one arm with the seeds that pair them with the values of other arms. */
import type { Arm, RunRecord, Seed } from './model.js';
import { armKey, armLabel, valuesOf } from './summary.js';

/** Values of one arm, one a run. */
export interface Sample {
  readonly name: string;
  readonly values: readonly number[];
  /**
   * What the run of each value has in common with runs of other arms: its seed, or more where arms are
   * pooled. Values of two samples that have the same are a pair. Absent where nothing is in common.
   */
  readonly seeds?: readonly Seed[];
}

/** A number to compare with, without any spread. */
export interface Limit {
  readonly name: string;
  readonly limit: number;
}

export const limit = (value: number, name = 'the limit'): Limit => ({ name, limit: value });

/** A quantity of the complete runs of an arm. */
export const sampleOf = (runs: readonly RunRecord[], arm: Arm, quantity: string): Sample => ({
  name: armLabel(arm),
  values: valuesOf(runs, arm, quantity),
  seeds: runs
    .filter(run => run.status === 'complete' && armKey(run.arm) === armKey(arm))
    .filter(run => run.numbers[quantity] !== undefined)
    .map(run => run.seed),
});

/** Several samples as one: what pairs a value is then the place of its sample and its seed. */
export const pooled = (name: string, samples: readonly Sample[]): Sample => ({
  name,
  values: samples.flatMap(({ values }) => values),
  seeds: samples.flatMap(({ seeds = [] }, i) => seeds.map(seed => `${i + 1}/${seed}`)),
});

/** The values that two samples have for the same seeds, in the order of the first. */
export interface Pairing {
  readonly seeds: readonly Seed[];
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** Seeds that only one of them has. */
  readonly dropped: { readonly a: readonly Seed[]; readonly b: readonly Seed[] };
}

function bySeed({ name, values, seeds = [] }: Sample): Map<Seed, number> {
  const found = new Map(seeds.map((seed, i) => [seed, values[i]!]));
  if (found.size !== seeds.length || (seeds.length > 0 && seeds.length !== values.length))
    throw new RangeError(
      `pairs: ${name} must have one value a seed, got ${values.length} values of ${found.size} seeds`,
    );
  return found;
}

export function pairsOf(a: Sample, b: Sample): Pairing {
  const [first, second] = [bySeed(a), bySeed(b)];
  const seeds = [...first.keys()].filter(seed => second.has(seed));
  return {
    seeds,
    a: seeds.map(seed => first.get(seed)!),
    b: seeds.map(seed => second.get(seed)!),
    dropped: {
      a: [...first.keys()].filter(seed => !second.has(seed)),
      b: [...second.keys()].filter(seed => !first.has(seed)),
    },
  };
}

/** The values of `a` over those of `b`, one a seed that both have. */
export function ratioOf(name: string, a: Sample, b: Sample): Sample {
  const pairs = pairsOf(a, b);
  return { name, values: pairs.a.map((value, i) => value / pairs.b[i]!), seeds: pairs.seeds };
}
