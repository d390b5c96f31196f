/** @file The known mistakes: each shows, and none looks like another on all questions. */
import * as assert from 'uvu/assert';
import { relativeError } from '../../src/vectors/compare.js';
import { evaluate, evaluateMistaken, mistakeNames } from '../../src/vectors/evaluate.js';
import { VECTOR_OBJECTIVES } from '../../src/vectors/metadata.js';
import type { Outputs } from '../../src/vectors/mistakes/mistake.js';
import { suite } from '../harness.js';
import { golden, problem } from './support.js';

const test = suite('vectors/mistakes');

const apart = (a: Outputs, b: Outputs): number =>
  Math.max(...Object.keys(b).map(name => relativeError(a[name]!, b[name]!)));

const SHOWS = 1e-6;

/** They show where the norm is as small as the number added to it, or where a weight is square. */
const HIDDEN = 'tinyEpsilon';
const RARE = [HIDDEN, 'transposedGradient'];

for (const name of VECTOR_OBJECTIVES)
  test(name, () => {
    const hidden = new Set(mistakeNames(name).filter(mistake => !RARE.includes(mistake)));
    const alike = new Set<string>();
    for (const index of [0, 1, 2]) {
      if (index > 0 && hidden.size === 0 && alike.size === 0) break;
      const question = problem(name, index);
      const right = evaluate(question);
      const seen: [string, Outputs][] = [];
      for (const mistake of mistakeNames(name)) {
        const outputs = mistake === HIDDEN ? null : evaluateMistaken(question, mistake);
        if (outputs === null) continue;
        assert.equal(Object.keys(outputs).sort(), Object.keys(right).sort());
        if (!(apart(outputs, right) > SHOWS)) continue;
        hidden.delete(mistake);
        for (const [other, theirs] of seen) {
          const pair = `${other}=${mistake}`;
          if (apart(outputs, theirs) > SHOWS) alike.delete(pair);
          else if (index === 0) alike.add(pair);
        }
        seen.push([mistake, outputs]);
      }
    }
    assert.equal([...hidden], [], 'mistakes that do not show');
    assert.equal([...alike], [], 'mistakes that look alike');
  });

test('a number added to the norm shows where the gradient is tiny', () => {
  const question = golden('samba-tiny-gradient');
  assert.ok(apart(evaluateMistaken(question, HIDDEN)!, evaluate(question)) > 1e-3);
});

test('transposed gradients show where a weight is square', () => {
  const { model, given } = problem('sam', 0);
  const square = {
    ...model,
    net: { kind: 'classifier', layers: [3, 3], activation: 'tanh' },
  } as typeof model;
  const shapes = {
    'param.layers.0.weight': [3, 3],
    'param.layers.0.bias': [3],
    'input.x': [2, 3],
    'input.labels': [2],
  };
  const drawn = Object.entries(shapes).map(([name, shape]) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const data = Float64Array.from({ length: size }, (_, i) =>
      name === 'input.labels' ? i : Math.sin(7 * i + 1),
    );
    return [name, { shape, data }];
  });
  const question = { model: square, given: Object.fromEntries(drawn) as typeof given };
  assert.ok(apart(evaluateMistaken(question, 'transposedGradient')!, evaluate(question)) > SHOWS);
});

test.run();
