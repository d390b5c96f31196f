import * as assert from 'uvu/assert';
import { handOut } from '../../src/cli/verify/pool.js';
import { suite } from '../harness.js';

const test = suite('verify pool');

const JOBS: readonly { readonly id: string; readonly large?: true }[] = [
  { id: 'a' },
  { id: 'b', large: true },
  { id: 'c' },
  { id: 'd', large: true },
];

test('large jobs come first, so many at a time', () => {
  const queue = handOut(JOBS, 1);
  const first = queue.next()!;
  assert.is(first.id, 'b');
  assert.is(queue.next()!.id, 'a');
  assert.is(queue.next()!.id, 'c');
  assert.is(queue.next(), undefined, 'the other large one waits');
  queue.done(first);
  assert.is(queue.next()!.id, 'd');
  assert.is(queue.next(), undefined);
});

test('small jobs that end make no room for a large one', () => {
  const queue = handOut(JOBS, 1);
  queue.next();
  queue.done(queue.next()!);
  assert.is(queue.next()!.id, 'c');
});

test.run();
