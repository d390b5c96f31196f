/** @file When a figure has regressed: one rule for each kind. */
import type { Figure, FigureKind } from './figures.js';

export type Change = 'improved' | 'unchanged' | 'regressed';

export interface Judgement {
  readonly change: Change;
  readonly why: string;
}

type Rules = {
  readonly [K in FigureKind]: (base: Figure & { kind: K }, current: Figure & { kind: K }) => Judgement;
};

/** Orders of two runs may differ by this much beyond their intervals: other seeds, other machines. */
const ORDER_SLACK = 0.02;
/** A vector's error may grow by rounding; below the floor nobody cares. */
const ERROR_GROWTH = 10;
const ERROR_FLOOR = 1e-12;

const judge = (change: Change, why: string): Judgement => ({ change, why });
const byValue = (base: number, current: number, why: string): Judgement =>
  judge(current > base ? 'improved' : current < base ? 'regressed' : 'unchanged', why);

const RULES: Rules = {
  outcome: (base, current) => {
    const why = `${base.value} -> ${current.value}`;
    if (base.value === current.value) return judge('unchanged', why);
    const good = ['pass', 'exact', 'super-convergent'];
    return judge(current.value === 'pass' && !good.includes(base.value) ? 'improved' : 'regressed', why);
  },
  order: (base, current) => {
    const why = `order ${base.value.toFixed(3)} -> ${current.value.toFixed(3)} (expected ${base.expected} -> ${current.expected})`;
    if (base.expected !== current.expected) return judge('regressed', why);
    const room = base.halfWidth + current.halfWidth + ORDER_SLACK;
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
  kills: (base, current) => {
    const why = `${base.value}/${base.total} -> ${current.value}/${current.total} mutants killed`;
    return current.value < current.total ? judge('regressed', why) : byValue(base.value, current.value, why);
  },
  cases: (base, current) => byValue(base.value, current.value, `${base.value} -> ${current.value} cases`),
  error: (base, current) => {
    const why = `relative error ${base.value.toExponential(1)} -> ${current.value.toExponential(1)}`;
    const most = Math.max(ERROR_FLOOR, ERROR_GROWTH * base.value);
    return judge(current.value <= most ? 'unchanged' : 'regressed', why);
  },
  ratio: (base, current) => {
    const why = `ratio ${base.value.toFixed(3)} ± ${base.spread.toFixed(3)} -> ${current.value.toFixed(3)} ± ${current.spread.toFixed(3)}`;
    const room = base.spread + current.spread;
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
