import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { type AutoencoderCase, autoencoderOf, SHAPES } from '../../properties/arbitraries/autoencoders.js';
import { jacobiansOf } from '../../properties/subjects/network/jacobians.js';
import { atCode, jet, rowsOf, throughEncoder } from '../../properties/subjects/network/jets.js';
import { collect, inputsOf } from '../../properties/subjects/network/network.js';
import { directions } from '../../properties/subjects/sam/pair.js';
import { raeStep } from '../../properties/subjects/sam/steps.js';
import { RAE_LOSS_GRADIENT_RULES } from '../../src/core/objectives/rae/rae-loss-gradient.js';
import { norm } from '../../src/theory/numerics/matrix.js';
import { suite } from '../harness.js';

const test = suite('properties/constants');

/** Central differences of order six: f'(0) and f''(0) with step h. */
const FIRST = [-1 / 60, 3 / 20, -3 / 4, 0, 3 / 4, -3 / 20, 1 / 60];
const SECOND = [1 / 90, -3 / 20, 3 / 2, -49 / 18, 3 / 2, -3 / 20, 1 / 90];
const STEP = 2 ** -7;

function difference(weights: readonly number[], order: number, f: (t: number) => Float64Array): Float64Array {
  const values = weights.map((_, k) => f((k - 3) * STEP));
  return values[0]!.map((_, i) => weights.reduce((sum, w, k) => sum + w * values[k]![i]!, 0) / STEP ** order);
}

/** Gradients of the mean error at codes moved by t u: the RAE without its penalty, no jet in it. */
const gradientAt = (c: AutoencoderCase, u: Float64Array, part: 'z' | 'phi' | 'theta') => (t: number) =>
  collect(
    raeStep(RAE_LOSS_GRADIENT_RULES, c.shape).run({
      ...inputsOf(c),
      code: u.map(x => t * x),
      lambda: Float64Array.of(0),
    }),
    'grad',
    part,
  );

const close = (a: Float64Array, b: Float64Array, tolerance: number): void => {
  const error = norm([...a.map((x, i) => x - b[i]!)]) / norm([...b]);
  assert.ok(error < tolerance, `off by ${error}`);
};

for (const shape of SHAPES.smooth)
  test(`jets agree with differences of gradients: ${shape.net.activation} ${shape.net.decoder.join('-')}`, () => {
    const [c] = fc.sample(autoencoderOf(shape), { seed: 3, numRuns: 1 }) as [AutoencoderCase];
    const u = directions(c);
    const { first, second } = jet(c, u);
    for (const part of ['z', 'phi', 'theta'] as const) {
      close(difference(FIRST, 1, gradientAt(c, u, part)), first(part), 1e-8);
      close(
        difference(SECOND, 2, gradientAt(c, u, part)).map(x => x / 2),
        second(part),
        1e-7,
      );
    }
  });

test('the Jacobian agrees with differences of the decoder', () => {
  const [c] = fc.sample(autoencoderOf(SHAPES.control[0]), { seed: 4, numRuns: 1 }) as [AutoencoderCase];
  const { latent } = c.shape.net;
  const jacobians = jacobiansOf(c);
  for (let axis = 0; axis < latent; axis++) {
    const e = new Float64Array(c.shape.batch * latent).map((_, k) => (k % latent === axis ? 1 : 0));
    const column = difference(
      FIRST,
      1,
      t =>
        atCode(
          c,
          e.map(x => t * x),
        ).decoded,
    );
    for (const [i, found] of rowsOf(column, c.shape.batch).entries())
      close(
        Float64Array.from(jacobians[i]!, row => row[axis]!),
        found,
        1e-8,
      );
  }
});

test('J_mu carries a code gradient to the encoder: the chain rule by differences', () => {
  const [c] = fc.sample(autoencoderOf(SHAPES.control[0]), { seed: 6, numRuns: 1 }) as [AutoencoderCase];
  const v = Float64Array.from({ length: c.shape.batch * c.shape.net.latent }, (_, k) => Math.sin(k + 1));
  const along = (t: number): Float64Array => {
    const bias = c.params['mu.bias']!.map((x, k) => (k === 0 ? x + t : x));
    const { mean } = atCode({ ...c, params: { ...c.params, 'mu.bias': bias } });
    return Float64Array.of(mean.reduce((sum, x, k) => sum + x * v[k]!, 0));
  };
  const carried = throughEncoder(c, v);
  close(
    carried.slice(-c.shape.net.latent, carried.length - c.shape.net.latent + 1),
    difference(FIRST, 1, along),
    1e-9,
  );
});

test.run();
