import * as assert from 'uvu/assert';
import { suite } from '../harness.js';
import { completed, keepsToContract } from './contract.js';
import example from './example.js';

const test = suite('experiment of docs/experiments.md');

test('keeps to the contract, and its statement is supported and contradicted by numbers that say so', () => {
  keepsToContract(example, { data: { kind: 'generated', count: 100, size: 32 } });
  const outcome = (few: number, many: number) =>
    example.statements[0]!.judge(
      [2, 16].flatMap(latents =>
        [0, 1, 2].map(seed => {
          const squaredErrorAtMean = (latents === 2 ? few : many) + seed;
          return completed({ arm: { latents }, seed }, { numbers: { squaredErrorAtMean }, curves: {} });
        }),
      ),
    ).outcome;
  assert.equal([outcome(200, 100), outcome(100, 200)], ['supported', 'contradicted']);
});

test.run();
