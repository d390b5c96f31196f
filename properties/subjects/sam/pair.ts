/** @file What most claims of the SAMBA paper compare: the SAMBA step and the RAE with a loss-gradient penalty. */

import * as raeLossGradient from '../../../src/core/objectives/rae/rae-loss-gradient.js';
import { SAMBA_RULES, type SambaRules } from '../../../src/core/objectives/samba/samba.js';
import type { AutoencoderCase } from '../../arbitraries/autoencoders.js';
import { check, mat, type OrderCase } from '../../kit.js';
import { type AtCode, atCode, jet, rowsOf, unitRows } from '../network/jets.js';
import { collect, inputsOf, type Part } from '../network/network.js';
import { raeStep, sambaStep } from './steps.js';

export interface Pair {
  readonly samba: SambaRules;
  readonly rae: raeLossGradient.RaeLossGradientRules;
}

export const PAIR: Pair = { samba: SAMBA_RULES, rae: raeLossGradient.RAE_LOSS_GRADIENT_RULES };

/** The two sides of an equation at one radius, and the size of the terms in their difference. */
export interface Sides {
  readonly samba: Float64Array;
  readonly rae: Float64Array;
  readonly residual: Float64Array;
  readonly scale: number;
}

const matrixOf = (of: AutoencoderCase, name: string, columns: number): number[][] =>
  rowsOf(Float64Array.from(of.params[name]!), of.params[name]!.length / columns).map(row => [...row]);

/** The weights of the decoder's first layer, [h, d]. */
export const firstLayer = (of: AutoencoderCase): number[][] =>
  matrixOf(of, 'decoder.0.weight', of.shape.net.latent);

/** Size of what cancels inside x - f(z), carried to the gradients: a generous bound for their round-off. */
export function roundOff(of: AutoencoderCase, { decoded }: AtCode): number {
  const gain = Object.entries(of.params)
    .filter(([name]) => name.startsWith('decoder.') && name.endsWith('.weight'))
    .reduce((product, [, values]) => product * (1 + mat.norm(values)), 1);
  return (gain * (mat.norm(of.x) + mat.norm([...decoded]))) / of.shape.batch;
}

/** Radii small beside the one at which the decoder bends: 1 / |V_1| and its dyadic parts. */
export const radii = (of: AutoencoderCase, first = 4, last = 16): number[] =>
  check.dyadic(1 / steepness(of), first, last);

/** The Frobenius norm of the decoder's first layer. */
export const steepness = (of: AutoencoderCase): number =>
  Math.max(mat.norm(of.params['decoder.0.weight']!), 2 ** -6);

/** Both gradients of one part at radius rho, for each of the radii: eq. (13), (15), (16) left and right. */
export function compare(
  of: AutoencoderCase,
  { samba, rae }: Pair,
  part: Part,
  steps: readonly number[],
): Sides[] {
  const [left, right] = [sambaStep(samba, of.shape), raeStep(rae, of.shape)];
  const inputs = inputsOf(of);
  const rounding = roundOff(of, atCode(of));
  return steps.map((rho, i) => {
    const alpha2 = Float64Array.of(rho ** 2 / of.shape.net.latent);
    const lambda = Float64Array.of(rho);
    const at = i === 0 ? inputs : {};
    const step = i === 0 ? left.run({ ...at, alpha2 }) : left.update({ alpha2 });
    const penalised = i === 0 ? right.run({ ...at, lambda }) : right.update({ lambda });
    const [a, b] = [collect(step, 'grad', part), collect(penalised, 'grad', part)];
    return {
      samba: a,
      rae: b,
      residual: a.map((x, k) => x - b[k]!),
      scale: mat.norm([...a]) + mat.norm([...b]) + rounding,
    };
  });
}

/** The directions g_i / |g_i| at the codes, from the network alone; zero where g_i is zero. */
export const directions = (of: AutoencoderCase): Float64Array =>
  unitRows(atCode(of).gradient, of.shape.batch);

/**
 * The residual of one part with the theorem's constant: half the gradient of u' (grad^2 L) u with u = g/|g| held fixed,
 * which is T[u, u] / 2 for the codes.
 */
export const expansion = (of: AutoencoderCase, pair: Pair, part: Part, steps = radii(of)): OrderCase => ({
  ladder: compare(of, pair, part, steps).map(({ residual, scale }, i) => ({
    step: steps[i]!,
    residual,
    scale,
  })),
  constant: jet(of, directions(of)).second(part),
});

/** The two sides as a pair that should be equal. */
export const equal = ({ samba, rae, scale }: Sides) => ({ actual: samba, expected: rae, scale });
