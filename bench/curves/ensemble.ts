/**
 * @file Many runs of one seed, each from parameters whose last bits were changed at random: what rounding
 * alone can do to a curve.
 */
import { stream } from '../../src/claims/random.js';
import { median } from '../spread.js';
import { typical } from './ranks.js';
import { type Curve, ours, prepare, type Run, type Setting, torchCurves } from './runs.js';

/** One unit in the last place up or down, parameter by parameter. */
function perturbed(run: Run, member: number): Run {
  const random = stream(run.setting.seed, 'ensemble', member);
  const start = Object.entries(run.start).map(([name, values]) =>
    name.startsWith('param.')
      ? ([
          name,
          Float32Array.from(values, x => x * (1 + (random.uniform() < 0.5 ? -1 : 1) * 2 ** -23)),
        ] as const)
      : ([name, values] as const),
  );
  return { ...run, start: Object.fromEntries(start) };
}

export interface Ensembles {
  readonly exact: Curve;
  readonly ours: readonly Curve[];
  readonly torch: readonly Curve[];
}

/** `size` runs of either program on one thread; null where there is no torch. */
export async function ensembles(setting: Setting, size: number): Promise<Ensembles | null> {
  const run = prepare(setting);
  const exact = torchCurves(run, ['2:float64'])?.[0];
  if (exact === undefined) return null;
  const [own, torch]: [Curve[], Curve[]] = [[], []];
  for (let member = 0; member < size; member++) {
    const from = perturbed(run, member);
    own.push(await ours(from, 1));
    torch.push(torchCurves(from, ['1:float32'])![0]!);
  }
  return { exact, ours: own, torch };
}

/**
 * By how many standard deviations the ranks of the first exceed those of as many of the second (Mann,
 * Whitney).
 */
export function higher(a: readonly number[], b: readonly number[]): number {
  const wins = a.flatMap(x => b.map(y => (x > y ? 1 : x === y ? 0.5 : 0))).reduce((s: number, w) => s + w, 0);
  const pairs = a.length * b.length;
  return (wins - pairs / 2) / Math.sqrt((pairs * (a.length + b.length + 1)) / 12);
}

export function printEnsembles({ exact, ours, torch }: Ensembles): void {
  const excess = (curve: Curve): number => Math.max(...curve.map((loss, i) => loss - exact[i]!).slice(20));
  const list = (all: readonly number[]): string =>
    all
      .toSorted((a, b) => b - a)
      .slice(0, 4)
      .map(x => x.toPrecision(2))
      .join(', ');
  for (const [name, curves] of [
    ['flatcheck', ours],
    ['PyTorch', torch],
  ] as const)
    console.log(
      `${name}: furthest above float64 from step 21 on ${list(curves.map(excess))}; median distance ` +
        `${median(curves.map(curve => typical(curve, exact))).toExponential(2)}`,
    );
  const distances = (curves: readonly Curve[]): number[] => curves.map(curve => typical(curve, exact));
  console.log(
    `ranks of ours are ${higher(distances(ours), distances(torch)).toFixed(2)} standard deviations ` +
      `above those of PyTorch's`,
  );
}
