import * as tf from '@tensorflow/tfjs';
import { gradient } from '../../src/core/derivatives.js';
import { logDetIdentityPlusGram, logHadamardBound } from '../../src/core/log-determinant.js';
import { suite } from '../harness.js';
import { close, compiled, draw, finite, run, slope, values } from './support.js';

/**
 * log det(I + A^T A) of one matrix [rows, d] by Gaussian elimination without pivoting (the matrix is positive
 * definite).
 */
function reference(a: Float64Array, rows: number, d: number): number {
  const m = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_, j) => {
      let sum = i === j ? 1 : 0;
      for (let r = 0; r < rows; r++) sum += a[r * d + i]! * a[r * d + j]!;
      return sum;
    }),
  );
  let log = 0;
  for (let k = 0; k < d; k++) {
    log += Math.log(m[k]![k]!);
    for (let i = k + 1; i < d; i++) {
      const factor = m[i]![k]! / m[k]![k]!;
      for (let j = k; j < d; j++) m[i]![j]! -= factor * m[k]![j]!;
    }
  }
  return log;
}

const test = suite('core/log-determinant');

for (const [rows, d] of [
  [1, 1],
  [5, 3],
  [2, 4],
  [7, 6],
] as const)
  test(`against elimination, ${rows} x ${d}`, () => {
    const a = draw(rows, [3, rows, d], 2);
    const { log } = run(({ a }) => ({ log: logDetIdentityPlusGram(a!) }), { a });
    const size = rows * d;
    close(
      log!,
      [0, 1, 2].map(i => reference(a.values.slice(i * size, (i + 1) * size), rows, d)),
      1e-13,
    );
  });

test('keeps its relative precision for small and its accuracy for ill-conditioned matrices', () => {
  // columns orthogonal up to a rotation by 45 degrees: singular values s and t
  const [c, s, t] = [Math.SQRT1_2, 1e-9, 1e9];
  const a = values([2, 2, 2], [s * c, s * c, -s * c, s * c, s * c, s * c, -t * c, t * c]);
  const { log } = run(({ a }) => ({ log: logDetIdentityPlusGram(a!) }), { a });
  close([log![0]! / s ** 2], [2], 1e-14, 'small');
  close([log![1]!], [Math.log1p(s * s) + Math.log1p(t * t)], 1e-14, 'ill-conditioned');
});

test('the gradient is 2 A (I + A^T A)^-1; the second derivative by differences', () => {
  const a = draw(9, [1, 4, 3]);
  const direction = draw(10, [1, 4, 3]);
  const f = compiled(
    ({ a, direction }) => {
      const first = (x: tf.Tensor): tf.Tensor => gradient(logDetIdentityPlusGram, x);
      const along = (x: tf.Tensor): tf.Tensor => tf.sum(tf.mul(first(x), direction!));
      // (I + A^T A) applied to the gradient gives back 2 A
      const gram = tf.add(tf.eye(3), tf.matMul(a!, a!, true, false));
      return {
        value: logDetIdentityPlusGram(a!),
        back: tf.matMul(first(a!), gram),
        along: along(a!),
        second: tf.sum(tf.mul(gradient(along, a!), direction!)),
      };
    },
    { a, direction },
  );
  const at = (t: number) =>
    f({
      direction,
      a: values(
        [1, 4, 3],
        a.values.map((x, i) => x + t * direction.values[i]!),
      ),
    });
  const out = f({ a, direction });
  close(
    out.back!,
    a.values.map(x => 2 * x),
    1e-13,
    'gradient',
  );
  close(out.along!, [slope(t => at(t).value![0]!)], 1e-9, 'first');
  close(out.second!, [slope(t => at(t).along![0]!)], 1e-9, 'second');
});

test('at zero: zero, with finite derivatives', () => {
  const a = values([1, 3, 2], new Float64Array(6));
  const out = run(
    ({ a }) => {
      const first = (x: tf.Tensor): tf.Tensor => gradient(logDetIdentityPlusGram, x);
      return { value: logDetIdentityPlusGram(a!), first: first(a!), second: gradient(first, a!) };
    },
    { a },
  );
  finite(out);
  close(out.value!, [0], 0);
  close(out.first!, new Float64Array(6), 0);
});

test('Hadamard: equal for orthogonal columns, above otherwise', () => {
  const a = values([2, 2, 2], [3, 0, 0, 2, 1, 1, 0, 1]);
  const { log, bound } = run(({ a }) => ({ log: logDetIdentityPlusGram(a!), bound: logHadamardBound(a!) }), {
    a,
  });
  close(bound!, [Math.log(10) + Math.log(5), Math.log(2) + Math.log(3)], 1e-15);
  close(log!, [Math.log(50), Math.log(5)], 1e-15);
});

test.run();
