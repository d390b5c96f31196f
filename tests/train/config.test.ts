import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { OBJECTIVES } from '../../src/core/objectives/table.js';
import { InputError, UnavailableError } from '../../src/formats/input-error.js';
import { configDigest, configJson, parseConfig, readConfig } from '../../src/train/config.js';
import { errorOf, inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { TINY, tiny } from './tiny.js';

const test = suite('train configuration');

test('defaults are filled in, and what is read can be written and read again', async () => {
  const { threads: _, checkpointEvery: __, logEvery: ___, validation: ____, seed: _____, ...least } = TINY;
  assert.match(
    (await errorOf(() => parseConfig(least, 'c.json'))).message,
    /epochs or steps must be given, got neither/,
  );
  const config = parseConfig({ ...least, epochs: 3 }, 'c.json');
  assert.is(config.seed, 0);
  assert.is(config.engine, 'onnx-cpu');
  assert.equal(config.validation, { fraction: 0.1 });
  assert.is(config.net.posterior, 'diagonal');
  assert.equal(parseConfig(configJson(config), 'again'), config);
  assert.is(configDigest(parseConfig(configJson(config), 'again')), configDigest(config));
});

test('every objective can be configured', () => {
  const all = {
    rec: 'mean',
    beta: 1,
    lambda: 0.5,
    power: 2,
    variance: { fixed: 0.1 },
    klCoeff: 0.1,
    alpha2: 0.01,
    gamma: 1,
  };
  const keys: Readonly<Record<string, readonly (keyof typeof all)[]>> = {
    vae: ['rec', 'beta', 'variance'],
    samba: ['rec', 'beta', 'variance'],
    'rae-loss-gradient': ['rec', 'beta', 'lambda'],
    'rae-jacobian': ['rec', 'beta', 'lambda', 'power'],
    'rae-l2': ['rec', 'beta', 'lambda'],
    'rae-ghosh-code': ['rec', 'beta', 'lambda'],
    'rae-pythae': ['rec', 'beta', 'lambda'],
    rae: ['rec', 'beta'],
    'beta-vae': ['beta', 'variance'],
    'beta-vae-taylor': ['beta', 'variance'],
    grae: ['beta'],
    'grae-hadamard': ['beta'],
    'gamma-vae': ['gamma', 'variance'],
    'vae-sam-samba': ['klCoeff', 'alpha2'],
    'vae-sam-rae': ['klCoeff', 'alpha2'],
  };
  assert.equal(Object.keys(keys), Object.keys(OBJECTIVES));
  for (const [name, wanted] of Object.entries(keys)) {
    const objective = { name, ...Object.fromEntries(wanted.map(key => [key, all[key]])) };
    assert.equal(tiny({ objective }).objective, objective);
  }
});

const WRONG: readonly (readonly [object, string])[] = [
  [{ batchSize: -4 }, 'train: batchSize must be a positive integer, got -4 (tiny.json)'],
  [{ batchSize: undefined }, 'train: batchSize must be a positive integer, got nothing (tiny.json)'],
  [{ batchsize: 4 }, 'train: batchsize is not a known key - did you mean "batchSize"? (tiny.json)'],
  [{ objective: { ...TINY.objective, name: 'sambo' } }, 'got "sambo" - did you mean "samba"? (tiny.json)'],
  [
    { objective: { ...TINY.objective, beta: -1 } },
    'train: objective.beta must be a non-negative number, got -1',
  ],
  [{ objective: { ...TINY.objective, gamma: 1 } }, 'train: objective.gamma is not a known key'],
  [
    { objective: { ...TINY.objective, variance: { fixed: 0 } } },
    'objective.variance.fixed must be a positive number, got 0',
  ],
  [
    { objective: { ...TINY.objective, variance: 'lerned' } },
    'objective.variance must be an object, got "lerned"',
  ],
  [{ objective: [] }, 'train: objective must be an object, got []'],
  [
    { net: { ...TINY.net, hidden: [] } },
    'net.hidden must be a list of one or more positive integers, got []',
  ],
  [
    { net: { ...TINY.net, posterior: 'none' } },
    'net.posterior must be diagonal or cholesky, got "none" - vae learns',
  ],
  [
    { net: { ...TINY.net, kind: 'conv' } },
    'net.channels must be a list of one or more positive integers, got nothing',
  ],
  [
    { data: { kind: 'cifar' } },
    'data.kind must be one of cifar10, cifar100, mnist, generated, got "cifar" - did you mean',
  ],
  [{ data: { kind: 'cifar10', folder: 3 } }, 'data.folder must be a non-empty text, got 3'],
  [{ epochs: 2, steps: 2 }, 'train: epochs or steps must be given, got both'],
  [{ steps: 0 }, 'train: steps must be a positive integer, got 0'],
  [{ validation: { fraction: 1 } }, 'validation.fraction must be a number of at least 0 and below 1, got 1'],
  [{ seed: 1.5 }, 'train: seed must be a non-negative integer, got 1.5'],
  [{ optimiser: { name: 'sgd', rate: 1, beta1: 0.9 } }, 'optimiser.beta1 is not a known key'],
];

for (const [changes, message] of WRONG)
  test(`refuses ${JSON.stringify(changes)}`, async () => {
    const error = await errorOf(() => tiny(changes));
    assert.instance(error, InputError);
    assert.ok(error.message.includes(message), error.message);
  });

test('the way to the data is no part of what a run is; all else is', () => {
  const cifar = (folder: string) => tiny({ data: { kind: 'cifar10', folder } });
  assert.is(configDigest(cifar('a')), configDigest(cifar('b')));
  assert.is.not(configDigest(tiny()), configDigest(tiny({ seed: 8 })));
});

test('files: missing, no JSON, a key twice', () =>
  inFolder(async folder => {
    const path = join(folder, 'c.json');
    assert.instance(await errorOf(() => readConfig(path)), UnavailableError);
    writeFileSync(path, '{"seed":1,"seed":2}');
    const error = await errorOf(() => readConfig(path));
    assert.instance(error, InputError);
    assert.match(error.message, /c.json: keys must be distinct, got "seed" twice/);
    writeFileSync(path, JSON.stringify({ ...TINY, steps: 60 }));
    assert.equal(readConfig(path), tiny());
  }));

test.run();
