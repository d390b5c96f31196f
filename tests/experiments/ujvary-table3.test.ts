import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { METHODS } from '../../experiments/ujvary-table3/methods.js';
import table3, { compute } from '../../experiments/ujvary-table3.js';
import { methodOf } from '../../src/core/classifier-step.js';
import { makeSam, SAM_RULES } from '../../src/core/objectives/sam/sam.js';
import { cifarRecords } from '../formats/archives.js';
import { errorOf, inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { interrupted, surroundings } from './context.js';
import { keepsToContract, settingOf } from './contract.js';

const test = suite('experiment ujvary-table3');

const CIFAR = { data: { kind: 'cifar10' } } as const;

test('keeps to the contract; the scale of the paper needs its data', async () => {
  keepsToContract(table3, CIFAR);
  const error = await errorOf(() => table3.plan(settingOf(table3, 'paper')));
  assert.match(error.message, /at scale paper must have cifar10 and cifar100/);
});

test('the plan of the paper: 18 networks of each seed, methods with one pass twice as long', () => {
  const plan = table3.plan(settingOf(table3, 'paper', CIFAR));
  assert.is(plan.length, 3 * 2 * 2 * METHODS.length);
  const stepsOf = (method: string): unknown =>
    plan
      .filter(({ arm }) => arm.method === method)
      .map(({ job }) => (job.kind === 'compute' ? job.inputs.steps : undefined))
      .at(0);
  assert.equal([stepsOf('sam'), stepsOf('sgd')], [200 * 390, 400 * 390]);
  const published = table3.published!(settingOf(table3, 'paper', CIFAR));
  for (const { arm } of published)
    assert.ok(plan.some(run => JSON.stringify(run.arm) === JSON.stringify(arm)));
});

const TINY = {
  data: 'cifar10',
  depth: 10,
  width: 1,
  batchSize: 8,
  steps: 6,
  evaluateEvery: 3,
  training: 32,
  test: 20,
  rate: 0.1,
  engine: 'onnx-cpu',
};

/** One for each kind of what a step carries or draws: nothing, noise, variances. */
const CARRYING: readonly string[] = ['sgd', 'random-sam', 'vsam'];

test('CIFAR-10 from files: every method trains, stopped again and again to the same numbers', () =>
  inFolder(async folder => {
    writeFileSync(join(folder, 'data_batch_1.bin'), cifarRecords(32));
    writeFileSync(join(folder, 'test_batch.bin'), cifarRecords(20));
    const losses = new Set<number>();
    for (const method of METHODS) {
      const inputs = { method, ...TINY };
      const computed = await compute(inputs, surroundings(3, { dataFolder: folder }));
      losses.add(computed.numbers.testLoss!);
      if (!CARRYING.includes(method)) continue;
      const again = await interrupted(context => compute(inputs, context), 3, folder, 2);
      assert.is(again.stops, 2, method);
      assert.equal(again.computed, computed, method);
    }
    // variational SAM begins where SAM does
    assert.ok(losses.size >= METHODS.length - 1);
  }));

test('negative control: SAM that stays where it is trains as SGD does, SAM itself does not', async () => {
  const lossOf = async (method: 'sam' | 'sgd', still = false): Promise<number> => {
    const inputs = { method, ...TINY };
    const made = still ? () => methodOf(makeSam({ ...SAM_RULES, point: w => w }), { rho: 0.05 }) : undefined;
    return (await compute(inputs, surroundings(3), made)).numbers.trainingLoss!;
  };
  const [sgd, sam, still] = [await lossOf('sgd'), await lossOf('sam'), await lossOf('sam', true)];
  assert.ok(Math.abs(still - sgd) < 1e-4 * sgd, `${still}, ${sgd}`);
  assert.ok(Math.abs(sam - sgd) > 1e-3 * sgd, `${sam}, ${sgd}`);
});

test('any engine: doubles train as ONNX Runtime does', async () => {
  const lossOn = async (engine: string): Promise<number> =>
    (await compute({ method: 'sam', ...TINY, steps: 2, test: 10, engine }, surroundings(3))).numbers
      .testLoss!;
  const exact = await lossOn('float64');
  const error = Math.abs((await lossOn('onnx-cpu')) - exact) / exact;
  assert.ok(error > 0 && error < 1e-5, `${error}`);
});

test('an unknown method is refused', async () => {
  const error = await errorOf(() => compute({ ...TINY, method: 'adam' }, surroundings(1)));
  assert.match(error.message, /input "method" must be one of sgd, /);
});

test.run();
