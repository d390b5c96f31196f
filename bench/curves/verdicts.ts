/** @file What is said of the curves of one objective, and whether they are as they should be. */
import type { Curves } from './print.js';
import { printSteps, says } from './print.js';
import { asFar, typical } from './ranks.js';
import { apart, band, broken, FACTOR, follow, noFurther, type Seed } from './rule.js';
import { CONSTANT, type Setting } from './runs.js';

export const SMOOTH_STEPS = 20;
const SMOOTH_TOLERANCE = 1e-4;

export const EXACT = 'PyTorch float64';
export const TORCH = ['PyTorch 1 thread', 'PyTorch 2 threads'] as const;
export const OURS = ['flatcheck 1 thread', 'flatcheck 2 threads'] as const;
/**
 * PyTorch with another rounding, which its spread does not know of: what the rule says of a program that is
 * right.
 */
export const OTHERS = ['PyTorch without oneDNN', 'PyTorch, batch reversed'] as const;
/** The negative control, for as many steps as the smooth curves. */
export const WRONG = 'rate 1 % too high';

/** On the smooth network: every curve by itself. */
export function smoothVerdict({ objective }: Setting, curves: Curves): boolean {
  const largest = (name: string): number => apart(curves[name]!, curves[EXACT]!, CONSTANT[objective]);
  for (const name of [...OURS, ...TORCH, ...OTHERS, WRONG])
    console.log(`${name}: at most ${largest(name).toExponential(1)} from float64, relatively`);
  console.log(
    `(of a loss without its constant part; must be ${SMOOTH_TOLERANCE}, and more for the wrong rate)`,
  );
  return OURS.every(name => largest(name) <= SMOOTH_TOLERANCE) && largest(WRONG) > SMOOTH_TOLERANCE;
}

const geometricMean = (all: readonly number[]): number =>
  Math.exp(all.reduce((sum, x) => sum + Math.log(x), 0) / all.length);

/** What no verdict is made of: bands, and distances without their spikes. */
function printAside(seeds: readonly Curves[], seedsOf: (name: string) => Seed[]): void {
  const inside = (names: readonly string[]): string => {
    const ratios = names.flatMap(name => seedsOf(name).map(band));
    return (
      `${ratios.filter(ratio => ratio <= FACTOR).length} of ${ratios.length}, the furthest ` +
      `${Math.max(...ratios).toFixed(2)}`
    );
  };
  console.log(
    `largest distances of a run within twice PyTorch's largest spread: ${inside(OURS)}; PyTorch's ` +
      `other roundings ${inside(OTHERS)}; the wrong rate ${inside([WRONG])}`,
  );
  if (seeds[0]![EXACT]!.length <= SMOOTH_STEPS) return;
  const distances = (curves: Curves, names: readonly string[]): number[] =>
    names.map(name => typical(curves[name]!, curves[EXACT]!));
  const ranked = seeds.map(curves => ({
    judged: distances(curves, OURS),
    peers: distances(curves, [...TORCH, ...OTHERS]),
  }));
  const mean = (all: readonly number[]): string => geometricMean(all).toExponential(2);
  console.log(
    'median distance over the steps, mean over seeds: ' +
      `${mean(ranked.flatMap(({ judged }) => judged))}, PyTorch's four curves ` +
      `${mean(ranked.flatMap(({ peers }) => peers))}; ours would rank as high by chance with ` +
      `probability ${asFar(ranked).toFixed(3)}`,
  );
}

/** With ReLU: the rule, or at least no further from it than PyTorch's other roundings. */
export function kinkedVerdict(seeds: readonly Curves[]): boolean {
  const seedsOf = (name: string): Seed[] =>
    seeds.map(curves => ({
      exact: curves[EXACT]!,
      torch: TORCH.map(torch => curves[torch]!),
      judged: curves[name]!,
    }));
  const all = Object.fromEntries(
    [...OURS, ...TORCH, ...OTHERS, WRONG].map(name => [name, follow(seedsOf(name))] as const),
  );
  printSteps(all);
  console.log();
  for (const [name, steps] of Object.entries(all)) console.log(`${name}: ${says(steps)}`);
  printAside(seeds, seedsOf);
  const peers = OTHERS.map(name => all[name]!);
  const kept = OURS.every(name => broken(all[name]!).length === 0);
  const near = OURS.every(name => noFurther(all[name]!, peers));
  console.log(
    `the rule is ${kept ? 'kept' : 'broken'}; no further than PyTorch's other roundings: ` +
      `${near ? 'yes' : 'no'}`,
  );
  return (kept || near) && broken(all[WRONG]!).length > 0 && !noFurther(all[WRONG]!, peers);
}
