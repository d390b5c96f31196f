/** @file Objectives that ask something of the network or of the run, trained from a configuration. */
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { type MetricsLine, readMetrics } from '../../src/train/metrics.js';
import { train } from '../../src/train/train.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { optionsFor, stopAfter, TINY, tiny } from './tiny.js';

const test = suite('train/objectives');

type Validation = Extract<MetricsLine, { kind: 'validation' }>;

/** The validations of a run of 100 steps, stopped and taken up on its way. */
const validations = (objective: object, net: object = {}): Promise<readonly Validation[]> =>
  inFolder(async folder => {
    const path = join(folder, 'run');
    const config = tiny({ objective, net: { ...TINY.net, ...net }, steps: 100 });
    await train(config, optionsFor(path, stopAfter(30)));
    const { status } = await train(config, optionsFor(path));
    assert.is(status, 'complete');
    return [...readMetrics(join(path, 'metrics.jsonl'))].filter(line => line.kind === 'validation');
  });

const falls = (lines: readonly Validation[], of: string): void => {
  const [first, last] = [lines[0]!.numbers[of]!, lines.at(-1)!.numbers[of]!];
  assert.ok(lines.length > 2 && last < first, `${of}: ${first} -> ${last}`);
};

test('a learned observation variance is a parameter of the run, and falls from 1 as the fit improves', async () => {
  const lines = await validations({ name: 'gamma-vae-learned', variance: 'learned' });
  falls(lines, 'loss');
  falls(lines, 'term.gamma');
  assert.ok(lines[0]!.numbers['term.gamma']! < 1);
});

test('the observation variance in closed form is the mean squared error of an entry', async () => {
  const lines = await validations({ name: 'gamma-vae-closed', variance: { fixed: 0.01 } });
  falls(lines, 'loss');
  const { numbers } = lines.at(-1)!;
  const expected = numbers['term.reconstruction']! / (8 * 8 * 3);
  assert.ok(Math.abs(numbers['term.gamma']! / expected - 1) < 1e-5, JSON.stringify(numbers));
});

test('with Bernoulli observations the decoder gives logits, and measures see the images', async () => {
  for (const name of ['beta-vae-bernoulli', 'beta-vae-taylor-bernoulli']) {
    const lines = await validations({ name, beta: 0.1, variance: 'learned' }, { output: 'identity' });
    falls(lines, 'loss');
    falls(lines, 'measure.squaredErrorAtMean');
    // images in [0, 1] at probabilities of about 1/2, where the untrained logits are about 0
    assert.ok(lines[0]!.numbers['measure.squaredErrorAtMean']! < (8 * 8 * 3) / 4);
  }
});

test('GRAE with sampled columns', async () => {
  falls(await validations({ name: 'grae-sampled', beta: 0.1, columns: 2 }), 'term.reconstruction');
});

test.run();
