/**
 * @file The SAM family's classifier: its gradient by differences, its step where it is undefined, its errors.
 */
import * as assert from 'uvu/assert';
import { denseClassifier } from '../../src/core/classifier.js';
import { byParameter } from '../../src/core/objectives/sam/objective.js';
import { evaluate } from '../../src/vectors/evaluate.js';
import type { Problem } from '../../src/vectors/vector.js';
import { suite } from '../harness.js';
import { golden, problem } from './support.js';

const test = suite('vectors/classifier');

const withRadius = ({ model, given }: Problem, rho: number): Problem => ({
  model: { ...model, objective: { name: 'sam', rho } } as Problem['model'],
  given,
});

test('without a radius the direction is the gradient of the loss', () => {
  const question = withRadius(problem('sam', 0), 0);
  const grads = evaluate(question);
  const lossAt = (name: string, entry: number, t: number): number => {
    const { shape, data } = question.given[name]!;
    const moved = { shape, data: data.map((value, i) => (i === entry ? value + t : value)) };
    return evaluate({ ...question, given: { ...question.given, [name]: moved } }).loss![0]!;
  };
  for (const name of ['layers.0.weight', 'layers.0.bias']) {
    const h = 1e-4;
    const slope = (lossAt(`param.${name}`, 1, h) - lossAt(`param.${name}`, 1, -h)) / (2 * h);
    assert.ok(Math.abs(slope - grads[`grad.${name}`]![1]!) < 1e-7, name);
  }
});

test('the perturbed loss grows with the radius as the norm of the gradient says', () => {
  const question = problem('sam', 0);
  const at = (rho: number): number => evaluate(withRadius(question, rho)).loss![0]!;
  const norm = Math.hypot(
    ...Object.entries(evaluate(withRadius(question, 0))).flatMap(([name, data]) =>
      name === 'loss' ? [] : [...data],
    ),
  );
  const h = 1e-5;
  assert.ok(Math.abs((at(h) - at(-h)) / (2 * h) / norm - 1) < 1e-8);
});

test('without eta an entry without a gradient does not move', () => {
  const { model, given } = problem('fisher-sam', 0);
  const first = given['param.layers.0.weight']!;
  // inputs of zero leave the first weights without a gradient
  const x = { shape: given['input.x']!.shape, data: given['input.x']!.data.map(() => 0) };
  const question = {
    model: { ...model, objective: { name: 'fisher-sam', rho: 0.5, eta: 0 } } as Problem['model'],
    given: { ...given, 'input.x': x },
  };
  const outputs = evaluate(question);
  assert.ok(Object.values(outputs).every(data => data.every(Number.isFinite)));
  assert.ok(outputs['grad.layers.0.weight']!.every(value => value === 0));
  assert.is(first.data.length, outputs['grad.layers.0.weight']!.length);
});

test('a gradient of exactly zero gives a zero step', () => {
  for (const id of ['sam-zero-gradient', 'vsam-variance-zero']) {
    const { loss } = evaluate(golden(id));
    assert.ok(Number.isFinite(loss![0]!));
  }
});

test('a network needs layers, and inputs by parameter need all of them', () => {
  assert.throws(() => denseClassifier({ layers: [3], activation: 'tanh' }), /a classifier needs layers/);
  assert.throws(() => denseClassifier({ layers: [3, 0], activation: 'tanh' }), /positive integers/);
  const none = {} as never;
  assert.throws(() => byParameter({ x: none, targets: none }, 'noise', {}), /noise is required, got none/);
  assert.throws(
    () => byParameter({ x: none, targets: none, sigma2: {} }, 'sigma2', { w: none }),
    /sigma2 of "w" is missing/,
  );
});

test.run();
