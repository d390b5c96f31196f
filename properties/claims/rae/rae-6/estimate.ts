/** @file RAE-6: core's estimate of a matrix's norm. */
import * as tf from '@tensorflow/tfjs';
import { estimateNorm } from '../../../../src/core/net/spectral.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { draw, fc, mat } from '../../../kit.js';
import { rows } from '../../../subjects/rae/plain-network.js';
import type { Subject } from './controls.js';

const SIZES = [
  [6, 4],
  [3, 5],
] as const;

export const matrices = fc.oneof(
  ...SIZES.map(([n, m]) =>
    draw.record({
      matrix: draw.vector(n * m, draw.normal()).map(flat => rows(flat, n)),
      start: draw.vector(n, draw.normal()).filter(u => mat.norm(u) > 0.1),
    }),
  ),
);
export type MatrixCase = draw.Of<typeof matrices>;

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
  return { sigma: out.sigma![0]!, next: [...out.next!], normalised: rows(out.normalised!, n) };
}
