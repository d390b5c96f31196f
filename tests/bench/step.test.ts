/** @file What the benches check and read: a comparison of two different steps would say nothing. */
import * as assert from 'uvu/assert';
import { names, numbers, readFlags } from '../../bench/flags.js';
import { median, range } from '../../bench/spread.js';
import { readJob, withFile } from '../../bench/step/job.js';
import { checkLosses } from '../../bench/step.js';
import { suite } from '../harness.js';

const test = suite('bench');

test('two sides with other losses are not compared', () => {
  checkLosses([2, 1], [2.0001, 1.005]);
  assert.throws(() => checkLosses([2, 1], [2.001, 1]), /same loss at step 1 to 0.0001, got 2 and 2.001/);
  assert.throws(() => checkLosses([2, 1], [2, 1.05]), /same loss at step 2/);
  assert.throws(() => checkLosses([Number.NaN, 1], [2, 1]), /same loss at step 1/);
});

test('both sides read the same numbers from the file of a job', async () => {
  const objective = { name: 'vae', rec: 'mean', beta: 1, variance: { fixed: 0.01 } } as const;
  const job = { objective, width: 2, latent: 3, batch: 2, threads: 1, rate: 1e-4 };
  const { start, batch } = await withFile(job, async written => readJob(written));
  assert.is(batch.x.length, 2 * 32 * 32 * 3);
  assert.is(batch.noise?.length, 2 * 3);
  assert.ok(start['param.encoder.c.weight']!.some(value => value !== 0));
  assert.ok(start['statistics.encoder.b.running_var']!.every(value => value === 1));
  assert.ok(start['state.m.mu.bias']!.every(value => value === 0));
});

test('flags are read strictly', () => {
  const read = (...args: string[]) => readFlags(args, ['batch', 'objective'], ['profile']);
  assert.equal(numbers(read('--batch', '32', '--batch', '8'), 'batch', [1]), [32, 8]);
  assert.equal(numbers(read(), 'batch', [1]), [1]);
  assert.equal(read('--profile').profile, ['true']);
  assert.equal(names(read('--objective', 'b'), 'objective', ['a', 'b']), ['b']);
  assert.throws(() => read('--width', '8'), /bench: Unknown option '--width'/);
  assert.throws(
    () => numbers(read('--batch', '0.5'), 'batch', [1]),
    /--batch must be a positive integer, got 0.5/,
  );
  assert.throws(() => names(read('--objective', 'c'), 'objective', ['a']), /must be one of a, got c/);
});

test('median and range', () => {
  assert.is(median([3, 1, 2]), 2);
  assert.is(median([4, 1, 2, 3]), 2.5);
  assert.is(range([3, 1, 2]), 2);
});

test.run();
