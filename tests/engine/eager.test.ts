/**
 * @file tfjs functions and their gradients: eagerly on tfjs's 'cpu' backend and traced into ONNX, against
 * float64.
 */
import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { runEager } from '../../src/engine/eager.js';
import { openOnnx } from '../../src/engine/onnx/session.js';
import { type Traceable, trace } from '../../src/engine/trace.js';
import { errorOf } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { Agreement, numbersOf } from './agreement.js';
import { gradientsOf } from './differencing.js';
import { type OpCase, realInputs, specsOf, valuesOf } from './op-table/case.js';
import { OP_TABLE, probe } from './op-table.js';
import { expectedOf, float32Inputs } from './rounding.js';

const test = suite('eager');

/** The case's value, and the gradients of a number made of it. */
const valueAndGradients = (opCase: OpCase): Traceable => {
  const gradients = gradientsOf(inputs => probe(opCase.fn(inputs)), realInputs(opCase));
  return inputs => ({ 'the value': opCase.fn(inputs), ...gradients(inputs) });
};

/** tfjs takes formula 7.1.26 of Abramowitz and Stegun, good to 1.5e-7. */
const TFJS_CPU = { Erf: { units: 4, absolute: true } } as const;

const titleOf = ({ kernel, note }: OpCase): string => `${kernel} ${note}`.trim();

test('tfjs functions on the cpu backend', async () => {
  const agreement = new Agreement();
  for (const opCase of OP_TABLE.filter(({ cpuIsWrong }) => cpuIsWrong === undefined)) {
    const [fn, specs, inputs] = [valueAndGradients(opCase), specsOf(opCase), float32Inputs(valuesOf(opCase))];
    const expected = expectedOf(trace(fn, specs), inputs, TFJS_CPU);
    agreement.check(titleOf(opCase), await runEager(fn, specs, inputs, 'cpu'), expected);
  }
  agreement.mustTell(0.98);
});

test('tfjs functions traced into ONNX', async () => {
  const agreement = new Agreement();
  for (const opCase of OP_TABLE) {
    const inputs = float32Inputs(valuesOf(opCase));
    const graph = trace(valueAndGradients(opCase), specsOf(opCase));
    const program = await openOnnx(graph, { threads: 1 });
    const outputs = Object.entries(await program.run(inputs)).map(
      ([name, y]) => [name, numbersOf(y)] as const,
    );
    await program.release();
    agreement.check(titleOf(opCase), Object.fromEntries(outputs), expectedOf(graph, inputs));
  }
  agreement.mustTell(0.98);
});

const double: Traceable = ({ x }) => ({ y: tf.mul(x!, 2) });
const SPECS = { x: { shape: [2] } };

const message = async (work: () => Promise<unknown>): Promise<string> => (await errorOf(work)).message;

test('the backend and the number of tensors are afterwards as before', async () => {
  tf.registerBackend('other', () => new tf.MathBackendCPU(), 0);
  tf.copyRegisteredKernels('cpu', 'other');
  await tf.setBackend('other');
  const count = tf.memory().numTensors;
  const { y } = await runEager(double, SPECS, { x: Float64Array.of(1, 2) }, 'cpu');
  assert.equal(y, Float32Array.of(2, 4));
  const failing: Traceable = () => {
    throw new Error(`in ${tf.getBackend()}`);
  };
  assert.is(await message(() => runEager(failing, SPECS, { x: Float64Array.of(1, 2) }, 'cpu')), 'in cpu');
  assert.equal([tf.getBackend(), tf.memory().numTensors], ['other', count]);
  await tf.setBackend('cpu');
  tf.removeBackend('other');
});

test('a backend that is not there and wrong inputs are refused in one line', async () => {
  const x = Float32Array.of(1, 2);
  assert.is(
    await message(() => runEager(double, SPECS, { x }, 'tensorflow')),
    "eager: the tfjs backend must be registered, got 'tensorflow' - import its package first",
  );
  assert.is(
    await message(() => runEager(double, SPECS, {}, 'cpu')),
    "eager: every input must be given, got none for 'x'",
  );
  assert.is(
    await message(() => runEager(double, SPECS, { x, z: x }, 'cpu')),
    "eager: there is no input 'z' - known are x",
  );
  assert.is(
    await message(() => runEager(double, SPECS, { x: Float32Array.of(1) }, 'cpu')),
    "eager: input 'x' of shape [2] must have 2 numbers, got 1",
  );
});

test.run();
