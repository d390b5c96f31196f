/** @file An axis: its range with room around the values, its ticks, and where a value lies on the page. */

export interface Tick {
  readonly value: number;
  /** Empty for a minor tick. `^` begins an exponent: '10^-6'. */
  readonly label: string;
}

export interface Scale {
  readonly kind: 'linear' | 'log';
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly Tick[];
  /** What the labels have been divided by, as 10^power; 0 where nothing. */
  readonly power: number;
  /** From 0 at the low end to 1 at the high end; outside where the value is. */
  at(value: number): number;
}

/** Room around the outermost values, in parts of the range. */
const ROOM = 0.06;

/** The step of 1, 2 or 5 times a power of ten that gives at most so many intervals. */
function niceStep(range: number, most: number): number {
  const least = range / most;
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find(factor => factor * power >= least * (1 - 1e-9)) ?? 10);
}

/** Multiples of a step within [low, high], without the rounding of repeated sums. */
function multiples(low: number, high: number, step: number): number[] {
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

const MINUS = '\u2212';
const withMinus = (text: string): string => text.replaceAll('-', MINUS);

/** Labels of equally spaced values, all with as many decimals as the step needs. */
function linearLabels(values: readonly number[], step: number, power: number): Tick[] {
  const decimals = Math.max(0, -Math.floor(Math.log10(step / 10 ** power) + 1e-9));
  return values.map(value => ({
    value,
    label: withMinus((value / 10 ** power).toFixed(decimals).replace(/^-(0(?:\.0*)?)$/, '$1')),
  }));
}

/** The power of ten to take out of labels that would be long: none within [1e-3, 1e5). */
function powerFor(low: number, high: number, step: number): number {
  const most = Math.max(Math.abs(low), Math.abs(high));
  if (most < 1e5 && step >= 1e-4 && most >= 1e-2) return 0;
  return Math.floor(Math.log10(most));
}

function linear(values: readonly number[], most: number): Scale {
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (!(high > low)) {
    const half = low === 0 ? 1 : Math.abs(low) / 10;
    [low, high] = [low - half, high + half];
  }
  const room = ROOM * (high - low);
  // a range that begins at zero stays there: no negative axis for what cannot be negative
  const from = low >= 0 && low - room < 0 ? 0 : low - room;
  const to = high + room;
  const step = niceStep(to - from, most);
  const power = powerFor(from, to, step);
  return {
    kind: 'linear',
    low: from,
    high: to,
    power,
    ticks: linearLabels(multiples(from, to, step), step, power),
    at: value => (value - from) / (to - from),
  };
}

const decade = (exponent: number, plain: boolean): string =>
  plain ? String(Number((10 ** exponent).toPrecision(1))) : `10^${withMinus(String(exponent))}`;

/**
 * Powers of ten thinned to fit, with 2 to 9 between them as minor ticks where they are close enough to be
 * seen.
 */
function decades(from: number, to: number, most: number): Tick[] {
  const [first, last] = [Math.ceil(from - 1e-9), Math.floor(to + 1e-9)];
  const every = Math.ceil((last - first + 1) / most);
  const plain = first >= -2 && last <= 3;
  const ticks: Tick[] = [];
  for (let exponent = first - 1; exponent <= last; exponent++) {
    const major = exponent >= first && (exponent - first) % every === 0;
    if (exponent >= first) ticks.push({ value: 10 ** exponent, label: major ? decade(exponent, plain) : '' });
    if (to - from <= 5)
      for (let digit = 2; digit < 10; digit++) {
        const value = digit * 10 ** exponent;
        if (Math.log10(value) > from && Math.log10(value) < to) ticks.push({ value, label: '' });
      }
  }
  return ticks;
}

function log(values: readonly number[], most: number): Scale {
  const logs = values.map(Math.log10);
  let [from, to] = [Math.min(...logs), Math.max(...logs)];
  if (!(to > from)) [from, to] = [from - 0.3, to + 0.3];
  const room = ROOM * (to - from);
  [from, to] = [from - room, to + room];
  const at = (value: number): number => (Math.log10(value) - from) / (to - from);
  const ends = { kind: 'log', low: 10 ** from, high: 10 ** to, at } as const;
  if (Math.floor(to + 1e-9) - Math.ceil(from - 1e-9) >= 1)
    return { ...ends, power: 0, ticks: decades(from, to, most) };
  const [low, high] = [10 ** from, 10 ** to];
  const few = [1, 2, 5].flatMap(digit =>
    multiples(Math.floor(from), Math.floor(to), 1).map(exponent => digit * 10 ** exponent),
  );
  const inside = few.filter(value => value >= low && value <= high).sort((a, b) => a - b);
  if (inside.length >= 3) return { ...ends, ...plainLabels(inside) };
  const step = niceStep(high - low, most);
  const power = powerFor(low, high, step);
  return { ...ends, power, ticks: linearLabels(multiples(low, high, step), step, power) };
}

/** Labels of values of any size, a power of ten taken out where they would be long. */
function plainLabels(values: readonly number[]): Pick<Scale, 'power' | 'ticks'> {
  const power = powerFor(values[0]!, values.at(-1)!, values[0]!);
  const ticks = values.map(value => ({ value, label: String(Number((value / 10 ** power).toPrecision(3))) }));
  return { power, ticks };
}

/** An axis over these values with at most so many labels. Without a value it runs from 0 to 1 (1 to 10). */
export function scaleOf(kind: 'linear' | 'log', values: readonly number[], most: number): Scale {
  const usable = values.filter(value => Number.isFinite(value) && (kind === 'linear' || value > 0));
  if (kind === 'log') return log(usable.length > 0 ? usable : [1, 10], most);
  return linear(usable.length > 0 ? usable : [0, 1], most);
}
