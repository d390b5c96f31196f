import * as assert from 'uvu/assert';
import { VIEWS, type View } from '../../experiments/ujvary-fig1/views.js';
import fig1, { compute } from '../../experiments/ujvary-fig1.js';
import type { RunRecord } from '../../src/claims/experiment/model.js';
import { TOY_RULES, type ToyRules } from '../../src/theory/closed/toy-landscape.js';
import { suite } from '../harness.js';
import { interrupted, surroundings } from './context.js';
import { completed, keepsToContract } from './contract.js';

const test = suite('experiment ujvary-fig1');

test('keeps to the contract', () => keepsToContract(fig1));

const inputsOf = (view: View) => ({ view, step: 2, nodes: 24 });

async function runsWith(rules: ToyRules, views: readonly View[] = VIEWS): Promise<RunRecord[]> {
  const runs: RunRecord[] = [];
  for (const view of views)
    runs.push(completed({ arm: { view }, seed: 1 }, await compute(inputsOf(view), surroundings(1), rules)));
  return runs;
}

const outcomes = (runs: readonly RunRecord[]) =>
  Object.fromEntries(fig1.statements.map(({ id, judge }) => [id, judge(runs).outcome]));

test('the minima of UJV-23, on the grid of the smoke scale', async () => {
  assert.equal(outcomes(await runsWith(TOY_RULES)), {
    'sam-reduces': 'supported',
    'mfvi-reduces': 'contradicted',
    'sam-turns': 'supported',
    'mfvi-levels': 'supported',
  });
});

test('negative control: with half the radius, or noise of deviation rho / p, they are others', async () => {
  const half = await runsWith({ ...TOY_RULES, radius: 4 }, ['loss', 'sam', 'sam-one-step']);
  assert.is(outcomes(half)['sam-turns'], 'contradicted');
  const divided = { ...TOY_RULES, deviation: (radius: number, p: number) => radius / p };
  assert.is(outcomes(await runsWith(divided, ['loss', 'mfvi']))['mfvi-levels'], 'contradicted');
});

test('stopped again and again it ends with the same numbers', async () => {
  const inputs = inputsOf('mfvi');
  const { stops, computed } = await interrupted(context => compute(inputs, context), 1);
  assert.ok(stops >= 2, `stopped ${stops} times`);
  assert.equal(computed, await compute(inputs, surroundings(1)));
});

test.run();
