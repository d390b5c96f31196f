import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { deepened } from '../../properties/support/depth.js';
import { within } from '../../src/theory/checks/within.js';
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

const test = suite('properties/depth');

test('the deeper check runs with --deep only, with its own number of cases', () => {
  const { near, far, check } = run(1, { effort: 1 });
  assert.equal([near, far], [2, 0]);
  assert.is(check.says, 'one within 0.5 (and with --deep: one within 0.1)');
  const deep = run(1, { effort: 4 });
  assert.equal([deep.near, deep.far], [8, 2]);
  assert.is(deep.result.cases, 10);
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

test.run();
