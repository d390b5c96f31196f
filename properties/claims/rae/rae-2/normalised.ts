/** @file RAE-2: weights before batch normalisation have no scale. */
import * as tf from '@tensorflow/tfjs';
import { equals } from '../../../../src/claims/checks/equals.js';
import { batchNorm } from '../../../../src/core/net/batch-norm.js';
import { denseLayer, sequence } from '../../../../src/core/net/compose.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { apply, dot, norm, transpose } from '../../../../src/theory/numerics/matrix.js';
import { normal } from '../../../arbitraries/numbers.js';
import { vector } from '../../../arbitraries/vector.js';
import type { Subject } from './controls.js';

interface Normalised {
  readonly x: readonly number[];
  readonly weight: readonly number[];
}

const BATCH = 6;
const [INPUTS, OUTPUTS] = [3, 2];
/** Core's, which is PyTorch's. */
const EPSILON = 1e-5;

export const layer = sequence(
  denseLayer('layer', INPUTS, OUTPUTS),
  batchNorm('norm', OUTPUTS, { kind: 'training' }),
);

/** A dense layer without bias before batch normalisation, as core has it. */
function normalise({ x, weight }: Normalised, owner: object): number[] {
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

export const normalised = equals<Normalised, Subject>({
  says: 'before batch normalisation the scale of weights is no constraint: weights c W are those W with epsilon / c^2, so that decaying them changes nothing but epsilon',
  given: {
    arbitrary: vector(BATCH * INPUTS + INPUTS * OUTPUTS, normal()).map(all => ({
      x: all.slice(0, BATCH * INPUTS),
      weight: all.slice(BATCH * INPUTS),
    })),
  },
  runs: 12,
  measure: (c, s) => {
    const rows = Array.from({ length: BATCH }, (_, i) =>
      apply([c.weight.slice(0, INPUTS), c.weight.slice(INPUTS)], c.x.slice(i * INPUTS, (i + 1) * INPUTS)),
    );
    const columns = transpose(rows).map(values => {
      const centre = values.reduce((a, b) => a + b, 0) / BATCH;
      return { values: values.map(v => v - centre), size: norm(values) };
    });
    return [1, 2 ** -4, 2 ** 8].flatMap(factor => {
      const y = normalise({ x: c.x, weight: c.weight.map(w => factor * w) }, s.rae);
      return columns.map(({ values, size }, j) => {
        const root = Math.sqrt(dot(values, values) / BATCH + EPSILON / factor ** 2);
        return {
          what: `channel ${j}, c = ${factor}`,
          actual: y.filter((_, k) => k % OUTPUTS === j),
          expected: values.map(v => v / root),
          scale: (size + norm(c.x) * norm(c.weight)) / root,
        };
      });
    });
  },
});
