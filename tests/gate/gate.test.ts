import * as assert from 'uvu/assert';
import type { DemandName } from '../../src/claims/result.js';
import { baselineText, otherRun, updated } from '../../src/gate/baseline.js';
import { compare, stops } from '../../src/gate/compare.js';
import { benchFigures, type Fate, type Figure, figuresOf, vectorFigures } from '../../src/gate/figures.js';
import { compareFigure } from '../../src/gate/rules.js';
import { suite } from '../harness.js';
import { FAILED, PASSED, RESULT } from '../report/sample.js';

const test = suite('gate');

const change = (base: Figure, current: Figure): string => compareFigure(base, current).change;

const ORDER: Figure = { kind: 'order', value: 2, expected: 2, halfWidth: 0.01 };
const CONSTANT: Figure = { kind: 'constant', value: 1, tolerance: 0.01 };

test('an order regresses when it moves or when less is expected of it', () => {
  assert.is(change(ORDER, { ...ORDER, value: 2.02 }), 'unchanged');
  assert.is(change(ORDER, { ...ORDER, value: 1.9 }), 'regressed');
  assert.is(change(ORDER, { ...ORDER, value: 1, expected: 1 }), 'regressed');
});

test('a constant off by 5 %, one that is no number, and a wider tolerance regress', () => {
  assert.is(change(CONSTANT, { ...CONSTANT, value: 1.004 }), 'unchanged');
  assert.is(change(CONSTANT, { ...CONSTANT, value: 1.05 }), 'regressed');
  assert.is(change(CONSTANT, { ...CONSTANT, value: Number.NaN }), 'regressed');
  assert.is(change(CONSTANT, { ...CONSTANT, tolerance: 0.1 }), 'regressed');
});

test('a surviving mutant and a deleted one regress, a new one is an improvement', () => {
  const fates = (value: Record<string, Fate>): Figure => ({ kind: 'mutants', value });
  const base = fates({ a: 'killed', b: 'killed', c: 'equivalent' });
  const now = (more: Record<string, Fate>): string =>
    change(base, fates({ a: 'killed', b: 'killed', c: 'equivalent', ...more }));
  assert.is(now({}), 'unchanged');
  assert.is(now({ b: 'alive' }), 'regressed');
  assert.is(change(base, fates({ a: 'killed', c: 'equivalent' })), 'regressed');
  assert.is(now({ b: 'equivalent' }), 'regressed');
  assert.is(now({ b: 'threw' }), 'regressed');
  assert.is(now({ d: 'killed' }), 'improved');
  assert.is(now({ d: 'equivalent' }), 'regressed');
  assert.is(now({ d: 'alive' }), 'regressed');
});

test('outcomes, cases, errors and ratios have rules of their own', () => {
  const outcome = (value: string): Figure => ({ kind: 'outcome', value });
  assert.is(change(outcome('pass'), outcome('inconclusive')), 'regressed');
  assert.is(change(outcome('order pass exact'), outcome('order pass')), 'regressed');
  assert.is(change(outcome('equals pass'), outcome('within pass')), 'regressed');
  assert.is(change(outcome('pass'), outcome('rejected')), 'regressed');
  assert.is(change(outcome('fail'), outcome('pass')), 'improved');
  assert.is(change(outcome('order fail too-low'), outcome('order pass')), 'improved');
  assert.is(change(outcome('order 1 in rho'), outcome('order 1 in pass')), 'regressed');
  const cases = (value: number): Figure => ({ kind: 'count', value });
  assert.is(change(cases(40), cases(10)), 'regressed');
  assert.is(change(cases(40), cases(50)), 'improved');
  const error = (value: number): Figure => ({ kind: 'error', value });
  assert.is(change(error(1e-15), error(1e-13)), 'unchanged');
  assert.is(change(error(1e-12), error(1e-10)), 'regressed');
  const ratio = (value: number, spread: number): Figure => ({ kind: 'ratio', value, spread });
  assert.is(change(ratio(0.8, 0.05), ratio(0.88, 0.05)), 'unchanged');
  assert.is(change(ratio(0.8, 0.05), ratio(1, 0.05)), 'regressed');
  assert.is(change(ratio(0.8, 0.05), ratio(0.5, 0.05)), 'improved');
  assert.is(change(ORDER, CONSTANT), 'regressed');
});

test('an interval much wider than it was regresses, and makes no room for its order', () => {
  assert.is(change(ORDER, { ...ORDER, value: 2.5, halfWidth: 100 }), 'regressed');
  assert.is(change(ORDER, { ...ORDER, halfWidth: 0.04 }), 'regressed');
  assert.is(change(ORDER, { ...ORDER, halfWidth: 0.02 }), 'unchanged');
  assert.is(change({ ...ORDER, halfWidth: 100 }, { ...ORDER, value: 2.5, halfWidth: 100 }), 'regressed');
  const ratio: Figure = { kind: 'ratio', value: 0.8, spread: 0.05 };
  assert.is(change(ratio, { ...ratio, spread: 5 }), 'regressed');
});

test('each demand that is weaker regresses, each that is stronger improves', () => {
  const base = {
    runs: 100,
    pinned: 3,
    parts: 2,
    ulps: 64,
    tolerance: 0.01,
    margin: 100,
    alpha: 1e-8,
    draws: 1000,
    order: 2,
    constantTolerance: 0.01,
    ladders: 10,
    constants: 10,
    rungs: 12,
    largestStep: 0.5,
    smallestStep: 1e-4,
  } as const;
  const moved = (name: DemandName, factor: number): string =>
    change(
      { kind: 'demands', value: base },
      { kind: 'demands', value: { ...base, [name]: factor * base[name] } },
    );
  for (const name of Object.keys(base) as DemandName[]) {
    const [smaller, larger] = [moved(name, 0.5), moved(name, 2)];
    const wanted: Record<string, readonly [string, string]> = {
      order: ['regressed', 'regressed'],
      ulps: ['improved', 'regressed'],
      tolerance: ['improved', 'regressed'],
      constantTolerance: ['improved', 'regressed'],
      smallestStep: ['improved', 'regressed'],
    };
    assert.equal([name, smaller, larger], [name, ...(wanted[name] ?? ['regressed', 'improved'])]);
    const { [name]: _, ...without } = base;
    assert.is(
      change({ kind: 'demands', value: base }, { kind: 'demands', value: without }),
      'regressed',
      name,
    );
    const other = change(
      { kind: 'demands', value: base },
      { kind: 'demands', value: { ...base, runs: 200, ulps: 65 } },
    );
    assert.is(other, 'regressed', 'one that is stronger does not make up for one that is weaker');
  }
  assert.is(moved('largestStep', 0.9), 'unchanged');
});

test('the smallest error caught, and the constants that decide orders', () => {
  const detects = (value: number): Figure => ({ kind: 'detects', value });
  assert.is(change(detects(1e-14), detects(3e-14)), 'unchanged');
  assert.is(change(detects(1e-14), detects(1e-12)), 'regressed');
  const rules = (value: Record<string, number>): Figure => ({ kind: 'rules', value });
  assert.is(change(rules({ precision: 0.05 }), rules({ precision: 0.05 })), 'unchanged');
  assert.is(change(rules({ precision: 0.05 }), rules({ precision: 0.5 })), 'regressed');
  assert.is(change(rules({ precision: 0.05 }), rules({})), 'regressed');
});

test('a run equals itself; what is missing stops the gate, and so does what the baseline does not hold', () => {
  const figures = figuresOf(RESULT);
  assert.ok(
    compare(figures, figures).every(row => row.change === 'unchanged' || row.name.startsWith('KP-14')),
  );
  const without = figuresOf({ ...RESULT, claims: [FAILED] });
  const rows = compare(figures, without);
  assert.ok(rows.some(row => row.name.startsWith('SAMBA-18') && row.change === 'missing' && stops(row)));
  assert.ok(compare(without, figures).some(row => row.change === 'new' && stops(row)));
});

test('figures name claim, check and kind', () => {
  const figures = figuresOf({ ...RESULT, claims: [PASSED] });
  assert.equal(Object.keys(figures), [
    'decision rules',
    'SAMBA-18 / outcome',
    'SAMBA-18 / verdict',
    'SAMBA-18 / objectives',
    'SAMBA-18 / checks',
    'SAMBA-18 / mutants',
    'SAMBA-18 / z / outcome',
    'SAMBA-18 / z / cases',
    'SAMBA-18 / z / demands',
    'SAMBA-18 / z / detects',
    'SAMBA-18 / z / order',
    'SAMBA-18 / z / constant',
  ]);
});

test('a baseline keeps its reasons, what it was measured with, and a line for each figure', () => {
  const first = updated(null, RESULT.run, figuresOf(RESULT), 'first');
  const second = updated(first, RESULT.run, { a: { kind: 'count', value: 1 } }, 'second');
  assert.equal(second.history, ['first', 'second']);
  assert.equal(JSON.parse(baselineText(first)), JSON.parse(JSON.stringify(first)));
  const lines = baselineText(first).split('\n');
  assert.is(lines.filter(line => line.includes('"kind"')).length, Object.keys(first.figures).length);
  assert.is(otherRun(first, RESULT.run), undefined);
  assert.match(otherRun(first, { ...RESULT.run, seed: 9 })!, /seed must be 5, as in the baseline, got 9/);
  assert.match(otherRun(first, { ...RESULT.run, alpha: 1e-3 })!, /alpha/);
  assert.match(otherRun(first, { ...RESULT.run, engine: 'other' })!, /engine/);
});

test('figures whose names collide are refused, not dropped', () => {
  const z = PASSED.checks[0]!;
  const claims = [
    { ...PASSED, id: 'A', checks: [{ ...z, name: 'b / c' }] },
    { ...PASSED, id: 'A / b', checks: [{ ...z, name: 'c' }] },
  ];
  assert.throws(() => figuresOf({ ...RESULT, claims }), /'A \/ b \/ c \/ outcome' is there twice/);
});

test('vector errors and bench ratios are figures too', () => {
  const row = { pass: true, valid: true, errors: { loss: 0 }, disagreeing: [], maxRelativeError: 1e-15 };
  const vectors = vectorFigures([
    { ...row, id: 'a' },
    { ...row, id: 'wrong on purpose', valid: false, maxRelativeError: 0.5 },
    { ...row, id: 'b', pass: false, maxRelativeError: 1 },
  ]);
  assert.equal(Object.keys(vectors), [
    'vector a / outcome',
    'vector a / tensors',
    'vector a / error',
    'vector wrong on purpose / outcome',
    'vector wrong on purpose / tensors',
    'vector b / outcome',
    'vector b / tensors',
  ]);
  assert.is((vectors['vector wrong on purpose / outcome'] as { value: string }).value, 'rejected');
  assert.equal(benchFigures([{ name: 'x', value: 0.1, spread: 0.01 }]), {
    'bench x': { kind: 'ratio', value: 0.1, spread: 0.01 },
  });
});

test.run();
