/**
 * @file SAMBA, the RAE and the theorems' constants on a large network: one sum of squares a sample, no prior.
 */
import * as tf from '@tensorflow/tfjs';
import { gradient } from '../../../src/core/derivatives.js';
import * as raeLossGradient from '../../../src/core/objectives/rae/rae-loss-gradient.js';
import { makeSamba, type SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { constant } from '../../../src/engine/ops.js';
import type { Arrays } from '../../../src/engine/program.js';
import { unitRows } from '../network/jets.js';
import { drawCase } from './draw.js';
import { functionOf, LATENT, type Large, type Within } from './network.js';
import { type LargePart, partGradients, sketch } from './parts.js';
import type { Workshop } from './workshop.js';

/** One case of a network in a workshop, and the parts that gradients are wanted of. */
export interface Place {
  readonly of: Large;
  readonly parts: readonly LargePart[];
  readonly seed: number;
  readonly shop: Workshop;
}

/** Tells the programs and results of one workshop apart. */
const key = ({ of: { activation, batch, mode }, parts }: Place): string =>
  `${activation} ${batch} ${mode} ${parts}`;

export const inputsAt = ({ of: large, seed, shop }: Place): Arrays => drawCase(large, seed, shop);

const NETWORK = {};

/** mean_i |x_i - f(mu_i + t u_i)|^2 for the input `direction`. */
function meanError({ net, x, more }: Within, params: Within['params'], t: tf.Tensor): tf.Tensor {
  const code = tf.add(net.encode(params, x).mean, tf.mul(t, more.direction!));
  return tf.div(tf.sum(tf.square(tf.sub(x, net.decode(params, code)))), constant(x.shape[0]!));
}

/** The directions g_i / |g_i| at the codes, g the gradient of the batch's error. */
export function directionsAt(place: Place): Float64Array {
  const { of: large, seed, shop } = place;
  const name = `direction ${key(place)}`;
  const make = () =>
    functionOf(large, {}, ({ net, params, x }) => {
      const error = (z: tf.Tensor): tf.Tensor => tf.sum(tf.square(tf.sub(x, net.decode(params, z))));
      return { gradient: gradient(error, net.encode(params, x).mean) };
    });
  const [direction] = shop.numbers(NETWORK, `${name} ${seed}`, () => {
    const inputs = inputsAt(place);
    return [unitRows(shop.program(NETWORK, name, make).run(inputs).gradient!, large.batch)];
  });
  return direction!;
}

/**
 * Sketches by part of half the gradient of u' (grad_z^2 L) u with u, the direction of the gradient, held
 * fixed.
 */
export function secondAt(place: Place): readonly Float64Array[] {
  const { of: large, parts, seed, shop } = place;
  const name = `second ${key(place)}`;
  const make = () =>
    functionOf(large, { direction: { shape: [large.batch, LATENT] } }, given =>
      partGradients('second', parts, given.params, params => {
        const first = (t: tf.Tensor): tf.Tensor => gradient(s => meanError(given, params, s), t);
        return tf.mul(gradient(first, constant(0)), constant(0.5));
      }),
    );
  return shop.numbers(NETWORK, `${name} ${seed}`, () => {
    const direction = directionsAt(place);
    const outputs = shop.program(NETWORK, name, make).run({ ...inputsAt(place), direction });
    return parts.map(part => sketch(outputs, 'second', part));
  });
}

type Side =
  | { readonly name: 'samba'; readonly rules: SambaRules }
  | { readonly name: 'rae'; readonly rules: raeLossGradient.RaeLossGradientRules };

function loss(side: Side, { net, x, more }: Within, params: Within['params']): tf.Tensor {
  const common = { rec: 'sum', beta: 0 } as const;
  const scale = more.scale!;
  return side.name === 'rae'
    ? raeLossGradient
        .makeRaeLossGradient(side.rules)
        .evaluate(net, params, { x }, { ...common, lambda: scale }).loss
    : makeSamba(side.rules).evaluate(net, params, { x }, { ...common, variance: { fixed: scale } }).loss;
}

/** Gradients of one side at each radius, as sketches: radius after radius, part after part. */
export function sideAt(place: Place, side: Side, radii: readonly number[]): readonly Float64Array[][] {
  const { of: large, parts, seed, shop } = place;
  const name = `${side.name} ${key(place)}`;
  const at = (rho: number) => ({ scale: Float64Array.of(side.name === 'rae' ? rho : rho ** 2 / LATENT) });
  const make = () =>
    functionOf(large, { scale: { shape: [] } }, given =>
      partGradients('grad', parts, given.params, params => loss(side, given, params)),
    );
  const flat = shop.numbers(side.rules, `${name} ${seed} ${radii}`, () => {
    const inputs = inputsAt(place);
    const program = shop.program(side.rules, name, make);
    return radii.flatMap((rho, i) => {
      const outputs = i === 0 ? program.run({ ...inputs, ...at(rho) }) : program.update(at(rho));
      return parts.map(part => sketch(outputs, 'grad', part));
    });
  });
  return radii.map((_, i) => flat.slice(i * parts.length, (i + 1) * parts.length));
}
