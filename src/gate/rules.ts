/** @file When a figure has regressed: one rule for each kind. */
import type { DemandName, Demands } from '../claims/result.js';
import type { Fate, Figure, FigureKind } from './figures.js';

export type Change = 'improved' | 'unchanged' | 'regressed';

export interface Judgement {
  readonly change: Change;
  readonly why: string;
}

type Rules = {
  readonly [K in FigureKind]: (base: Figure & { kind: K }, current: Figure & { kind: K }) => Judgement;
};

/**
 * Orders of two runs may differ by this much beyond their intervals: other machines, other versions of Node.
 */
const ORDER_SLACK = 0.02;
/** An interval may be wider by this factor and by this much: what is less sure tells less. */
const WIDTH_GROWTH = 2;
const WIDTH_SLACK = 0.005;
/** Wider than an order check accepts, an interval gives no room at all. */
const WIDEST = 0.05;
/** An error near rounding may grow so; below the floor nobody cares. */
const ERROR_GROWTH = 10;
const ERROR_FLOOR = 1e-12;
/** Times are noisy, but a spread beyond this says nothing of a ratio. */
const SPREAD_GROWTH = 4;
const SPREAD_SLACK = 0.05;
/**
 * Steps may depend on a case by a function that rounds otherwise elsewhere; a rung less halves them or
 * doubles them.
 */
const STEP_SLACK = 1.2;

const judge = (change: Change, why: string): Judgement => ({ change, why });
const byValue = (base: number, current: number, why: string): Judgement =>
  judge(current > base ? 'improved' : current < base ? 'regressed' : 'unchanged', why);

/** As claims, vectors and checks end; a verdict may hold these words in its text, and is good for that no more than before. */
const isGood = (outcome: string): boolean => /^(pass|rejected|[a-z]+ pass( [a-z-]+)?)$/.test(outcome);

/** How much weaker a demand is now: positive where it is, 0 where it is the same. */
type Weaker = (base: number, current: number) => number;
const atMost: Weaker = (base, current) => current - base;
const atLeast: Weaker = (base, current) => base - current;
const same: Weaker = (base, current) => Math.abs(current - base);
const within =
  (factor: number, rule: Weaker): Weaker =>
  (base, current) =>
    Math.max(base, current) <= factor * Math.min(base, current) ? 0 : rule(base, current);

const WEAKER: { readonly [D in DemandName]: Weaker } = {
  runs: atLeast,
  pinned: atLeast,
  parts: atLeast,
  ulps: atMost,
  tolerance: atMost,
  margin: atLeast,
  alpha: atLeast,
  draws: atLeast,
  order: same,
  constantTolerance: atMost,
  ladders: atLeast,
  constants: atLeast,
  rungs: atLeast,
  largestStep: within(STEP_SLACK, atLeast),
  smallestStep: within(STEP_SLACK, atMost),
};

function judgeDemands(base: Demands, current: Demands): Judgement {
  let change: Change = 'unchanged';
  const told: string[] = [];
  for (const name of Object.keys(WEAKER) as DemandName[]) {
    const [then, now] = [base[name], current[name]];
    if (then === now) continue;
    const weaker = then === undefined ? -1 : now === undefined ? 1 : WEAKER[name](then, now);
    if (weaker === 0) continue;
    told.push(`${name} ${then ?? 'none'} -> ${now ?? 'none'}`);
    if (!(weaker < 0)) change = 'regressed';
    else if (change === 'unchanged') change = 'improved';
  }
  return judge(change, told.join(', ') || 'the same demands');
}

function judgeMutants(
  base: Readonly<Record<string, Fate>>,
  current: Readonly<Record<string, Fate>>,
): Judgement {
  let change: Change = 'unchanged';
  const told: string[] = [];
  for (const name of new Set([...Object.keys(base), ...Object.keys(current)])) {
    const then = Object.hasOwn(base, name) ? base[name] : undefined;
    const now = Object.hasOwn(current, name) ? current[name] : undefined;
    if (then === now && now !== 'alive') continue;
    told.push(`${name} ${then ?? 'none'} -> ${now ?? 'gone'}`);
    // killed by a value is the best there is; nobody has agreed to a proof that is new
    if (now !== 'killed') change = 'regressed';
    else if (change === 'unchanged') change = 'improved';
  }
  return judge(change, told.join(', ') || 'the same mutants');
}

const RULES: Rules = {
  outcome: (base, current) => {
    const why = `${base.value} -> ${current.value}`;
    if (base.value === current.value) return judge('unchanged', why);
    return judge(isGood(current.value) && !isGood(base.value) ? 'improved' : 'regressed', why);
  },
  order: (base, current) => {
    const text = ({ value, halfWidth, expected }: typeof base): string =>
      `${value.toFixed(3)} ± ${halfWidth.toPrecision(2)} (expected ${expected})`;
    const why = `order ${text(base)} -> ${text(current)}`;
    if (base.expected !== current.expected) return judge('regressed', why);
    if (!(current.halfWidth <= WIDTH_GROWTH * base.halfWidth + WIDTH_SLACK))
      return judge('regressed', `${why}: the interval is much wider`);
    const room = Math.min(base.halfWidth + current.halfWidth, WIDEST) + ORDER_SLACK;
    return judge(Math.abs(current.value - base.value) <= room ? 'unchanged' : 'regressed', why);
  },
  constant: (base, current) => {
    const why = `constant ${base.value.toPrecision(6)} -> ${current.value.toPrecision(6)} of the theorem's (tolerance ${base.tolerance} -> ${current.tolerance})`;
    const wider = current.tolerance > base.tolerance;
    return judge(
      wider || !(Math.abs(current.value - base.value) <= base.tolerance) ? 'regressed' : 'unchanged',
      why,
    );
  },
  mutants: (base, current) => judgeMutants(base.value, current.value),
  count: (base, current) => byValue(base.value, current.value, `${base.value} -> ${current.value}`),
  demands: (base, current) => judgeDemands(base.value, current.value),
  names: (base, current) => {
    const gone = base.value.filter(name => !current.value.includes(name));
    const fresh = current.value.filter(name => !base.value.includes(name));
    const told = [...gone.map(name => `${name} gone`), ...fresh.map(name => `${name} added`)];
    if (told.length === 0) return judge('unchanged', 'the same names');
    return judge(gone.length > 0 ? 'regressed' : 'improved', told.join(', '));
  },
  rules: (base, current) => {
    const names = [...new Set([...Object.keys(base.value), ...Object.keys(current.value)])];
    const changed = names.filter(name => base.value[name] !== current.value[name]);
    const told = changed.map(name => `${name} ${base.value[name]} -> ${current.value[name]}`);
    return judge(changed.length > 0 ? 'regressed' : 'unchanged', told.join(', ') || 'the same rules');
  },
  detects: (base, current) => {
    const why = `smallest error caught ${base.value.toExponential(1)} -> ${current.value.toExponential(1)}`;
    return judge(current.value <= ERROR_GROWTH * base.value ? 'unchanged' : 'regressed', why);
  },
  error: (base, current) => {
    const why = `relative error ${base.value.toExponential(1)} -> ${current.value.toExponential(1)}`;
    const most = Math.max(ERROR_FLOOR, ERROR_GROWTH * base.value);
    return judge(current.value <= most ? 'unchanged' : 'regressed', why);
  },
  ratio: (base, current) => {
    const why = `ratio ${base.value.toFixed(3)} ± ${base.spread.toFixed(3)} -> ${current.value.toFixed(3)} ± ${current.spread.toFixed(3)}`;
    if (!(current.spread <= SPREAD_GROWTH * base.spread + SPREAD_SLACK))
      return judge('regressed', `${why}: the spread is much wider`);
    // what was measured worse than before makes no room for itself
    const room = base.spread + Math.min(base.spread, current.spread);
    if (Math.abs(current.value - base.value) <= room) return judge('unchanged', why);
    return byValue(current.value, base.value, why);
  },
};

/** Judges a figure against the baseline's of the same name. */
export function compareFigure(base: Figure, current: Figure): Judgement {
  if (base.kind !== current.kind) return judge('regressed', `was ${base.kind}, is ${current.kind}`);
  const rule = RULES[base.kind] as (base: Figure, current: Figure) => Judgement;
  return rule(base, current);
}
