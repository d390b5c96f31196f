/**
 * @file Runs of networks with batch normalisation: running statistics from step to step, in checkpoints and
 * in validation.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { fill, stream } from '../../src/claims/random.js';
import { firstStatistic } from '../../src/core/net/running.js';
import { compileFloat64 } from '../../src/engine/float64/compile.js';
import { readSafetensors } from '../../src/formats/safetensors.js';
import { openData } from '../../src/train/data.js';
import { firstCarried } from '../../src/train/first.js';
import {
  carriedShapes,
  evaluation,
  graphOf,
  squaredErrorAtMean,
  trainingStepOf,
} from '../../src/train/graphs.js';
import { modelOf } from '../../src/train/model.js';
import { openRunner } from '../../src/train/open-runner.js';
import type { TrainResult } from '../../src/train/result.js';
import { train } from '../../src/train/train.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { bits, optionsFor, RESNET, stopAfter, tiny } from './tiny.js';

const test = suite('train with batch normalisation');

const resnet = (changes: object = {}) => tiny({ ...RESNET, steps: 6, ...changes });

type Floats = Readonly<Record<string, Float32Array | Float64Array>>;

/** What a checkpoint of a run holds. */
const carriedIn = (folder: string): Floats =>
  Object.fromEntries(
    [...readSafetensors(join(folder, 'checkpoint.safetensors')).tensors].map(([name, { data }]) => [
      name,
      data as Float32Array,
    ]),
  );

const doubles = (floats: Floats): Record<string, Float64Array> =>
  Object.fromEntries(Object.entries(floats).map(([name, values]) => [name, Float64Array.from(values)]));

let shared: Promise<{ readonly folder: string; readonly result: TrainResult }> | undefined;

/** One run for the tests that only look at it. */
function wholeRun() {
  shared ??= (async () => {
    const folder = mkdtempSync(join(tmpdir(), 'flatcheck-test-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    return { folder, result: await train(resnet(), optionsFor(folder)) };
  })();
  return shared;
}

const relative = (a: number, b: number): number => Math.abs(a - b) / Math.abs(b);

test('statistics begin fresh, move with every step, and are resumed bit for bit', () =>
  inFolder(async folder => {
    const config = resnet();
    const model = modelOf(config, [16, 16, 3]);
    const first = firstCarried(model, config.seed);
    const { folder: whole } = await wholeRun();
    const last = carriedIn(whole);
    assert.equal(Object.keys(last).sort(), Object.keys(carriedShapes(model)).sort());
    const names = Object.keys(last).filter(name => name.startsWith('statistics.'));
    assert.is(names.length, 78);
    for (const name of names) {
      assert.ok(
        first[name]!.every(value => value === firstStatistic(name)),
        name,
      );
      assert.ok(
        last[name]!.every((value, i) => value !== first[name]![i]),
        name,
      );
    }
    const parts = join(folder, 'parts');
    await train(config, optionsFor(parts, stopAfter(4)));
    await train(config, optionsFor(parts));
    assert.equal(bits(parts), bits(whole));
  }));

test('validation has the running statistics, as float64 has them, and not those of its batches', async () => {
  const config = resnet();
  const { folder, result } = await wholeRun();
  const data = openData(config);
  const model = modelOf(config, data.images.shape);
  const records = data.counts.validation;
  const network = Object.fromEntries(
    Object.entries(doubles(carriedIn(folder))).filter(([name]) => !name.startsWith('state.')),
  );
  const x = Float64Array.from(data.validation(0, records));
  const measures = { squaredErrorAtMean };
  const exact = compileFloat64(graphOf(evaluation(model, records, measures))).run({ ...network, x });
  const { normalised: _, ...inTraining } = model.net;
  const byBatch = compileFloat64(graphOf(evaluation({ ...model, net: inTraining }, records, measures)));
  const params = Object.fromEntries(Object.entries(network).filter(([name]) => name.startsWith('param.')));
  const other = byBatch.run({ ...params, x });
  const got = result.validation!.numbers;
  assert.equal(Object.keys(got).sort(), Object.keys(exact).sort());
  for (const [name, [value]] of Object.entries(exact))
    assert.ok(relative(got[name]!, value!) < 1e-5, `${name}: ${got[name]} against ${value}`);
  for (const name of ['loss', 'measure.squaredErrorAtMean'])
    assert.ok(relative(got[name]!, other[name]![0]!) > 1e-2, `${name}: ${got[name]} as of the batch`);
});

for (const objective of [
  { name: 'samba', rec: 'mean', beta: 0.1, variance: { fixed: 0.01 } },
  { name: 'rae-loss-gradient', rec: 'mean', beta: 0.1, lambda: 0.3 },
])
  test(`${objective.name} at width 4: 20 steps follow float64 to 1e-4`, async () => {
    const config = resnet({ objective, net: { ...RESNET.net, width: 4 } });
    const data = openData(config);
    const model = modelOf(config, data.images.shape);
    const start = firstCarried(model, config.seed);
    const { batchSize } = config;
    const runner = await openRunner(model, start, {
      engine: 'onnx-cpu',
      batchSize,
      threads: 1,
      measures: {},
    });
    const exact = compileFloat64(graphOf(trainingStepOf(model, batchSize)));
    const { rate } = config.optimiser;
    let state = doubles(start);
    for (let step = 0; step < 20; step++) {
      const noise = fill(new Float32Array(batchSize * model.net.latent), 'normal', stream(1, 'noise', step));
      const batch = { x: data.training(step), ...(model.objective.usesNoise && { noise }) };
      const { loss } = await runner.step(batch, rate);
      const outputs = exact.run({ ...state, ...doubles(batch), rate: Float64Array.of(rate) });
      const error = relative(loss!, outputs.loss![0]!);
      assert.ok(error < 1e-4, `step ${step + 1}: ${loss} against ${outputs.loss![0]}`);
      state = Object.fromEntries(Object.keys(start).map(name => [name, outputs[name]!]));
    }
    await runner.close();
  });

test('on a tfjs backend: the same numbers to rounding, and no tensor left behind', () =>
  inFolder(async folder => {
    const changes = { net: { ...RESNET.net, width: 1 }, data: { ...RESNET.data, size: 8 }, steps: 3 };
    const memory = tf.memory().numTensors;
    const whole = await train(resnet({ ...changes, engine: 'tfjs-cpu' }), optionsFor(join(folder, 'tfjs')));
    assert.is(tf.memory().numTensors, memory);
    const native = await train(resnet(changes), optionsFor(join(folder, 'native')));
    for (const [name, value] of Object.entries(native.validation!.numbers))
      assert.ok(relative(whole.validation!.numbers[name]!, value) < 1e-4, name);
  }));

test.run();
