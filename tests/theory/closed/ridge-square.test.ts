import * as assert from 'uvu/assert';
import { type Ridge, ridgeGradient, ridgeHessian, ridgeValue } from '../../../src/theory/closed/ridge.js';
import { ridgeSquaredGradient, ridgeSquaredHessian } from '../../../src/theory/closed/ridge-square.js';
import { multiply, norm, traceOfProduct } from '../../../src/theory/numerics/matrix.js';
import { suite } from '../../harness.js';

const test = suite('theory/closed/ridge-square');

const close = (a: number, b: number): void =>
  assert.ok(Math.abs(a - b) <= 1e-13 * Math.max(1, Math.abs(b)), `${a} is not ${b}`);

const sigma = [
  [2, 0.5],
  [0.5, 1],
];

for (const kind of ['sin', 'cos', 'exp'] as const)
  test(`squares of the derivatives of ${kind} ridges, at three points`, () => {
    const ridge: Ridge = {
      kind,
      terms: [
        { c: 0.75, a: [1, -0.5], b: 0.25 },
        { c: -1.25, a: [0.5, 1.5], b: -1 },
        { c: 0.5, a: [-0.25, 0.125], b: 2 },
      ],
    };
    for (const w of [
      [0, 0],
      [0.5, -1],
      [1.25, 0.75],
    ]) {
      close(ridgeValue(ridgeSquaredGradient(ridge), w), norm(ridgeGradient(ridge, w)) ** 2);
      const hessian = ridgeHessian(ridge, w);
      close(
        ridgeValue(ridgeSquaredHessian(ridge, sigma), w),
        traceOfProduct(sigma, multiply(hessian, hessian)),
      );
    }
  });

test.run();
