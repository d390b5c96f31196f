/** @file The choice of the fastest engine, and why that one. */
import * as assert from 'uvu/assert';
import type { EngineName } from '../../src/engine/engines/measure.js';
import type { EngineStatus } from '../../src/engine/engines.js';
import { fastestEngine, fastestOf } from '../../src/engine/fastest.js';
import { suite } from '../harness.js';

const test = suite('engine/fastest');

const here = (name: EngineName, milliseconds: number, precision = 1e-7): EngineStatus => ({
  name,
  available: true,
  version: '1',
  threads: 2,
  precision,
  milliseconds,
});
const absent = (name: EngineName): EngineStatus => ({
  name,
  available: false,
  why: 'no GPU',
  todo: 'buy one',
});

test('the fastest one, with the times of all', () => {
  const { engine, why } = fastestOf([here('cuda', 2), absent('webgpu'), here('onnx-cpu', 30)]);
  assert.is(engine, 'cuda');
  assert.is(
    why,
    'cuda takes 2.00 ms for a reference step, webgpu is absent (no GPU), onnx-cpu takes 30.0 ms for ' +
      'a reference step',
  );
});

test('a GPU that is no faster than the CPU, as one in software, is not taken', () => {
  assert.is(fastestOf([here('webgpu', 900), here('onnx-cpu', 30)]).engine, 'onnx-cpu');
  assert.is(fastestOf([here('webgpu', 28), here('onnx-cpu', 30)]).engine, 'onnx-cpu');
  assert.is(fastestOf([here('webgpu', 20), here('onnx-cpu', 30)]).engine, 'webgpu');
});

test('an engine that computes with ten bits is not taken, and the line says so', () => {
  const { engine, why } = fastestOf([here('cuda', 2, 4e-4), here('onnx-cpu', 30)]);
  assert.is(engine, 'onnx-cpu');
  assert.match(why, /cuda is imprecise \(4\.0e-4\)/);
});

test('of this machine: an engine that is there, and a word on every candidate', async () => {
  const { engine, why } = await fastestEngine();
  assert.ok(['cuda', 'webgpu', 'tfjs-node-gpu', 'onnx-cpu'].includes(engine));
  for (const name of ['cuda', 'webgpu', 'tfjs-node-gpu', 'onnx-cpu'])
    assert.match(why, new RegExp(`${name} `));
  assert.match(why, /onnx-cpu takes [\d.]+ ms/);
  assert.not.match(why, /\n/);
});

test.run();
