import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { within } from '../../src/claims/checks/within.js';
import { mutant } from '../../src/claims/claim.js';
import { deepened } from '../../src/claims/deepened.js';
import { suite } from '../harness.js';

/** A check that the subject is one, counting its cases. */
const counting = (seen: number[], tolerance: number) =>
  within<number, { value: number }>({
    says: `one within ${tolerance}`,
    given: { arbitrary: fc.integer({ min: 1, max: 9 }) },
    tolerance,
    runs: 2,
    measure: (c, { value }) => {
      seen.push(c);
      return { actual: value, expected: 1 };
    },
  });

const run = (value: number, options: { effort: number; quick?: boolean; path?: string }) => {
  const [near, far] = [[], []] as [number[], number[]];
  const check = deepened(counting(near, 0.5), () => counting(far, 0.1));
  const result = check.run('c', { value }, { seed: 1, quick: false, ...options });
  return { near: near.length, far: far.length, result, check };
};

const test = suite('claims/deepened');

test('the deeper check runs with --deep only, with its own number of cases', () => {
  const { near, far, check } = run(1, { effort: 1 });
  assert.equal([near, far], [2, 0]);
  assert.is(check.says, 'one within 0.5 (and with --deep: one within 0.1)');
  const deep = run(1, { effort: 4 });
  assert.equal([deep.near, deep.far], [8, 2]);
  assert.is(deep.result.cases, 10);
  assert.equal(deep.result.demands, { runs: 10, pinned: 0, parts: 1, tolerance: 0.1 });
  assert.is(deep.result.says, deep.check.says);
});

test('not for negative controls, nor after a failure', () => {
  assert.is(run(1, { effort: 4, quick: true }).far, 0);
  const failed = run(2, { effort: 4 });
  assert.is(failed.far, 0);
  assert.is(failed.result.outcome, 'fail');
});

test('a failure of the deeper check is one', () => {
  const { result, near, far } = run(1.25, { effort: 4 });
  assert.is(result.outcome, 'fail');
  assert.match(result.failure?.expected ?? '', /within 10 %/);
  assert.ok(near === 8 && far > 0);
  assert.is(run(1.25, { effort: 1 }).result.outcome, 'pass');
});

const controlled = (wrong: number) =>
  deepened(counting([], 0.5), () => counting([], 0.1), {
    controls: {
      fine: mutant<{ value: number }>('far off', () => ({ value: 3 })),
      near: mutant<{ value: number }>('off by a little', () => ({ value: wrong })),
    },
  }).run('c', { value: 1 }, { seed: 1, quick: false, effort: 4 });

test('the deeper check must reject negative controls of its own', () => {
  const { outcome, note } = controlled(1.2);
  assert.is(outcome, 'pass');
  assert.is(note, 'with --deep 2 of 2 negative controls rejected: fine, near');
  const missed = controlled(1.05);
  assert.is(missed.outcome, 'fail');
  assert.is(missed.failure?.measured, 'not rejected: near (off by a little)');
});

test('what the deeper check holds is made anew for every run', () => {
  let made = 0;
  const check = deepened(counting([], 0.5), () => {
    made++;
    return counting([], 0.1);
  });
  const before = made;
  check.run('c', { value: 1 }, { seed: 1, quick: false, effort: 1 });
  assert.is(made, before);
  check.run('c', { value: 1 }, { seed: 1, quick: false, effort: 4 });
  assert.is(made, before + 1);
});

test('a check that takes the place of the other one does so for negative controls too, and runs once', () => {
  const [short, long] = [[], []] as [number[], number[]];
  const check = deepened(counting(short, 0.5), () => counting(long, 0.1), { instead: true });
  assert.is(check.says, 'one within 0.5; with --deep: one within 0.1');
  const runAt = (effort: number, quick: boolean) =>
    check.run('c', { value: 1.25 }, { seed: 1, quick, effort });
  assert.is(runAt(1, false).outcome, 'pass');
  assert.equal([short.length, long.length], [2, 0]);
  const mutated = runAt(4, true);
  assert.is(mutated.outcome, 'fail');
  assert.is(mutated.says, check.says);
  assert.equal([short.length, long.length], [2, 1]);
});

test('a check says that it is large when deep', () => {
  const near = counting([], 0.5);
  assert.is(deepened(near, () => near).large, undefined);
  assert.is(deepened(near, () => near, { large: true }).large, true);
  assert.is(deepened(near, () => near, { large: true, instead: true }).large, true);
});

test.run();
