/** @file RAE-6: core's estimate of a matrix's norm. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { estimateNorm } from '../../../../src/core/net/spectral.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { type Matrix, norm, type Vector } from '../../../../src/theory/numerics/matrix.js';
import { normal } from '../../../arbitraries/numbers.js';
import { plainRecord } from '../../../arbitraries/record.js';
import { vector } from '../../../arbitraries/vector.js';
import { rowsOf } from '../../../subjects/network/jets.js';
import type { Subject } from './controls.js';

export interface MatrixCase {
  readonly matrix: Matrix;
  readonly start: Vector;
}

const SIZES = [
  [6, 4],
  [3, 5],
] as const;

export const matrices: fc.Arbitrary<MatrixCase> = fc.oneof(
  ...SIZES.map(([n, m]) =>
    plainRecord({
      matrix: vector(n * m, normal()).map(flat => rowsOf(Float64Array.from(flat), n).map(row => [...row])),
      start: vector(n, normal()).filter(u => norm(u) > 0.1),
    }),
  ),
);

const keys = new Map<string, object>();
export const keyOf = (name: string): object => {
  const known = keys.get(name) ?? {};
  keys.set(name, known);
  return known;
};

/** sigma, W / sigma and the next start, as core has them. */
export function estimate({ spectral }: Subject, { matrix, start }: MatrixCase, iterations: number) {
  const [n, m] = [matrix.length, matrix[0]!.length];
  const program = programOf(spectral, keyOf(`${n} ${m}`), `estimate ${iterations}`, () => ({
    specs: { weight: { shape: [n, m] }, start: { shape: [n] } },
    fn: ({ weight, start }) => {
      const { sigma, next } = estimateNorm(weight!, start!, { iterations }, spectral);
      return { sigma, next, normalised: tf.div(weight!, sigma) };
    },
  }));
  const out = program.run({ weight: Float64Array.from(matrix.flat()), start: Float64Array.from(start) });
  return {
    sigma: out.sigma![0]!,
    next: [...out.next!],
    normalised: rowsOf(out.normalised!, n).map(row => [...row]),
  };
}
