/** @file RAE-6: the norms that a convolution with a normalised kernel may have. */
import fc from 'fast-check';
import { bound } from '../../../../src/claims/checks/bound.js';
import { equals } from '../../../../src/claims/checks/equals.js';
import { only } from '../../../../src/claims/checks/given.js';
import { violates } from '../../../../src/claims/checks/violates.js';
import { scale } from '../../../../src/theory/numerics/matrix.js';
import { plainRecord } from '../../../arbitraries/record.js';
import type { Subject } from './controls.js';
import {
  CONVOLUTIONS,
  type Convolution,
  kernelMatrix,
  largest,
  matrixOf,
  overlap,
  PADDED,
  periodicMatrix,
  weightsOf,
} from './conv-matrices.js';
import { estimate } from './estimate.js';

interface KernelCase {
  readonly layer: Convolution;
  readonly weights: readonly number[];
}

const kernels: fc.Arbitrary<KernelCase> = fc.oneof(
  ...CONVOLUTIONS.map(layer => plainRecord({ layer: fc.constant(layer), weights: weightsOf(layer) })),
);

export const convolutions = bound<KernelCase, Subject>({
  says: 'a convolution of core, with zero padding, a stride, or transposed, has a norm between that of its reshaped kernel and ceil(size / stride) times it',
  given: {
    arbitrary: kernels,
    examples: CONVOLUTIONS.map(layer => ({
      layer,
      weights: Array.from({ length: layer.first * layer.second * layer.size ** 2 }, (_, k) =>
        Math.sin(k + 1),
      ),
    })),
  },
  runs: 3,
  measure: ({ layer, weights }, s) => {
    const kernel = largest(kernelMatrix(layer, weights));
    const whole = largest(matrixOf(layer, weights));
    return [
      { what: 'kernel', lower: kernel, upper: whole },
      { what: 'spread', lower: whole, upper: s.spread(layer) * kernel },
    ];
  },
});

/** Kernels on one channel. */
const single = (size: number, stride: number): Convolution => ({
  kind: 'plain',
  first: 1,
  second: 1,
  size,
  stride,
  padding: 0,
  image: 0,
});

export const attained = equals<Convolution, Subject>({
  says: 'both ends are attained: by a kernel of ones, 4 for 4 x 4 with stride 1 and 2 with stride 2 on a torus, and by a kernel of a single entry',
  given: only(
    [single(4, 1), single(4, 2), single(3, 1), single(2, 2)],
    ({ size, stride }) => `${size}, stride ${stride}`,
  ),
  measure: (layer, s) => {
    const ones = new Array<number>(layer.size ** 2).fill(1);
    const entry = ones.map((_, k) => (k === 0 ? 1 : 0));
    return [
      {
        what: 'ones',
        actual: largest(periodicMatrix(layer, ones, layer.size)) / layer.size,
        expected: s.spread(layer),
      },
      { what: 'one entry', actual: largest(periodicMatrix(layer, entry, layer.size)), expected: 1 },
    ];
  },
});

export const lipschitz = violates<Convolution, Subject>({
  says: 'so that convolutions with exactly normalised kernels are not 1-Lipschitz: kernels of ones, in core',
  given: only(
    CONVOLUTIONS.filter(layer => overlap(layer) > 1) as [Convolution, ...Convolution[]],
    ({ kind, size, stride }) => `${kind} ${size}, stride ${stride}`,
  ),
  measure: (layer, s) => {
    const ones = new Array<number>(layer.first * layer.second * layer.size ** 2).fill(1);
    const matrix = kernelMatrix(layer, ones);
    const { sigma } = estimate(s, { matrix, start: matrix.map(() => 1) }, 1);
    const actual = largest(matrixOf(layer, scale(1 / sigma, ones)));
    return { claimed: 1, actual, by: actual - 1, scale: actual };
  },
});

export const onTorus = bound<readonly number[], Subject>({
  says: 'with stride 1 zero padding never raises the norm: it is a part of the operator on a larger torus',
  given: { arbitrary: weightsOf(PADDED) },
  runs: 2,
  measure: weights => ({
    lower: largest(matrixOf(PADDED, weights)),
    upper: largest(periodicMatrix(PADDED, weights, PADDED.image + PADDED.size - 1)),
  }),
});
