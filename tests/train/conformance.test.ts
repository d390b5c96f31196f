import * as assert from 'uvu/assert';
import { fill, stream } from '../../src/claims/random.js';
import { sizeOf } from '../../src/engine/graph/graph.js';
import { checkConformance } from '../../src/train/conformance.js';
import { firstCarried } from '../../src/train/first.js';
import { modelOf } from '../../src/train/model.js';
import { openRunner } from '../../src/train/open-runner.js';
import type { Runner } from '../../src/train/runner.js';
import { suite } from '../harness.js';
import { tiny } from './tiny.js';

const test = suite('conformance before training');

const OPTIONS = { engine: 'onnx-cpu', threads: 1, batchSize: 4, measures: {} } as const;

const CONV = { kind: 'conv', channels: [4, 8], latent: 4, activation: 'tanh' };
const NORMALISED = [
  [{ kind: 'resnet18', width: 4, latent: 4, activation: 'softplus' }, [8, 8, 3]],
  [{ kind: 'kumar-poole-mnist', width: 1 / 32, latent: 4, activation: 'softplus' }, [28, 28, 1]],
  [{ kind: 'kumar-poole-celeba', width: 1 / 128, latent: 4, activation: 'softplus' }, [64, 64, 3]],
] as const;

function setUp(objective: object, net: object = CONV, image: readonly [number, number, number] = [8, 8, 3]) {
  const model = modelOf(tiny({ objective, net }), image);
  const noise = model.objective.usesNoise
    ? { noise: fill(new Float32Array(16), 'normal', stream(1, 'n')) }
    : {};
  const x = fill(new Float32Array(4 * sizeOf(image)), 'uniform', stream(1, 'x'));
  return { model, carried: firstCarried(model, 3), batch: { x, ...noise } };
}

const OBJECTIVES = [
  { name: 'vae', rec: 'sum', beta: 0.1, variance: { fixed: 0.01 } },
  { name: 'samba', rec: 'mean', beta: 0.1, variance: { fixed: 0.01 } },
  { name: 'rae-loss-gradient', rec: 'sum', beta: 0.1, lambda: 0.3 },
];

/** An engine whose results are changed on their way out: the parameters, or the running statistics. */
const wrong =
  (change: (x: number) => number, prefix = 'param.'): typeof openRunner =>
  async (...args) => {
    const runner = await openRunner(...args);
    const before = args[1];
    return {
      ...runner,
      step: (batch, rate) => runner.step(batch, rate),
      evaluate: batch => runner.evaluate(batch),
      close: () => runner.close(),
      carried: () =>
        Object.fromEntries(
          Object.entries(runner.carried()).map(([name, values]) => [
            name,
            name.startsWith(prefix)
              ? values.map((x, i) => before[name]![i]! + change(x - before[name]![i]!))
              : values,
          ]),
        ),
    } satisfies Runner;
  };

for (const objective of OBJECTIVES)
  for (const activation of ['tanh', 'relu'])
    test(`${objective.name} with ${activation}: ONNX Runtime conforms`, async () => {
      const { model, carried, batch } = setUp(objective, { ...CONV, activation });
      const { found, explained } = await checkConformance(model, carried, batch, OPTIONS);
      assert.ok(found.loss <= explained.loss && found.gradient <= explained.gradient);
      if (activation === 'tanh')
        assert.ok(explained.gradient < 1e-3, `no room for TF32: ${explained.gradient}`);
    });

for (const [net, image] of NORMALISED)
  test(`${net.kind} with batch normalisation: ONNX Runtime conforms, in the running statistics too`, async () => {
    const { model, carried, batch } = setUp(OBJECTIVES[1]!, net, image);
    const { found, explained } = await checkConformance(model, carried, batch, OPTIONS);
    assert.ok(found.statistics > 0 && found.statistics <= explained.statistics);
    assert.ok(explained.statistics < 1e-4 && explained.gradient < 1e-2, JSON.stringify(explained));
  });

test('running statistics that do not move are stopped in one line', async () => {
  const { model, carried, batch } = setUp(OBJECTIVES[1]!, ...NORMALISED[0]);
  const still = wrong(() => 0, 'statistics.');
  await checkConformance(model, carried, batch, OPTIONS, still).then(
    () => assert.unreachable('it conformed'),
    error =>
      assert.match((error as Error).message, /^train: engine .*, got relative .* in the statistics [^\n]*$/),
  );
});

/** To ten bits, as TF32 multiplies. */
const tf32 = (x: number): number => {
  const exponent = 2 ** (Math.floor(Math.log2(Math.abs(x))) - 10);
  return x === 0 ? 0 : Math.round(x / exponent) * exponent;
};

for (const [name, change] of [
  ['ten-bit products', tf32],
  ['a gradient 0.1 % too long', (x: number): number => 1.001 * x],
  ['a gradient of the other sign', (x: number): number => -x],
] as const)
  test(`${name} are stopped in one line`, async () => {
    const { model, carried, batch } = setUp(OBJECTIVES[0]!);
    await checkConformance(model, carried, batch, OPTIONS, wrong(change)).then(
      () => assert.unreachable('it conformed'),
      error =>
        assert.match(
          (error as Error).message,
          /^train: engine onnx-cpu must compute what float64 does[^\n]*$/,
        ),
    );
  });

test.run();
