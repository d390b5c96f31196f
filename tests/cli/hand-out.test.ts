import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { REGISTRIES } from '../../bin/registries.js';
import type { Job, RawResult } from '../../src/cli/verify/job.js';
import { handOut, runJobs } from '../../src/cli/verify/pool.js';
import { contradiction } from '../../src/gate/consistent.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { RESULT } from '../report/sample.js';

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

const WORKER = fileURLToPath(new URL('./dying-worker.js', import.meta.url));

test('a claim whose worker is killed is run once more, then has failed; the others are none the worse', () =>
  inFolder(async folder => {
    const fates = { 'KP-8': 'dies', 'KP-15': 'dies-once', 'RAE-3': 'refuses', 'VGR-1': '', 'VGR-2': '' };
    const jobs = Object.entries(fates).map(([id, check]): Job => ({ id, seed: 1, check }));
    const results = new Map<string, RawResult>();
    process.env.FLATCHECK_TEST_FOLDER = folder;
    try {
      await runJobs(jobs, ({ id }, result) => results.set(id, result), REGISTRIES, 2, WORKER);
    } finally {
      delete process.env.FLATCHECK_TEST_FOLDER;
    }
    const told = Object.keys(fates).map(id => [id, results.get(id)!.outcome]);
    assert.equal(Object.fromEntries(told), {
      ...{ 'KP-8': 'fail', 'KP-15': 'pass', 'RAE-3': 'fail', 'VGR-1': 'pass', 'VGR-2': 'pass' },
    });
    const why = (id: string): string => results.get(id)!.checks[0]!.failure!.measured;
    assert.is(why('KP-8'), 'its worker process ended early (SIGKILL), twice');
    assert.is(why('RAE-3'), 'Error: no');
    const lost = results.get('KP-8')!;
    const claims = [{ ...lost, replay: '' }];
    assert.is(contradiction({ ...RESULT, claims, passed: 0, failed: 1 }), undefined);
    const { mutants } = lost;
    assert.ok(mutants.total > 0 && mutants.list.every(({ untried }) => untried === true));
  }));

test.run();
