import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { liveNumbers } from '../../../src/engine/graph/liveness.js';
import { trace } from '../../../src/engine/trace.js';
import { memoryOfTraining, PROCESS_BYTES } from '../../../src/train/experiment/memory.js';
import { suite } from '../../harness.js';
import { tiny } from '../tiny.js';

const test = suite('memory of a run');

test('the numbers alive at once: a value lives to its last reader, an output to the end, inputs do not count', () => {
  const x = { x: { shape: [3, 4] } };
  const chain = trace(given => ({ y: tf.exp(tf.exp(tf.exp(given.x!))) }), x);
  assert.is(liveNumbers(chain), 24);
  const kept = trace(given => {
    const first = tf.exp(given.x!);
    return { y: tf.mul(tf.exp(tf.exp(first)), first) };
  }, x);
  assert.is(liveNumbers(kept), 36);
  const outputs = trace(given => ({ a: tf.exp(given.x!), b: tf.sum(given.x!), c: tf.sin(given.x!) }), x);
  assert.is(liveNumbers(outputs), 25);
});

test('grows with batch and width, is twice as much in doubles, and holds images and process', () => {
  const of = (changes: object, engine: 'onnx-cpu' | 'float64' = 'onnx-cpu', imageBytes = 0): number =>
    memoryOfTraining(tiny(changes), [8, 8, 3], { engine, imageBytes }) - PROCESS_BYTES;
  const plain = of({});
  assert.ok(plain > 0);
  const [some, twice, four] = [1000, 2000, 4000].map(batchSize => of({ batchSize })) as [
    number,
    number,
    number,
  ];
  const growth = (four - twice) / (twice - some);
  assert.ok(twice > 1.5 * some && growth > 1.99 && growth < 2.01, `${[some, twice, four]}`);
  assert.is(of({}, 'float64'), 2 * plain);
  assert.is(of({}, 'onnx-cpu', 1000), plain + 1000);
});

test.run();
