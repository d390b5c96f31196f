/** @file RAE-6: the norms that a convolution with a normalised kernel may have. */
import { check, draw, fc, mat } from '../../../kit.js';
import type { Subject } from './controls.js';
import * as conv from './conv-matrices.js';
import { estimate } from './estimate.js';

const kernels = fc.oneof(
  ...conv.CONVOLUTIONS.map(layer =>
    draw.record({ layer: fc.constant(layer), weights: conv.weightsOf(layer) }),
  ),
);
type KernelCase = draw.Of<typeof kernels>;

export const convolutions = check.bound<KernelCase, Subject>({
  says: 'a convolution of core, with zero padding, a stride, or transposed, has a norm between that of its reshaped kernel and ceil(size / stride) times it',
  given: {
    arbitrary: kernels,
    examples: conv.CONVOLUTIONS.map(layer => ({
      layer,
      weights: conv.unitWeights(layer).map((_, k) => Math.sin(k + 1)),
    })),
  },
  runs: 3,
  measure: ({ layer, weights }, s) => {
    const kernel = conv.largest(conv.kernelMatrix(layer, weights));
    const whole = conv.largest(conv.matrixOf(layer, weights));
    return check.below({ kernel: [kernel, whole], spread: [whole, s.spread(layer) * kernel] });
  },
});

/** Kernels on one channel. */
const single = (size: number, stride: number): conv.Convolution => {
  return { kind: 'plain', first: 1, second: 1, size, stride, padding: 0, image: 0 };
};

export const attained = check.equals<conv.Convolution, Subject>({
  says: 'both ends are attained: by a kernel of ones, 4 for 4 x 4 with stride 1 and 2 with stride 2 on a torus, and by a kernel of a single entry',
  given: check.only(
    [single(4, 1), single(4, 2), single(3, 1), single(2, 2)],
    ({ size, stride }) => `${size}, stride ${stride}`,
  ),
  measure: (layer, s) => {
    const ones = new Array<number>(layer.size ** 2).fill(1);
    const entry = ones.map((_, k) => (k === 0 ? 1 : 0));
    const onTorus = (weights: mat.Vector) => conv.largest(conv.periodicMatrix(layer, weights, layer.size));
    return check.agree({
      ones: [onTorus(ones) / layer.size, s.spread(layer)],
      'one entry': [onTorus(entry), 1],
    });
  },
});

export const lipschitz = check.violates<conv.Convolution, Subject>({
  says: 'so that convolutions with exactly normalised kernels are not 1-Lipschitz: kernels of ones, in core',
  given: check.only(
    conv.CONVOLUTIONS.filter(layer => conv.overlap(layer) > 1) as [conv.Convolution, ...conv.Convolution[]],
    ({ kind, size, stride }) => `${kind} ${size}, stride ${stride}`,
  ),
  measure: (layer, s) => {
    const ones = conv.unitWeights(layer);
    const matrix = conv.kernelMatrix(layer, ones);
    const { sigma } = estimate(s, { matrix, start: matrix.map(() => 1) }, 1);
    const actual = conv.largest(conv.matrixOf(layer, mat.scale(1 / sigma, ones)));
    return { claimed: 1, actual, by: actual - 1, scale: actual };
  },
});

export const onTorus = check.bound<readonly number[], Subject>({
  says: 'with stride 1 zero padding never raises the norm: it is a part of the operator on a larger torus',
  given: conv.weightsOf(conv.PADDED),
  runs: 2,
  measure: weights => ({
    lower: conv.largest(conv.matrixOf(conv.PADDED, weights)),
    upper: conv.largest(conv.periodicMatrix(conv.PADDED, weights, conv.PADDED.image + conv.PADDED.size - 1)),
  }),
});
