import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Autoencoder } from '../../src/core/net/network.js';
import { resnetAutoencoder } from '../../src/core/net/resnet.js';
import {
  AUTOENCODER_OBJECTIVES,
  needsJacobian,
  type ObjectiveSpec,
  objectiveOf,
} from '../../src/core/objectives/list.js';
import { noiseShape } from '../../src/core/objectives/objective.js';
import { trace } from '../../src/engine/trace.js';
import { InputError, UnavailableError } from '../../src/formats/input-error.js';
import { configDigest, configJson, parseConfig, readConfig } from '../../src/train/config.js';
import { modelOf } from '../../src/train/model.js';
import { exampleOf } from '../core/example.js';
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

const RESNET18 = { kind: 'resnet18', width: 8, latent: 4, activation: 'relu', posterior: 'diagonal' };
const KUMAR_POOLE = { kind: 'kumar-poole-mnist', latent: 8 };

test('networks of the experiments, with their defaults', () => {
  const net = (changes: object) => tiny({ net: changes }).net;
  assert.equal(net(RESNET18), { ...RESNET18, output: 'identity' });
  assert.equal(net(KUMAR_POOLE), { ...KUMAR_POOLE, activation: 'elu', posterior: 'diagonal', width: 1 });
  assert.is(modelOf(tiny({ net: KUMAR_POOLE }), [28, 28, 1]).net.shapes['encoder.0.conv.weight']![0], 64);
  const blocks = { ...KUMAR_POOLE, posterior: 'cholesky', block: 2 };
  assert.equal(net(blocks), { ...blocks, activation: 'elu', width: 1 });
  // eight logarithms, and an entry for each of four blocks
  assert.is(modelOf(tiny({ net: blocks }), [28, 28, 1]).net.shapes['cholesky.bias']![0], 12);
  for (const wanted of [RESNET18, KUMAR_POOLE, blocks]) {
    const config = tiny({ net: wanted });
    assert.equal(parseConfig(configJson(config), 'again'), config);
  }
});

test('minus zero is zero: the same run has the same bits', () => {
  const config = tiny({ seed: -0, objective: { ...TINY.objective, beta: -0 } });
  assert.ok(Object.is(config.seed, 0));
  assert.equal(config.objective.name === 'vae' && Object.is(config.objective.beta, 0), true);
});

test('networks that do not fit the images or the batch', async () => {
  const refused = async (changes: object, image: readonly [number, number, number], message: RegExp) => {
    const error = await errorOf(() => modelOf(tiny(changes), image));
    assert.instance(error, InputError);
    assert.match(error.message, message);
  };
  await refused(
    { net: RESNET18 },
    [28, 28, 1],
    /resnet18 must have images whose height and width are divisible by 8, got 28x28 - /,
  );
  await refused(
    { net: KUMAR_POOLE },
    [28, 28, 3],
    /kumar-poole-mnist must have images of 28x28x1, got 28x28x3 - /,
  );
  await refused(
    { net: { ...KUMAR_POOLE, kind: 'kumar-poole-celeba', width: 1 / 128 } },
    [128, 128, 3],
    /kumar-poole-celeba must have images of 64x64x3, got 128x128x3 - /,
  );
  await refused(
    { net: RESNET18, batchSize: 1 },
    [32, 32, 3],
    /batchSize must be at least 2 for resnet18, got 1 - /,
  );
});

test('exactly the objectives that decode a tiled batch are kept from batch normalisation', () => {
  const net = resnetAutoencoder({
    width: 1,
    latent: 3,
    activation: 'softplus',
    image: [8, 8, 1],
    posterior: 'diagonal',
  });
  for (const { name, hyper } of AUTOENCODER_OBJECTIVES) {
    const batches = new Set<number>();
    const watched: Autoencoder = {
      ...net,
      decode(params, z) {
        batches.add(z.shape[0]!);
        return net.decode(params, z);
      },
    };
    const objective = objectiveOf({ ...exampleOf(hyper), name } as unknown as ObjectiveSpec);
    const whole = objective.extend?.(watched) ?? watched;
    const specs = Object.entries(whole.shapes).map(([key, shape]) => [key, { shape }] as const);
    trace(
      ({ x, noise, ...params }) => ({
        loss: objective.evaluate(whole, params, { x: x!, noise: noise! }, undefined).loss,
      }),
      {
        ...Object.fromEntries(specs),
        x: { shape: [2, 8, 8, 1] },
        noise: { shape: [2, ...noiseShape(objective, whole)] },
      },
    );
    assert.is(needsJacobian({ name }), !batches.has(2) || batches.size > 1, `${name}: ${[...batches]}`);
  }
});

test('every objective can be configured', () => {
  const listed = readFileSync(new URL('../../../docs/training.md', import.meta.url), 'utf8');
  for (const { name, hyper } of AUTOENCODER_OBJECTIVES) {
    assert.ok(listed.includes(`\`${name}\``), `docs/training.md: ${name}`);
    const objective = { name, ...exampleOf(hyper) };
    const net = { ...TINY.net, output: 'identity' };
    assert.equal(tiny({ objective, net }).objective, objective);
  }
});

const WRONG: readonly (readonly [object, string])[] = [
  [{ threads: 1000 }, 'threads must be at most 256 (more would only wait for each other), got 1000'],
  [{ threads: 9e15 }, 'threads must be at most 256'],
  [{ steps: 1e18 }, 'steps must be a positive integer, got 1000000000000000000'],
  [{ steps: 9e15 }, 'steps must be at most 10000000000 (at a millisecond a step, four months)'],
  [{ steps: undefined, epochs: Number.POSITIVE_INFINITY }, 'epochs must be a positive integer, got Infinity'],
  [{ seed: 2 ** 53 }, 'seed must be a non-negative integer, got 9007199254740992'],
  [{ data: { kind: 'generated', count: 5e9 } }, 'data.count must be at most 10000000 (their order is held'],
  [{ data: { kind: 'generated', size: 1e5 } }, 'data.size must be at most 4096'],
  [{ data: { kind: 'generated', count: -0 } }, 'data.count must be a positive integer, got 0'],
  [{ data: { kind: 'mnist', folder: 'a\0b' } }, 'data.folder must be a path, which holds no NUL, got "a'],
  [{ net: { ...TINY.net, hidden: new Array(300).fill(4) } }, 'net.hidden must be at most 100 sizes'],
  ...[1e308, Number.POSITIVE_INFINITY, 1e-300].map(
    beta =>
      [
        { objective: { ...TINY.objective, beta } },
        `objective.beta must be 0 or from 1e-18 to 1000000000000 (so that float32 holds its square), got ${beta}`,
      ] as const,
  ),
  [
    { objective: { ...TINY.objective, beta: Number.NaN } },
    'objective.beta must be a non-negative number, got NaN',
  ],
  [{ optimiser: { name: 'sgd', rate: 1e-300 } }, 'optimiser.rate must be from 1e-18 to 1000000000000'],
  [
    { optimiser: { name: 'adam', rate: 1, beta2: 1 - 1e-10 } },
    'optimiser.beta2 must be below 1 in float32 too',
  ],
  [{ ['__proto__']: {} }, '__proto__ is not a known key'],
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
    { net: { ...RESNET18, hidden: [3] } },
    'net.hidden is not a known key; known are kind, latent, activation, posterior, output, width',
  ],
  [{ net: { ...RESNET18, kind: 'resnet' } }, 'got "resnet" - did you mean "resnet18"?'],
  [
    { objective: { name: 'beta-vae-bernoulli', beta: 1, variance: 'learned' } },
    'net.output must be identity, got "sigmoid" - beta-vae-bernoulli takes the decoder\'s outputs as logits',
  ],
  [
    { objective: { name: 'beta-vae-bernoulli', beta: 1, variance: 'learned' }, net: KUMAR_POOLE },
    'net.kind must be a network that can end in logits (dense, conv, resnet18), got "kumar-poole-mnist"',
  ],
  [
    { objective: { name: 'grae-sampled', beta: 1, columns: 5 } },
    'net.latent must be at least objective.columns = 5, got 4 - for all columns use grae-hadamard',
  ],
  [{ net: { ...RESNET18, width: 0.5 } }, 'net.width must be a positive integer, got 0.5'],
  [{ net: { ...KUMAR_POOLE, output: 'identity' } }, 'net.output is not a known key'],
  [
    { net: { ...KUMAR_POOLE, block: 2 } },
    'net.block must divide the latents of a network with posterior "cholesky", got 2 for 8 latents and posterior "diagonal"',
  ],
  [
    { net: { ...KUMAR_POOLE, posterior: 'cholesky', block: 3 } },
    'net.block must divide the latents of a network with posterior "cholesky", got 3 for 8 latents and posterior "cholesky"',
  ],
  [
    { net: { ...KUMAR_POOLE, width: 1 / 128 } },
    'net.width must be a positive multiple of 1/64, got 0.0078125',
  ],
  ...(['rae-jacobian', 'beta-vae-taylor', 'grae', 'grae-hadamard'] as const).map(
    name =>
      [
        {
          objective: {
            name,
            beta: 1,
            ...(name === 'rae-jacobian' && { rec: 'sum', lambda: 1, power: 2 }),
            ...(name === 'beta-vae-taylor' && { variance: { fixed: 0.1 } }),
          },
          net: RESNET18,
        },
        `train: net.kind must be a network without batch normalisation (dense, conv), got "resnet18" - ${name} needs the ` +
          "decoder's Jacobian, which batch statistics make depend on the whole batch (KP-29)",
      ] as const,
  ),
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
