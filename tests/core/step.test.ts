import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { denseAutoencoder } from '../../src/core/net/dense.js';
import { makeSamba } from '../../src/core/objectives/samba/samba.js';
import { makeVae } from '../../src/core/objectives/vae/vae.js';
import { adam, sgd } from '../../src/core/optimiser.js';
import { evaluateWithGradient, trainingStep } from '../../src/core/step.js';
import { suite } from '../harness.js';
import {
  close,
  compiled,
  draw,
  drawParams,
  type Named,
  paramsOf,
  prefixed,
  run,
  scalarOf,
  sizeOf,
  values,
} from './support.js';

const NET = denseAutoencoder({
  encoder: [4, 5],
  latent: 2,
  decoder: [2, 5, 4],
  activation: 'tanh',
  output: 'identity',
});
const HYPER = { rec: 'sum', beta: 0.01, variance: { fixed: 0.01 } } as const;
const START: Named = { ...drawParams(1, NET.shapes), x: draw(2, [8, 4]) };

const test = suite('core/step');

test('one step of SGD is the parameters less rate times gradient', () => {
  const inputs = { ...START, rate: scalarOf(0.1) };
  const out = run(({ rate, x, ...all }) => {
    const params = paramsOf(all);
    const { grads } = evaluateWithGradient(makeSamba(), NET, params, { x: x! }, HYPER);
    const step = trainingStep(makeSamba(), NET, sgd, {
      params,
      state: {},
      inputs: { x: x! },
      rate: rate!,
      hyper: HYPER,
    });
    assert.equal(step.state, {});
    assert.equal(Object.keys(step.terms), ['reconstruction', 'kl']);
    return {
      loss: step.loss,
      zero: step.zeroDirections!,
      ...prefixed('new.', step.params),
      ...prefixed('grad.', grads),
    };
  }, inputs);
  for (const name of Object.keys(NET.shapes))
    close(
      out[`new.${name}`]!,
      START[`param.${name}`]!.values.map((w, i) => w - 0.1 * out[`grad.${name}`]![i]!),
      1e-15,
      name,
    );
  close(out.zero!, [0], 0);
});

test('Adam trains: state and parameters travel from step to step', () => {
  const optimiser = adam();
  const names = Object.keys(optimiser.stateShapes(NET.shapes));
  const rest = { x: START.x!, noise: draw(3, [8, 2]), rate: scalarOf(0.02) };
  let moving: Named = {
    ...drawParams(1, NET.shapes),
    ...Object.fromEntries(
      Object.entries(optimiser.stateShapes(NET.shapes)).map(([n, s]) => [
        `state.${n}`,
        values(s, new Float64Array(sizeOf(s))),
      ]),
    ),
  };
  const step = compiled(
    all => {
      const state = Object.fromEntries(names.map(name => [name, all[`state.${name}`]!]));
      const result = trainingStep(makeVae(), NET, optimiser, {
        params: paramsOf(all),
        state,
        inputs: { x: all.x!, noise: all.noise! },
        rate: all.rate!,
        hyper: HYPER,
      });
      assert.is(result.zeroDirections, undefined);
      return { loss: result.loss, ...prefixed('param.', result.params), ...prefixed('state.', result.state) };
    },
    { ...moving, ...rest },
  );
  const losses: number[] = [];
  for (let i = 0; i < 60; i++) {
    const { loss, ...next } = step({ ...moving, ...rest });
    losses.push(loss![0]!);
    moving = Object.fromEntries(Object.entries(next).map(([n, v]) => [n, values(moving[n]!.shape, v)]));
  }
  close(moving['state.step']!.values, [60], 0);
  assert.ok(losses.at(-1)! < losses[0]! / 2, `${losses[0]} -> ${losses.at(-1)}`);
});

test('a whole step runs eagerly on the cpu backend and leaves no tensors', async () => {
  const exact = run(
    all => ({ loss: makeSamba().evaluate(NET, paramsOf(all), { x: all.x! }, HYPER).loss }),
    START,
  );
  await tf.setBackend('cpu');
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const tensors = Object.fromEntries(
      Object.entries(START).map(([n, { shape, values }]) => [
        n,
        tf.tensor(Float32Array.from(values), [...shape]),
      ]),
    );
    const { loss } = trainingStep(makeSamba(), NET, sgd, {
      params: paramsOf(tensors),
      state: {},
      inputs: { x: tensors.x! },
      rate: tf.scalar(0.1),
      hyper: HYPER,
    });
    close([loss.dataSync()[0]!], exact.loss!, 1e-5);
  });
  assert.is(tf.memory().numTensors, before);
});

test.run();
