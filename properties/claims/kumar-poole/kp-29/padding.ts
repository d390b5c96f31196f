/** @file Convolutions with 'same' padding beside convolutions of an image with zeros around it. */
import * as tf from '@tensorflow/tfjs';
import { convLayer } from '../../../../src/core/net/compose.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { check, draw, fc } from '../../../kit.js';
import { keyOf } from '../../../subjects/vae/network-cases.js';
import type { Subject } from './controls.js';

/** Sides of an image and of a filter. */
const SIZES = [
  [5, 4],
  [4, 4],
  [5, 5],
  [3, 2],
] as const satisfies readonly (readonly [number, number])[];

/** An image and a filter. */
const paddedCases = fc.oneof(
  ...SIZES.map(([side, size]) =>
    draw.record({
      side: fc.constant(side),
      size: fc.constant(size),
      x: draw.vector(side ** 2, draw.normal()),
      filter: draw.vector(size ** 2, draw.normal()),
    }),
  ),
);
type Padded = draw.Of<typeof paddedCases>;

/**
 * What a layer makes of the image, and what a convolution without padding makes of the image with zeros
 * around it.
 */
function convolved({ side, size, x, filter }: Padded, rules: Subject, padding: readonly [number, number]) {
  const same = rules.convolution('c', 1, 1, { size, stride: 1, padding: 'same' });
  const valid = convLayer('c', 1, 1, { size, stride: 1, padding: 0 });
  const program = programOf(rules.convolution, keyOf(`${side} ${size} ${padding}`), 'padded', () => ({
    specs: { x: { shape: [1, side, side, 1] }, 'c.weight': { shape: [1, 1, size, size] } },
    fn: inputs => {
      const image = inputs.x!;
      const around = tf.pad(image, [[0, 0], [...padding], [...padding], [0, 0]]);
      return { same: same.apply(inputs, image), valid: valid.apply(inputs, around) };
    },
  }));
  const outputs = program.run({ x: Float64Array.from(x), 'c.weight': Float64Array.from(filter) });
  return { same: outputs.same!, valid: outputs.valid! };
}

export const asymmetric = check.equals<Padded, Subject>({
  says: "filters of size 4 with stride 1 and 'same' padding see one row and column of zeros before the image and two after; those of size 5 two and two",
  given: paddedCases,
  runs: 20,
  measure: (c, rules) => {
    const { same, valid } = convolved(c, rules, rules.padding(c.size));
    return { actual: same, expected: valid, scale: c.size ** 2 * 16 };
  },
});

export const mirrored = check.violates<Padded, Subject>({
  says: 'with the odd row and column on the other side it is another network: a filter of size 4 has no symmetric padding',
  given: paddedCases.filter(
    c => c.size % 2 === 0 && c.filter.some(w => Math.abs(w) > 0.5) && Math.abs(c.x[0]!) > 0.5,
  ),
  runs: 10,
  measure: (c, rules) => {
    const [before, after] = rules.padding(c.size);
    const { same, valid } = convolved(c, rules, [after, before]);
    const by = Math.max(...same.map((x, k) => Math.abs(x - valid[k]!)));
    return { claimed: 0, actual: by, by, scale: 16 };
  },
});
