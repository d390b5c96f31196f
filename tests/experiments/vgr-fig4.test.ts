import * as assert from 'uvu/assert';
import fig4, { compute, type Track } from '../../experiments/vgr-fig4.js';
import type { RunRecord } from '../../src/claims/experiment/model.js';
import { suite } from '../harness.js';
import { interrupted, surroundings } from './context.js';
import { completed, keepsToContract, settingOf } from './contract.js';

const test = suite('experiment vgr-fig4');

test('keeps to the contract', () => keepsToContract(fig4));

async function outcomes(track?: Track): Promise<Record<string, string>> {
  const runs: RunRecord[] = [];
  for (const { arm, seed, job } of fig4.plan(settingOf(fig4, 'smoke'))) {
    const inputs = job.kind === 'compute' ? job.inputs : {};
    const shorter = { ...inputs, steps: 1000, final: 150 };
    runs.push(completed({ arm, seed }, await compute(shorter, surroundings(seed), track)));
  }
  return Object.fromEntries(fig4.statements.map(({ id, judge }) => [id, judge(runs).outcome]));
}

test('the smoke scale shows what VGR-15 measured, after two thirds of its steps already', async () => {
  assert.equal(await outcomes(), {
    settled: 'supported',
    error: 'supported',
    mmd: 'supported',
    gradient: 'supported',
    sparse: 'supported',
  });
});

test('negative control: with log gamma moved a rate a step, as Adam would, gamma does not settle and the effect is gone', async () => {
  const found = await outcomes((gamma, error) => gamma * Math.exp(0.002 * Math.sign(error - gamma)));
  assert.is(found.settled, 'contradicted');
  assert.is.not(found.mmd, 'supported');
});

const TINY = {
  data: 6,
  latent: 3,
  hidden: 12,
  points: 64,
  batch: 16,
  steps: 400,
  rate: 0.005,
  final: 50,
};

test('stopped again and again, in the first and in the second training, it ends with the same numbers', async () => {
  for (const gamma of ['learned', 'fixed'] as const) {
    const inputs = { gamma, ...TINY };
    const { stops, computed } = await interrupted(context => compute(inputs, context), 5);
    assert.ok(stops >= 2, `${gamma}: stopped ${stops} times`);
    assert.equal(computed, await compute(inputs, surroundings(5)));
  }
});

test.run();
