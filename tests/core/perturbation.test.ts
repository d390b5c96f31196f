import * as tf from '@tensorflow/tfjs';
import * as assert from 'uvu/assert';
import { gradient } from '../../src/core/derivatives.js';
import * as gaussian from '../../src/core/gaussian.js';
import {
  PERTURBATION_RULES,
  type PerturbationRules,
  perturb,
  scaledNorm,
} from '../../src/core/perturbation.js';
import { suite } from '../harness.js';
import { close, compiled, draw, finite, norm, run, slope, values } from './support.js';

const unit = (): gaussian.Scale => gaussian.isotropic(1);
const LIVE: PerturbationRules = { ...PERTURBATION_RULES, detach: (w, length) => [w, length] };
const third = (f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor): Record<string, tf.Tensor> => {
  const first = (y: tf.Tensor): tf.Tensor => gradient(f, y);
  const second = (y: tf.Tensor): tf.Tensor => gradient(z => tf.mul(first(z), z), y);
  return { value: f(x), first: first(x), second: second(x), third: gradient(second, x) };
};

const test = suite('core/perturbation');

test('scaled norm: value and gradient', () => {
  const g = draw(1, [3, 4, 2]);
  const { value, first } = run(({ g }) => ({ value: scaledNorm(g!), first: gradient(scaledNorm, g!) }), {
    g,
  });
  const norms = [0, 1, 2].map(i => norm(g.values.slice(8 * i, 8 * i + 8)));
  close(value!, norms, 1e-15, 'norm');
  close(
    first!,
    g.values.map((x, i) => x / norms[Math.floor(i / 8)]!),
    1e-15,
    'gradient',
  );
});

test('scaled norm: second and third derivative by differences', () => {
  const g = draw(2, [1, 3]);
  const f = compiled(({ g }) => third(scaledNorm, g!), { g });
  for (let k = 0; k < 3; k++) {
    const along = (name: string) => (t: number) =>
      f({
        g: values(
          [1, 3],
          g.values.map((x, i) => (i === k ? x + t : x)),
        ),
      })[name]!.reduce((a, b) => a + b, 0);
    // `second` is the gradient of sum(first * x), `third` the gradient of the sum of `second`
    close([f({ g }).third![k]!], [slope(along('second'))], 1e-8, 'third');
  }
});

test('scaled norm: zero with zero derivatives of every order at zero', () => {
  const g = values([2, 3], [0, 0, 0, 1, 2, 2]);
  const out = run(({ g }) => third(scaledNorm, g!), { g });
  finite(out);
  close(out.value!, [0, 3], 0, 'value');
  for (const name of ['first', 'second', 'third']) close(out[name]!.slice(0, 3), [0, 0, 0], 0, name);
});

test('direction: length sqrt(d), one a sample, counted where undefined', () => {
  const g = values([3, 2], [3, 4, 0, 0, 0, -2]);
  const { step, zero } = run(
    ({ g }) => {
      const { step, zeroDirections } = perturb(unit(), g!, PERTURBATION_RULES);
      return { step, zero: zeroDirections };
    },
    { g },
  );
  close(
    step!,
    [0.6, 0.8, 0, 0, 0, -1].map(x => x * Math.SQRT2),
    1e-15,
    'step',
  );
  assert.is(zero![0], 1);
});

test('direction: diagonal and Cholesky whitening; the step lies on the ellipsoid and is the best on it', () => {
  const g = draw(3, [1, 3]);
  const entries = draw(4, [1, 6]);
  const { full, factor, diagonal } = run(
    ({ g, entries }) => {
      const scale = gaussian.cholesky(entries!, 3);
      const narrow = gaussian.diagonal(tf.slice(entries!, [0, 0], [1, 3]));
      return {
        full: perturb(scale, g!, PERTURBATION_RULES).step,
        factor: scale.factor,
        diagonal: perturb(narrow, g!, PERTURBATION_RULES).step,
      };
    },
    { g, entries },
  );
  const white = [0, 1, 2].map(k => [0, 1, 2].reduce((s, j) => s + factor![3 * j + k]! * g.values[j]!, 0));
  const eta = white.map(w => (Math.sqrt(3) * w) / norm(white));
  close(
    full!,
    [0, 1, 2].map(i => [0, 1, 2].reduce((s, j) => s + factor![3 * i + j]! * eta[j]!, 0)),
    1e-14,
    'Cholesky',
  );
  const std = [0, 1, 2].map(k => Math.exp(entries.values[k]! / 2));
  const w = std.map((s, k) => s * g.values[k]!);
  close(
    diagonal!,
    w.map((x, k) => (std[k]! * Math.sqrt(3) * x) / norm(w)),
    1e-14,
    'diagonal',
  );
});

test('direction: detached, but the scale in front of it is not', () => {
  const g = draw(5, [2, 3]);
  const logVariance = draw(6, [2, 3]);
  const out = run(
    ({ g, logVariance }) => {
      const step = (g: tf.Tensor, lv: tf.Tensor): tf.Tensor =>
        perturb(gaussian.diagonal(lv), g, PERTURBATION_RULES).step;
      return {
        step: step(g!, logVariance!),
        byG: gradient(x => step(x, logVariance!), g!),
        byScale: gradient(x => step(g!, x), logVariance!),
      };
    },
    { g, logVariance },
  );
  close(out.byG!, new Float64Array(6), 0, 'by g');
  close(
    out.byScale!,
    out.step!.map(x => x / 2),
    1e-15,
    'by log variance',
  );
});

test('direction without detach: derivatives by differences, and finite at zero', () => {
  const f = (g: tf.Tensor): tf.Tensor => perturb(unit(), g, LIVE).step;
  const weights = draw(8, [2, 3]);
  const g = draw(7, [2, 3]);
  const program = compiled(
    ({ g, weights }) => {
      const weighted = (x: tf.Tensor): tf.Tensor => tf.mul(f(x), weights!);
      return third(weighted, g!);
    },
    { g, weights },
  );
  const out = program({ g, weights });
  for (let k = 0; k < 6; k++) {
    const along = (name: string) => (t: number) =>
      program({
        weights,
        g: values(
          [2, 3],
          g.values.map((x, i) => (i === k ? x + t : x)),
        ),
      })[name]!.reduce((a, b) => a + b, 0);
    close([out.first![k]!], [slope(along('value'))], 1e-7, 'first');
    close([out.third![k]!], [slope(along('second'))], 1e-6, 'third');
  }
  const atZero = program({ weights, g: values([2, 3], [0, 0, 0, 1, 2, 2]) });
  finite(atZero);
  for (const name of ['value', 'first', 'second', 'third'])
    close(atZero[name]!.slice(0, 3), [0, 0, 0], 0, name);
});

test('float32: gradients of 1e-25 and 1e+25 have norms and directions', async () => {
  await tf.setBackend('cpu');
  const [tiny, huge] = tf.tidy(() =>
    [1e-25, 1e25].map(size => {
      const g = tf.tensor2d([[3 * size, 4 * size]]);
      const { step } = perturb(unit(), g, PERTURBATION_RULES);
      const length = scaledNorm(g).dataSync()[0]! / size;
      return [length, ...step.dataSync(), ...gradient(scaledNorm, g).dataSync()];
    }),
  ) as [number[], number[]];
  const expected = [5, 0.6 * Math.SQRT2, 0.8 * Math.SQRT2, 0.6, 0.8];
  close(tiny, expected, 1e-6, 'tiny');
  close(huge, expected, 1e-6, 'huge');
});

test.run();
