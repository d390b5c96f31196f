import * as assert from 'uvu/assert';
import { readBaseline, updated } from '../../src/gate/baseline.js';
import { compare, stops } from '../../src/gate/compare.js';
import { benchFigures, type Figure, type Figures, figuresOf, vectorFigures } from '../../src/gate/figures.js';
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
  const kills = (value: number, total: number): Figure => ({ kind: 'kills', value, total });
  assert.is(change(kills(5, 5), kills(5, 5)), 'unchanged');
  assert.is(change(kills(5, 5), kills(4, 5)), 'regressed');
  assert.is(change(kills(5, 5), kills(4, 4)), 'regressed');
  assert.is(change(kills(5, 5), kills(6, 6)), 'improved');
  assert.is(change(kills(5, 5), kills(6, 7)), 'regressed');
});

test('outcomes, cases, errors and ratios have rules of their own', () => {
  const outcome = (value: string): Figure => ({ kind: 'outcome', value });
  assert.is(change(outcome('pass'), outcome('inconclusive')), 'regressed');
  assert.is(change(outcome('exact'), outcome('pass')), 'regressed');
  assert.is(change(outcome('fail'), outcome('pass')), 'improved');
  const cases = (value: number): Figure => ({ kind: 'cases', value });
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

test('a run equals itself; a deleted claim is missing and stops the gate; a new one does not', () => {
  const figures = figuresOf(RESULT);
  assert.ok(
    compare(figures, figures).every(row => row.change === 'unchanged' || row.name.startsWith('KP-14')),
  );
  const without = figuresOf({ ...RESULT, claims: [FAILED] });
  const rows = compare(figures, without);
  assert.ok(rows.some(row => row.name.startsWith('SAMBA-18') && row.change === 'missing' && stops(row)));
  assert.ok(compare(without, figures).some(row => row.change === 'new' && !stops(row)));
});

test('figures name claim, check and kind', () => {
  const figures = figuresOf({ ...RESULT, claims: [PASSED] });
  assert.equal(Object.keys(figures), [
    'SAMBA-18 / outcome',
    'SAMBA-18 / mutants',
    'SAMBA-18 / z / outcome',
    'SAMBA-18 / z / cases',
    'SAMBA-18 / z / order',
    'SAMBA-18 / z / constant',
  ]);
});

test('a baseline is read back as written, and its flaws are named', () => {
  const first = updated(null, figuresOf(RESULT), 'first');
  const second = updated(first, { a: { kind: 'cases', value: 1 } }, 'second');
  assert.equal(second.history, ['first', 'second']);
  assert.equal(readBaseline(JSON.parse(JSON.stringify(second))), second);
  const figures = (value: unknown): unknown => ({ schema: 1, history: [], figures: { f: value } });
  for (const [value, flaw] of [
    [null, 'schema'],
    [{ schema: 2 }, 'schema'],
    [{ schema: 1, history: [1] }, 'history'],
    [{ schema: 1, history: [], figures: [] }, 'figures'],
    [figures({ kind: 'colour', value: 1 }), "figures['f']"],
    [figures({ kind: 'cases', value: '1' }), "figures['f']"],
    [figures({ kind: 'outcome', value: 1 }), "figures['f']"],
    [figures(3), "figures['f']"],
  ] as const)
    assert.ok(
      String(readBaseline(value)).includes(flaw),
      `${JSON.stringify(value)} -> ${String(readBaseline(value))}`,
    );
  const empty: Figures = {};
  assert.equal(updated(null, empty, 'x').figures, {});
});

test('vector errors and bench ratios are figures too', () => {
  const vectors = vectorFigures([
    { id: 'a', pass: true, maxRelativeError: 1e-15 },
    { id: 'wrong on purpose', pass: true, maxRelativeError: 0.5 },
    { id: 'b', pass: false, maxRelativeError: 1 },
  ]);
  assert.equal(Object.keys(vectors), [
    'vector a / outcome',
    'vector a / error',
    'vector wrong on purpose / outcome',
    'vector b / outcome',
  ]);
  assert.equal(benchFigures([{ name: 'x', value: 0.1, spread: 0.01 }]), {
    'bench x': { kind: 'ratio', value: 0.1, spread: 0.01 },
  });
});

test.run();
