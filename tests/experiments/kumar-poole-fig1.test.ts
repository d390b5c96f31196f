import * as assert from 'uvu/assert';
import fig1, { compute } from '../../experiments/kumar-poole-fig1.js';
import type { RunRecord } from '../../src/claims/experiment/model.js';
import type { ComputeContext } from '../../src/train/experiment/experiment.js';
import { suite } from '../harness.js';
import { interrupted, surroundings } from './context.js';
import { completed, keepsToContract } from './contract.js';

const test = suite('experiment kumar-poole-fig1');

test('keeps to the contract', () => keepsToContract(fig1));

const SIZE = { sets: 1, restarts: 2, samples: 60, radii: 3 };
const LINEAR = { nu: 'identity', posterior: 'diagonal' } as const;

type Compute = (inputs: Parameters<typeof compute>[0], context: ComputeContext) => ReturnType<typeof compute>;

async function linearRuns(of: Compute): Promise<RunRecord[]> {
  const runs: RunRecord[] = [];
  for (const columns of ['rescaled', 'orthogonal'] as const)
    for (const seed of [1, 2, 3]) {
      const arm = { ...LINEAR, columns };
      runs.push(completed({ arm, seed }, await of({ ...arm, ...SIZE }, surroundings(seed))));
    }
  return runs;
}

const statement = (id: string) => fig1.statements.find(one => one.id === id)!;

/** Apart from how near the true latents so few data lead. */
const offLinear = (runs: readonly RunRecord[]): number =>
  Math.max(...runs.map(({ numbers }) => numbers.offLinear!));

test('for nu = identity the angle is that of the linear optimum on the data, the same for every restart', async () => {
  const runs = await linearRuns(compute);
  assert.ok(offLinear(runs) < 1e-3, `${offLinear(runs)}`);
  for (const { numbers } of runs) assert.ok(numbers.spread! < 1e-3 && numbers.reached === 2);
});

test('negative control: angles of the wrong sign are told', async () => {
  const runs = await linearRuns((inputs, context) => compute(inputs, context, ({ angle }) => -angle));
  assert.ok(offLinear(runs) > 5);
  assert.is.not(statement('principal-axes').judge(runs).outcome, 'supported');
});

test('with a full covariance restarts reach the same loss at other angles', async () => {
  const arm = { nu: 'tanh', posterior: 'cholesky', columns: 'rescaled' } as const;
  const { numbers } = await compute({ ...arm, ...SIZE, restarts: 3 }, surroundings(1));
  assert.ok(numbers.reached! >= 2 && numbers.spread! > 1, `${numbers.reached}, ${numbers.spread}`);
});

test('stopped again and again it ends with the same numbers', async () => {
  const inputs = { nu: 'sigmoid', posterior: 'diagonal', columns: 'rescaled', ...SIZE, restarts: 3 };
  const { stops, computed } = await interrupted(context => compute(inputs, context), 4);
  assert.ok(stops >= 2, `stopped ${stops} times`);
  assert.equal(computed, await compute(inputs, surroundings(4)));
});

test.run();
