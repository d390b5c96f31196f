/** @file How many runs go at once. */
import { availableParallelism } from 'node:os';
import * as assert from 'uvu/assert';
import { exitCodeOf } from '../../src/cli/exit.js';
import { type Choice, choose } from '../../src/cli/experiment/choose.js';
import { jobsFor, memoryOfRun } from '../../src/cli/experiment/jobs.js';
import { errorOf } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { REGISTRY } from '../registry.js';

const test = suite('runs at once');

const choice = await choose(['vgr-fig3'], REGISTRY);
const MIB = 2 ** 20;

const asking = (jobs: string): Choice => ({ ...choice, flags: { ...choice.flags, jobs } });
const withThreads = (threads: number): Choice => ({ ...choice, shared: { ...choice.shared, threads } });

/** As if each run took so many bytes. */
const needing = (bytes: number): Choice => ({
  ...choice,
  experiment: { ...choice.experiment, memory: () => bytes },
});

test('as many as were asked for; a number that is none is refused', async () => {
  assert.is(jobsFor(asking('7')), 7);
  const error = await errorOf(() => Promise.resolve(jobsFor(asking('none'))));
  assert.is(exitCodeOf(error), 2);
});

test('else as many as the cores have room for, one thread or more each', () => {
  assert.is(jobsFor(needing(MIB)), availableParallelism());
  assert.is(jobsFor(withThreads(availableParallelism())), 1);
  assert.is(jobsFor(withThreads(10 * availableParallelism())), 1);
});

test('and the memory: runs that fill the machine go one by one', () => {
  assert.is(memoryOfRun(needing(1e15)), 1e15);
  assert.is(jobsFor(needing(1e15)), 1);
});

test('on a GPU one by one', () => {
  const { shared } = choice;
  assert.is(jobsFor({ ...choice, shared: { ...shared, setting: { ...shared.setting, engine: 'cuda' } } }), 1);
});

test.run();
