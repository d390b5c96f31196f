import * as assert from 'uvu/assert';
import {
  blockCorrelation,
  blockDiagonal,
  blockLogDet,
  blockOptimum,
  blocksOf,
} from '../../../src/theory/closed/blocks.js';
import { inverse, logDet } from '../../../src/theory/numerics/cholesky.js';
import { multiply } from '../../../src/theory/numerics/matrix.js';
import { suite } from '../../harness.js';

const P = [
  [4, 1, 0.5],
  [1, 3, -0.25],
  [0.5, -0.25, 2],
];

const close = (a: number, b: number): void =>
  assert.ok(Math.abs(a - b) < 1e-14 * (1 + Math.abs(b)), `${a}, ${b}`);

const test = suite('theory/closed/blocks');

test('blocks out and in again', () => {
  assert.equal(blocksOf(P, [2, 1]), [
    [
      [4, 1],
      [1, 3],
    ],
    [[2]],
  ]);
  assert.equal(blockDiagonal(blocksOf(P, [1, 2])), [
    [4, 0, 0],
    [0, 3, -0.25],
    [0, -0.25, 2],
  ]);
});

test('one block is the whole, blocks of one the diagonal', () => {
  assert.equal(blockOptimum(P, [3]), inverse(P));
  for (const [i, x] of blockOptimum(P, [1, 1, 1]).entries()) close(x[i]!, 1 / P[i]![i]!);
  close(blockLogDet(P, [3]), logDet(P));
  close(blockLogDet(P, [1, 1, 1]), Math.log(24));
});

test('what is left across the blocks', () => {
  const correlation = blockCorrelation(P, [2, 1]);
  close(logDet(correlation), logDet(P) - blockLogDet(P, [2, 1]));
  for (const [i, row] of correlation.slice(0, 2).entries())
    for (const [j, x] of row.slice(0, 2).entries()) close(x, i === j ? 1 : 0);
  const ones = blockCorrelation(P, [1, 1, 1]);
  close(ones[0]![1]!, 1 / Math.sqrt(12));
  const identity = multiply(blockOptimum(P, [3]), P);
  close(identity[0]![0]!, 1);
});

test.run();
