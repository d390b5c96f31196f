/** @file `flatcheck trace`: what a training step consists of, and its program. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../harness.js';
import { RESNET, TINY } from '../train/tiny.js';
import type { Ended } from './captured.js';
import { emptyFolder, flatcheck, oneLine } from './run.js';

const test = suite('trace command');

function traced(changes: object, ...flags: readonly string[]): Promise<Ended> {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'tiny.json'), JSON.stringify({ ...TINY, steps: 4, ...changes }));
  return flatcheck(['trace', 'tiny.json', ...flags], folder);
}

const shaOf = (text: string): string | undefined => /^sha256 ([0-9a-f]{64})$/m.exec(text)?.[1];

test('the summary agrees with the program: counts, inputs, outputs, peak, digest of what is printed', async () => {
  const { status, stdout, stderr } = await traced({}, '--print');
  assert.equal([status, stderr], [0, '']);
  const [summary, program] = stdout.split('\n\n') as [string, string];
  assert.match(summary, /^training step of vae on batches of 16\n/);
  const nodes = program.split('\n').filter(line => line.startsWith('%'));
  assert.match(summary, new RegExp(`^${nodes.length} nodes$`, 'm'));
  const products = nodes.filter(line => / = MatMul\(/.test(line)).length;
  assert.match(summary, new RegExp(`^  MatMul +${products}$`, 'm'));
  const inputs = nodes.filter(line => / = Input\(/.test(line));
  assert.match(summary, new RegExp(`^${inputs.length} inputs$`, 'm'));
  assert.ok(inputs.some(line => line.endsWith(' = Input(x) : float[16, 192]')));
  assert.match(summary, /^ {2}x: float\[16, 192\]$/m);
  const outputs = program.split('\n').filter(line => line.startsWith('output '));
  assert.match(summary, new RegExp(`^${outputs.length} outputs$`, 'm'));
  assert.match(summary, /^peak memory: \d+ numbers beside \d+ of inputs, at %\d+ = /m);
  assert.is(shaOf(summary), createHash('sha256').update(program).digest('hex'));
});

test('the program is that of the step: the same again, another for another objective or optimiser', async () => {
  const digests: (string | undefined)[] = [];
  for (const changes of [
    {},
    {},
    { batchSize: 8 },
    { optimiser: { name: 'sgd', rate: 1e-3 } },
    { ...RESNET, net: { ...RESNET.net, width: 1 } },
  ]) {
    const { status, stdout, stderr } = await traced(changes);
    assert.is(status, 0, stderr);
    assert.not.match(stdout, /^%/m);
    digests.push(shaOf(stdout));
  }
  assert.is(digests[0], digests[1]);
  assert.is(new Set(digests).size, 4);
  assert.not.ok(digests.includes(undefined));
});

test('no data are needed: only their shapes are', async () => {
  const { status, stdout } = await traced({ data: { kind: 'mnist' } });
  assert.is(status, 0);
  assert.match(stdout, /^ {2}x: float\[16, 784\]$/m);
  assert.match((await traced({ data: { kind: 'cifar100' } })).stdout, /^ {2}x: float\[16, 3072\]$/m);
});

test('mistakes are one line: no file, a missing one, a wrong configuration, an unknown flag', async () => {
  for (const [ended, status, part] of [
    [await flatcheck(['trace']), 2, /trace: give a configuration file/],
    [await flatcheck(['trace', 'nowhere.json']), 4, /nowhere\.json/],
    [await flatcheck(['trace', 'a.json', 'b.json']), 2, /takes at most 1 arguments, got 'b\.json'/],
    [await traced({ batchSize: -4 }), 2, /batchSize must be a positive integer, got -4/],
    [await traced({}, '--engine', 'float64'), 2, /Unknown option '--engine'/],
  ] as const) {
    assert.is(ended.status, status, ended.stderr);
    assert.match(ended.stderr, part);
    assert.ok(oneLine(ended), ended.stderr);
    assert.is(ended.stdout, '');
  }
});

test.run();
