/** @file Runs on an engine of one's choice: doubles, and whatever is fastest. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { compileFloat64 } from '../../src/engine/float64/compile.js';
import type { Arrays } from '../../src/engine/program.js';
import { InputError } from '../../src/formats/input-error.js';
import { readSafetensors } from '../../src/formats/safetensors.js';
import { openData } from '../../src/train/data.js';
import { firstCarried } from '../../src/train/first.js';
import { graphOf, trainingStepOf } from '../../src/train/graphs.js';
import { modelOf } from '../../src/train/model.js';
import { sealed } from '../../src/train/own-files.js';
import { train } from '../../src/train/train.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { bits, optionsFor, RESNET, stopAfter, tiny } from './tiny.js';

const test = suite('train/engine');

const OBJECTIVE = { name: 'samba', rec: 'mean', beta: 0.01, variance: { fixed: 0.01 } };

const provenance = (folder: string) =>
  JSON.parse(readFileSync(join(folder, 'provenance.json'), 'utf8')) as Record<string, unknown>;

test('float64: the bits of the interpreter, kept as doubles, and the same ones when stopped on the way', () =>
  inFolder(async folder => {
    const config = tiny({ engine: 'float64', objective: OBJECTIVE, steps: 20 });
    const at = (name: string): string => join(folder, name);
    await train(config, optionsFor(at('whole')));
    await train(config, optionsFor(at('parts'), stopAfter(7)));
    await train(config, optionsFor(at('parts')));
    assert.equal(bits(at('parts')), bits(at('whole')));
    assert.is(provenance(at('whole')).engine, 'float64');

    const data = openData(config);
    const model = modelOf(config, data.images.shape);
    const program = compileFloat64(graphOf(trainingStepOf(model, config.batchSize)));
    const doubles = (all: Readonly<Record<string, ArrayLike<number>>>) =>
      Object.fromEntries(Object.entries(all).map(([name, of]) => [name, Float64Array.from(of)]));
    const start = firstCarried(model, config.seed);
    let state: Arrays = doubles(start);
    for (let step = 0; step < 20; step++) {
      const rate = Float64Array.of(config.optimiser.rate);
      const out = program.run({ ...state, ...doubles({ x: data.training(step) }), rate });
      state = Object.fromEntries(Object.keys(start).map(name => [name, out[name]!]));
    }
    const { tensors } = readSafetensors(join(at('whole'), 'checkpoint.safetensors'));
    assert.ok(Object.values(state).some(values => values.some(x => x !== Math.fround(x))));
    for (const [name, { dtype, data: values }] of tensors) {
      assert.is(dtype, 'F64');
      assert.equal(values, state[name], name);
    }
  }));

test('float64 with batch normalisation follows ONNX Runtime', () =>
  inFolder(async folder => {
    const changes = { ...RESNET, steps: 2 };
    const exact = await train(tiny({ ...changes, engine: 'float64' }), optionsFor(join(folder, 'exact')));
    const native = await train(tiny(changes), optionsFor(join(folder, 'native')));
    for (const [name, value] of Object.entries(exact.validation!.numbers)) {
      const error = Math.abs(native.validation!.numbers[name]! - value) / Math.abs(value);
      assert.ok(error > 0 && error < 1e-4, `${name}: ${error}`);
    }
  }));

test('auto: the engine is measured, told, written down and kept', () =>
  inFolder(async folder => {
    const notes: string[] = [];
    const config = tiny({ engine: 'auto', steps: 20 });
    const options = (more: object) => optionsFor(folder, { ...more, onNote: note => void notes.push(note) });
    await train(config, options(stopAfter(9)));
    const { engine, engineWhy } = provenance(folder);
    assert.match(notes.join('\n'), new RegExp(`engine ${engine}, the fastest: .*onnx-cpu takes`));
    assert.match(String(engineWhy), /onnx-cpu takes/);
    notes.length = 0;
    const { status } = await train(config, options({}));
    assert.is(status, 'complete');
    assert.not.match(notes.join('\n'), /fastest/);
    assert.is(provenance(folder).engine, engine);
    assert.is(provenance(folder).engineWhy, engineWhy);
  }));

test('auto goes on with the engine that the run began with', () =>
  inFolder(async folder => {
    const config = tiny({ engine: 'auto', steps: 20 });
    await train(config, optionsFor(folder, stopAfter(0))).catch(() => {});
    rewrite(folder, { engine: 'tfjs-cpu' });
    await train(config, optionsFor(folder, stopAfter(9)));
    assert.is(provenance(folder).engine, 'tfjs-cpu');
    rewrite(folder, { engine: 'abacus' });
    const error = await train(config, optionsFor(folder)).catch(thrown => thrown);
    assert.instance(error, InputError);
    assert.match(
      error.message,
      /^train: .*provenance\.json engine must be equal to one of the allowed values, got "abacus" - [^\n]*$/,
    );
  }));

/** The provenance with a change, as that of a run that has no checkpoint yet. */
function rewrite(folder: string, change: object): void {
  rmSync(join(folder, 'checkpoint.safetensors'), { force: true });
  if (!existsSync(join(folder, 'provenance.json'))) return;
  const { sha256: _, ...before } = provenance(folder);
  writeFileSync(join(folder, 'provenance.json'), JSON.stringify(sealed({ ...before, ...change })));
}

test.run();
