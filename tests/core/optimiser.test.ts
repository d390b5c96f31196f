import type * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { ADAM_SETTINGS, adam, momentumSgd, type Optimiser, sgd } from '../../src/core/optimiser.js';
import { suite } from '../harness.js';
import { close, compiled, draw, type Named, prefixed, scalarOf, sizeOf, values } from './support.js';

const SHAPES = { 'a.weight': [2, 3], 'a.bias': [2] };
const RATE = 0.07;

/** `steps` updates with the gradients of each step given. */
function train(optimiser: Optimiser, start: Named, gradientsOf: (step: number) => Named, steps: number) {
  const strip = (prefix: string, all: Record<string, tf.Tensor>): Record<string, tf.Tensor> =>
    Object.fromEntries(
      Object.entries(all)
        .filter(([n]) => n.startsWith(prefix))
        .map(([n, t]) => [n.slice(prefix.length), t]),
    );
  const shapes = optimiser.stateShapes(SHAPES);
  let state: Named = Object.fromEntries(
    Object.entries(shapes).map(([n, s]) => [`s.${n}`, values(s, new Float64Array(sizeOf(s)))]),
  );
  let params = start;
  const rate = scalarOf(RATE);
  const update = compiled(
    all => {
      const { params, state } = optimiser.update(
        strip('p.', all),
        strip('g.', all),
        strip('s.', all),
        all.rate!,
      );
      return { ...prefixed('p.', params), ...prefixed('s.', state) };
    },
    { ...params, ...gradientsOf(0), ...state, rate },
  );
  for (let step = 0; step < steps; step++) {
    const out = update({ ...params, ...gradientsOf(step), ...state, rate });
    const next = (old: Named): Named =>
      Object.fromEntries(Object.keys(old).map(n => [n, values(old[n]!.shape, out[n]!)]));
    [params, state] = [next(params), next(state)];
  }
  return { params, state };
}

const START: Named = Object.fromEntries(
  Object.entries(SHAPES).map(([n, s], i) => [`p.${n}`, draw(i + 1, s)]),
);
const GRADS = (step: number): Named =>
  Object.fromEntries(
    Object.entries(SHAPES).map(([n, s], i) => [`g.${n}`, draw(100 * step + i + 50, s, 10 ** -step)]),
  );

const test = suite('core/optimiser');

test('SGD', () => {
  const { params, state } = train(sgd, START, GRADS, 1);
  assert.equal(state, {});
  for (const name of Object.keys(SHAPES))
    close(
      params[`p.${name}`]!.values,
      START[`p.${name}`]!.values.map((x, i) => x - RATE * GRADS(0)[`g.${name}`]!.values[i]!),
      1e-15,
    );
});

test('SGD with momentum and weight decay against plain numbers, five steps', () => {
  const settings = { momentum: 0.9, decay: 5e-4 };
  const { params, state } = train(momentumSgd(settings), START, GRADS, 5);
  for (const name of Object.keys(SHAPES)) {
    const expected = START[`p.${name}`]!.values.slice();
    const v = new Float64Array(expected.length);
    for (let step = 0; step < 5; step++)
      GRADS(step)[`g.${name}`]!.values.forEach((g, i) => {
        v[i] = settings.momentum * v[i]! + g + settings.decay * expected[i]!;
        expected[i]! -= RATE * v[i]!;
      });
    close(params[`p.${name}`]!.values, expected, 1e-13, name);
    close(state[`s.v.${name}`]!.values, v, 1e-13, 'v');
  }
});

test('Adam against plain numbers, five steps', () => {
  const { params, state } = train(adam(), START, GRADS, 5);
  const { beta1, beta2, epsilon } = ADAM_SETTINGS;
  close(state['s.step']!.values, [5], 0, 'step');
  for (const name of Object.keys(SHAPES)) {
    const expected = START[`p.${name}`]!.values.slice();
    const [m, v] = [new Float64Array(expected.length), new Float64Array(expected.length)];
    for (let step = 0; step < 5; step++)
      GRADS(step)[`g.${name}`]!.values.forEach((g, i) => {
        m[i] = beta1 * m[i]! + (1 - beta1) * g;
        v[i] = beta2 * v[i]! + (1 - beta2) * g * g;
        const denominator = Math.sqrt(v[i]!) / Math.sqrt(1 - beta2 ** (step + 1)) + epsilon;
        expected[i]! -= ((RATE / (1 - beta1 ** (step + 1))) * m[i]!) / denominator;
      });
    close(params[`p.${name}`]!.values, expected, 1e-13, name);
    close(state[`s.m.${name}`]!.values, m, 1e-15, 'm');
    close(state[`s.v.${name}`]!.values, v, 1e-15, 'v');
  }
});

test('Adam moves by the rate at its first step, and stays finite at a gradient of zero', () => {
  const one = train(adam(), START, GRADS, 1).params['p.a.bias']!.values;
  one.forEach((x, i) => {
    const g = GRADS(0)['g.a.bias']!.values[i]!;
    close([START['p.a.bias']!.values[i]! - x], [RATE * Math.sign(g)], 1e-6);
  });
  const zero: Named = Object.fromEntries(
    Object.entries(SHAPES).map(([n, s]) => [`g.${n}`, values(s, new Float64Array(sizeOf(s)))]),
  );
  close(train(adam(), START, () => zero, 2).params['p.a.weight']!.values, START['p.a.weight']!.values, 0);
});

test.run();
