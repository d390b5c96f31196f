/** @file RAE-2: weights before batch normalisation have no scale. */
import * as tf from '@tensorflow/tfjs';
import { batchNorm } from '../../../../src/core/net/batch-norm.js';
import { denseLayer, sequence } from '../../../../src/core/net/compose.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { check, draw, mat } from '../../../kit.js';
import type { Subject } from './controls.js';

const BATCH = 6;
const [INPUTS, OUTPUTS] = [3, 2];
/** Core's, which is PyTorch's. */
const EPSILON = 1e-5;

export const layer = sequence(
  denseLayer('layer', INPUTS, OUTPUTS),
  batchNorm('norm', OUTPUTS, { kind: 'training' }),
);

/** A dense layer without bias before batch normalisation, as core has it. */
function normalise(x: mat.Vector, weight: mat.Vector, owner: object): number[] {
  const program = programOf(owner, layer, 'normalise', () => ({
    specs: { x: { shape: [BATCH, INPUTS] }, weight: { shape: [OUTPUTS, INPUTS] } },
    fn: inputs => ({
      y: layer.apply(
        {
          'layer.weight': inputs.weight!,
          'layer.bias': tf.zeros([OUTPUTS]),
          'norm.weight': tf.ones([OUTPUTS]),
          'norm.bias': tf.zeros([OUTPUTS]),
        },
        inputs.x!,
      ),
    }),
  }));
  return [...program.run({ x: Float64Array.from(x), weight: Float64Array.from(weight) }).y!];
}

export const normalised = check.equals({
  says: 'before batch normalisation the scale of weights is no constraint: weights c W are those W with epsilon / c^2, so that decaying them changes nothing but epsilon',
  given: draw.vector(BATCH * INPUTS + INPUTS * OUTPUTS, draw.normal()).map(all => ({
    x: all.slice(0, BATCH * INPUTS),
    weight: all.slice(BATCH * INPUTS),
  })),
  runs: 12,
  measure: (c, s: Subject) => {
    const rows = Array.from({ length: BATCH }, (_, i) =>
      mat.apply([c.weight.slice(0, INPUTS), c.weight.slice(INPUTS)], c.x.slice(i * INPUTS, (i + 1) * INPUTS)),
    );
    const columns = mat.transpose(rows).map(values => {
      const centre = mat.sum(values) / BATCH;
      return { values: values.map(v => v - centre), size: mat.norm(values) };
    });
    return [1, 2 ** -4, 2 ** 8].flatMap(factor => {
      const y = normalise(c.x, mat.scale(factor, c.weight), s.rae);
      return columns.map(({ values, size }, j) => {
        const root = Math.sqrt(mat.dot(values, values) / BATCH + EPSILON / factor ** 2);
        return {
          what: `channel ${j}, c = ${factor}`,
          actual: y.filter((_, k) => k % OUTPUTS === j),
          expected: values.map(v => v / root),
          scale: (size + mat.norm(c.x) * mat.norm(c.weight)) / root,
        };
      });
    });
  },
});
