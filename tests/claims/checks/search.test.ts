/** @file How cases are drawn, replayed and shrunk: the traps of fast-check. */
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { type Given, only } from '../../../src/claims/checks/given.js';
import { search } from '../../../src/claims/checks/search.js';
import { suite } from '../../harness.js';
import { options } from './toy.js';

const test = suite('check: search');

const uniform: Given<number> = { arbitrary: fc.integer({ min: 0, max: 9999 }) };

/** The cases that a search saw, wrong where `wrong` says so. */
function drawn(given: Given<number>, runs: number, wrong: (n: number) => boolean = () => false, more = {}) {
  const cases: number[] = [];
  const found = search('name', given, runs, { ...options, ...more }, n => {
    cases.push(n);
    return { value: n, ...(wrong(n) && { failure: { expected: 'fine', measured: `${n} is wrong` } }) };
  });
  return { cases, found };
}

test('pinned cases always run, first, besides the random ones', () => {
  const { cases, found } = drawn({ ...uniform, examples: [-1, -2] }, 3);
  assert.equal(cases.slice(0, 2), [-1, -2]);
  assert.is(cases.length, 5);
  assert.equal([found.cases, found.values], [5, cases]);
});

test('only() runs its cases and nothing else', () => {
  assert.equal(drawn(only([3, 1, 2]), 50).cases, [3, 1, 2]);
});

test('no case at all is an error', () => {
  assert.throws(() => drawn({ ...uniform, exhaustive: true }, 5), /it has no case/);
});

test('draws are those of the generator, without a bias to its ends', () => {
  const { cases } = drawn(uniform, 2000);
  // fast-check's bias would put about half of them among the first and last ten numbers
  assert.ok(cases.filter(n => n < 10 || n > 9989).length < 20);
});

test('values are those of the cases up to the first wrong one, not of shrunk ones', () => {
  const { cases, found } = drawn(uniform, 100, n => n > 5000);
  const first = cases.findIndex(n => n > 5000);
  assert.equal(found.values, cases.slice(0, first + 1));
  assert.is(found.cases, first + 1);
  assert.ok(cases.length > first + 1, 'it shrank');
  assert.equal(found.failure?.failure, { case: '5001', expected: 'fine', measured: '5001 is wrong' });
});

test('a pinned case that is wrong is reported as it is, and replays', () => {
  const given = { ...uniform, examples: [7777] };
  const { found } = drawn(given, 10, n => n === 7777);
  assert.is(found.failure?.failure?.case, '7777');
  const replayed = drawn(given, 10, n => n === 7777, { path: found.failure?.path });
  assert.equal(replayed.cases, [7777]);
  assert.equal(replayed.found.failure, found.failure);
});

test('a path replays the shrunk case alone', () => {
  const { found } = drawn(uniform, 100, n => n > 5000);
  const replayed = drawn(uniform, 100, n => n > 5000, { path: found.failure?.path });
  assert.equal(replayed.cases, [5001]);
  assert.is(replayed.found.failure?.path, found.failure?.path);
});

test('a path replays its case alone, even if that has become right', () => {
  const { found } = drawn(uniform, 100, n => n > 5000);
  assert.equal(drawn(uniform, 100, undefined, { path: found.failure?.path }).cases, [5001]);
  assert.is(drawn(uniform, 100, undefined, { path: '3' }).cases.length, 1);
});

test('quick does not shrink', () => {
  const { cases, found } = drawn(uniform, 100, n => n > 5000, { quick: true });
  assert.is(cases.length, found.cases);
  assert.is(found.failure?.failure?.case, String(cases.at(-1)));
});

test('a wrong value does not shrink to an exception, nor the other way round', () => {
  const see = (first: 'wrong' | 'threw') => (n: number) => {
    const kind = n > 5000 === (first === 'wrong') ? 'wrong' : 'threw';
    if (kind === 'threw') throw new Error(`${n} threw`);
    return { value: n, failure: { expected: 'fine', measured: `${n} wrong` } };
  };
  const large: Given<number> = { arbitrary: fc.integer({ min: 0, max: 9999 }), examples: [] };
  const run = (first: 'wrong' | 'threw') =>
    search('name', large, 1, { ...options, seed: LARGE_FIRST }, see(first)).failure;
  assert.equal([run('wrong')?.failure?.case, run('wrong')?.threw], ['5001', undefined]);
  assert.equal([run('threw')?.failure?.case, run('threw')?.threw], ['5001', true]);
});

/** A seed whose first case is above 5000. */
const LARGE_FIRST = Array.from({ length: 99 }, (_, seed) => seed).find(
  seed => drawn(uniform, 1, undefined, { seed }).cases[0]! > 5000,
)!;

test('cases that measure turns down are skipped, too many of them fail', () => {
  const skipping = (odd: boolean) =>
    search('name', uniform, 10, options, n => {
      fc.pre(odd ? n % 2 === 1 : false);
      return { value: n };
    });
  assert.is(skipping(true).cases, 10);
  assert.ok(skipping(true).values.every(n => n % 2 === 1));
  assert.match(skipping(false).failure?.failure?.measured ?? '', /1001 were skipped/);
  assert.is(skipping(false).failure?.outcome, 'fail');
});

test('cases are shown as their generator says', () => {
  const given = { ...uniform, show: (n: number) => `n = ${n}` };
  assert.is(drawn(given, 100, n => n > 5000).found.failure?.failure?.case, 'n = 5001');
});

test('the search of another check, or with another seed, draws other cases', () => {
  const of = (name: string, seed: number) =>
    search(name, uniform, 20, { ...options, seed }, n => ({ value: n })).values.join();
  assert.is(new Set([of('a', 1), of('b', 1), of('a', 2)]).size, 3);
  assert.is(of('a', 1), of('a', 1));
});

test.run();
