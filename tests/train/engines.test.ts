/** @file Sessions of a run: one for each size of batch. */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { bySize, type Holder } from '../../src/train/engines/holder.js';
import { openHolder } from '../../src/train/engines/open.js';
import { errorOf } from '../formats/temporary.js';
import { suite } from '../harness.js';

const test = suite('sessions of a run');

const stageOf = (size: number) => ({
  specs: { w: { shape: [2] }, x: { shape: [size, 2] } },
  fn: ({ w, x }: Record<string, tf.Tensor>) => ({ y: tf.sum(tf.mul(w!, x!)) }),
});

test('a size that was seen is never opened again, not even while it is being opened', async () => {
  const holder = await openHolder({ w: [1, 2] }, { w: [2] }, { engine: 'onnx-cpu', threads: 1 });
  const opened: number[] = [];
  const counted: Pick<Holder, 'open'> = {
    open(stage) {
      opened.push(stage.specs.x!.shape[0]!);
      return holder.open(stage);
    },
  };
  const runFor = bySize(counted, stageOf);
  const sum = async (size: number) => {
    const run = await runFor(size);
    return (await run({ x: new Float32Array(2 * size).fill(1) })).y![0];
  };
  // two validations at once, each with a last, smaller batch
  assert.equal(await Promise.all([4, 4, 3, 4, 4, 3].map(sum)), [12, 12, 9, 12, 12, 9]);
  assert.equal(opened, [4, 3]);
  await holder.close();
});

test('what could not be opened is tried again', async () => {
  let tries = 0;
  const runFor = bySize(
    {
      async open() {
        if (++tries === 1) throw new Error('no memory');
        return async () => ({});
      },
    },
    stageOf,
  );
  assert.is((await errorOf(() => runFor(4))).message, 'no memory');
  await runFor(4);
  await runFor(4);
  assert.is(tries, 2);
});

test('what a stage gives under the name of what is held replaces it, written over it or beside it', async () => {
  const start = { w: [1, 2], v: [3, 4] };
  const holder = await openHolder(start, { w: [2], v: [2] }, { engine: 'onnx-cpu', threads: 1 });
  // v is read by the new w, which comes after: only w is written over
  const run = await holder.open({
    specs: { w: { shape: [2] }, v: { shape: [2] }, x: { shape: [2] } },
    fn: ({ w, v, x }) => ({
      v: tf
        .matMul(tf.reshape(v!, [1, 2]), tf.eye(2))
        .reshape([2])
        .add(x!),
      w: tf.add(w!, v!),
    }),
  });
  const one = { x: Float32Array.of(1, 1) };
  await run(one);
  await run(one);
  const held = holder.held();
  assert.equal([...held.v!], [5, 6]);
  assert.equal([...held.w!], [1 + 3 + 4, 2 + 4 + 5]);
  assert.equal(start, { w: [1, 2], v: [3, 4] });
  await holder.close();
});

test.run();
