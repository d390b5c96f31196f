/**
 * @file Cholesky, Jacobi eigenvalues and singular values, checked through the identities that define them.
 */
import { det } from 'mathjs';
import * as assert from 'uvu/assert';
import { cholesky, inverse, logDet, solve } from '../../../src/theory/numerics/cholesky.js';
import { svd, symmetricEigen } from '../../../src/theory/numerics/eigen.js';
import {
  apply,
  combine,
  diagonal,
  gram,
  identity,
  type Matrix,
  multiply,
  norm,
  transpose,
} from '../../../src/theory/numerics/matrix.js';
import { suite } from '../../harness.js';

const test = suite('theory/closed/linear');

/** A matrix without structure, the same on every run. */
const wild = (rows: number, columns: number): number[][] =>
  Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (__, j) => Math.sin(3 * i * i + 7 * j + 1)),
  );

const far = (a: Matrix, b: Matrix): number => norm(combine(1, a, -1, b).flat());

test('Cholesky gives the factor, the inverse, the solution and log det', () => {
  const a = combine(1, gram(wild(6, 4)), 0.5, identity(4));
  const factor = cholesky(a);
  assert.ok(far(multiply(factor, transpose(factor)), a) < 1e-14);
  assert.ok(far(multiply(a, inverse(a)), identity(4)) < 1e-13);
  assert.ok(norm(apply(a, solve(a, [1, 2, 3, 4])).map((x, i) => x - i - 1)) < 1e-13);
  assert.ok(Math.abs(logDet(a) - Math.log(det(a.map(row => [...row])))) < 1e-13);
});

test('Cholesky refuses an indefinite matrix', () => {
  assert.throws(
    () =>
      cholesky([
        [1, 2],
        [2, 1],
      ]),
    /positive definite, got pivot -3 in row 1/,
  );
});

test('the eigenvectors are orthonormal and diagonalise, also with ties and zeros', () => {
  const rotation = symmetricEigen(gram(wild(5, 5))).vectors;
  for (const spectrum of [
    [3, 1, 0.5, -1, -4],
    [2, 2, 2, -1, -1],
    [1, 0, 0, 0, 0],
    [0, 0, 0, 0, 0],
  ]) {
    const a = multiply(transpose(rotation), multiply(diagonal(spectrum), rotation));
    const symmetric = combine(0.5, a, 0.5, transpose(a));
    const { values, vectors } = symmetricEigen(symmetric);
    assert.ok(norm(values.map((x, i) => x - spectrum[i]!)) < 1e-14);
    assert.ok(far(multiply(vectors, transpose(vectors)), identity(5)) < 1e-14);
    assert.ok(far(multiply(transpose(vectors), multiply(diagonal(values), vectors)), symmetric) < 1e-14);
  }
});

test('singular values: wide, tall, deficient, and small ones to high relative accuracy', () => {
  for (const [rows, columns] of [
    [5, 3],
    [3, 5],
    [1, 4],
    [4, 1],
    [3, 3],
  ] as const) {
    const a = wild(rows, columns);
    const { values, right, scaledLeft } = svd(a);
    assert.is(values.length, columns);
    assert.ok(far(multiply(right, transpose(right)), identity(columns)) < 1e-14);
    assert.ok(far(transpose(multiply(a, transpose(right))), scaledLeft) < 1e-13);
    assert.ok(Math.abs(norm(values) - norm(a.flat())) < 1e-14);
    assert.ok(values.slice(Math.min(rows, columns)).every(s => s < 1e-15));
  }
  // Columns of very different length: the small singular value is 1e-12 to 15 digits, far below eps |A|^2.
  const graded = svd([
    [1, 1e-12],
    [0, 1e-12],
  ]).values;
  assert.ok(Math.abs(graded[1]! / (1e-12 / graded[0]!) - 1) < 1e-15);
});

test.run();
