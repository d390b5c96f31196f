import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { only } from '../../../src/claims/checks/given.js';
import { type OrderSpec, order } from '../../../src/claims/checks/order.js';
import { dyadic, ladder } from '../../../src/claims/order/case.js';
import { suite } from '../../harness.js';
import { run, type Subject } from './toy.js';

const test = suite('check: order');

const given = { arbitrary: fc.integer({ min: 1, max: 99 }) };

/** The residual s(h) * n of order 2 with constant n. */
const check = (more: Partial<OrderSpec<number, Subject>> = {}) =>
  order<number, Subject>({
    says: 'x',
    given,
    order: 2,
    measure: (n, s) => ({
      ladder: ladder(dyadic(1, 0, 22), h => ({ residual: n * s(h), scale: n })),
      constant: n,
    }),
    ...more,
  });

const right: Subject = h => h ** 2 * (1 + h);

test('a right order passes with its estimate, constant, ladder and power', () => {
  const result = run(check(), right);
  assert.equal([result.outcome, result.decision, result.cases], ['pass', 'pass', 12]);
  assert.ok(Math.abs((result.order?.estimate ?? 0) - 2) < 1e-4);
  assert.ok((result.constant?.worst ?? 1) < 1e-6 && result.constant?.tolerance === 0.01);
  assert.is(result.ladder?.length, 23);
  assert.is(result.ladder?.[0]?.[0], 1);
  const error = result.detects?.error ?? 0;
  assert.ok(error > 0 && error < 1e-5);
  assert.is(run(check(), h => right(h) + 1.5 * error * h).outcome, 'fail');
});

test('a wrong order and a wrong constant are shrunk to one case', () => {
  const low = run(check(), h => h);
  assert.equal([low.outcome, low.decision, low.failure?.case], ['fail', 'too-low', '1']);
  assert.is(low.failure?.expected, 'order 2, constant within 1 %');
  assert.match(low.failure?.measured ?? '', /^too-low: slope 1\.000/);
  const off = run(check(), h => 1.02 * h ** 2);
  assert.equal([off.outcome, off.decision], ['fail', 'wrong-constant']);
  assert.match(off.failure?.measured ?? '', /constant off by 2\.00 %/);
});

test('a failing case replays alone by its path', () => {
  const bad: Subject = h => h;
  const { path } = run(check(), bad);
  const again = run(check(), bad, { path: path ?? '' });
  assert.equal([again.outcome, again.decision, again.cases], ['fail', 'too-low', 1]);
  const mended = run(check(), right, { path: path ?? '' });
  assert.equal([mended.outcome, mended.cases, mended.note], ['pass', 1, 'this case alone']);
});

test('only all cases together show an order that is slightly low', () => {
  const result = run(
    check({ measure: (n, s) => ({ ladder: ladder(dyadic(1, 0, 22), h => ({ residual: s(h), scale: n })) }) }),
    h => h ** 1.9,
  );
  assert.equal([result.outcome, result.decision], ['fail', 'too-low']);
  assert.is(result.failure?.case, 'all cases together');
  assert.is(result.path, undefined);
});

test('exact and super-convergent residuals need a reason', () => {
  const measure = (_: number, s: Subject) => ({
    ladder: ladder(dyadic(1, 0, 14), h => ({ residual: s(h), scale: 1 })),
  });
  const zero: Subject = () => 0;
  assert.equal(
    [run(check({ measure }), zero).outcome, run(check({ measure }), zero).decision],
    ['fail', 'exact'],
  );
  const exact = run(check({ measure, exact: 'the loss is quadratic' }), zero);
  assert.equal(
    [exact.outcome, exact.note],
    ['pass', 'every residual is at round-off: the loss is quadratic'],
  );
  const cubic: Subject = h => h ** 3;
  assert.is(run(check({ measure }), cubic).decision, 'super-convergent');
  assert.is(run(check({ measure }), cubic).outcome, 'fail');
  const better = run(check({ measure, superConvergent: 'odd terms cancel' }), cubic);
  assert.is(better.outcome, 'pass');
  assert.match(better.note ?? '', /odd terms cancel/);
});

test('vacuous fails, inconclusive is inconclusive and says why', () => {
  const tiny = check({
    measure: n => ({ ladder: ladder(dyadic(1, 0, 14), () => ({ residual: 0, scale: n })), constant: 1e-17 }),
  });
  assert.equal([run(tiny).outcome, run(tiny).decision], ['fail', 'vacuous']);
  const short = check({
    measure: n => ({ ladder: ladder(dyadic(1, 0, 3), h => ({ residual: h ** 2, scale: n })) }),
  });
  assert.is(run(short).outcome, 'inconclusive');
  assert.match(run(short).note ?? '', /5 are needed/);
  assert.throws(() => check({ constantTolerance: 1 }), /constantTolerance must be in \(0, 1\), got 1/);
});

test('degenerate cases are held to an equality instead', () => {
  const degenerate = (value: number) =>
    check({
      given: { ...given, examples: [0] },
      measure: (n, s) =>
        n === 0
          ? { degenerate: 'g = 0', equals: { actual: value, expected: 0, scale: 1, what: 'residual' } }
          : { ladder: ladder(dyadic(1, 0, 22), h => ({ residual: n * s(h), scale: n })), constant: n },
    });
  assert.is(run(degenerate(0), right).outcome, 'pass');
  assert.is(run(degenerate(0), right).cases, 13);
  const { outcome, decision, failure } = run(degenerate(0.1), right);
  assert.equal([outcome, decision, failure?.case], ['fail', undefined, '0']);
  assert.is(failure?.expected, 'residual: 0 +- 1.42e-14 (g = 0)');
  assert.is(run(degenerate(Number.NaN), right).outcome, 'fail');
});

test('nothing but degenerate cases decides nothing', () => {
  const only0 = check({ given: only([0]), measure: () => ({ degenerate: 'g = 0', equals: [] }) });
  assert.is(run(only0).outcome, 'inconclusive');
});

test('NaN is a wrong value, an exception is an exception', () => {
  const nan = run(check(), () => Number.NaN);
  assert.equal([nan.outcome, nan.threw], ['fail', undefined]);
  assert.match(nan.failure?.measured ?? '', /NaN at step 1/);
  const threw = run(check(), () => {
    throw new Error('shape mismatch');
  });
  assert.equal([threw.outcome, threw.threw, threw.failure?.measured], ['fail', true, 'shape mismatch']);
});

test('for a mutant: 8 cases, no power, no shrinking', () => {
  const quick = run(check(), right, { quick: true });
  assert.equal([quick.outcome, quick.cases, quick.detects], ['pass', 8, undefined]);
  const path = run(check(), h => h, { quick: true }).path ?? '';
  assert.is(path, '0');
});

test.run();
