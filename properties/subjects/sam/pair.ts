/**
 * @file What most claims of the SAMBA paper compare: the SAMBA step and the RAE with a loss-gradient penalty.
 */
import * as raeLossGradient from '../../../src/core/objectives/rae/rae-loss-gradient.js';
import { SAMBA_RULES, type SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { type AutoencoderCase, SHAPES } from '../../arbitraries/autoencoders.js';
import { everyShape } from '../../arbitraries/given.js';
import { check, type Given, mat, type OrderCase } from '../../kit.js';
import { type AtCode, atCode, jet, norm, rowsOf, unitRows } from '../network/jets.js';
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

/** The weights of the decoder's first layer, [h, d]. */
export function firstLayer({ params, shape }: AutoencoderCase): number[][] {
  const weight = Float64Array.from(params['decoder.0.weight']!);
  return rowsOf(weight, weight.length / shape.net.latent).map(row => [...row]);
}

/** Size of what cancels inside x - f(z), carried to the gradients: a generous bound for their round-off. */
export function roundOff({ params, x, shape }: AutoencoderCase, { decoded }: AtCode): number {
  const gain = Object.entries(params)
    .filter(([name]) => name.startsWith('decoder.') && name.endsWith('.weight'))
    .reduce((product, [, values]) => product * (1 + mat.norm(values)), 1);
  return (gain * (mat.norm(x) + norm(decoded))) / shape.batch;
}

/** Radii small beside the one at which the decoder bends: 1 / |V_1| and its dyadic parts. */
export const radii = (c: AutoencoderCase, first = 4, last = 16): number[] =>
  check.dyadic(1 / steepness(c), first, last);

/** The Frobenius norm of the decoder's first layer. */
export const steepness = ({ params }: AutoencoderCase): number =>
  Math.max(mat.norm(params['decoder.0.weight']!), 2 ** -6);

/** Both gradients of one part at each of the radii rho: eq. (13), (15), (16) left and right. */
export function compare(
  c: AutoencoderCase,
  { samba, rae }: Pair,
  part: Part,
  steps: readonly number[],
): Sides[] {
  const [left, right] = [sambaStep(samba, c.shape), raeStep(rae, c.shape)];
  const rounding = roundOff(c, atCode(c));
  return steps.map((rho, i) => {
    const [alpha2, lambda] = [Float64Array.of(rho ** 2 / c.shape.net.latent), Float64Array.of(rho)];
    const step = i === 0 ? left.run({ ...inputsOf(c), alpha2 }) : left.update({ alpha2 });
    const penalised = i === 0 ? right.run({ ...inputsOf(c), lambda }) : right.update({ lambda });
    const [a, b] = [collect(step, 'grad', part), collect(penalised, 'grad', part)];
    return { samba: a, rae: b, residual: a.map((x, k) => x - b[k]!), scale: norm(a) + norm(b) + rounding };
  });
}

/** The sides of several parts, one list each, in one vector at every radius. */
export const joined = (parts: readonly (readonly Sides[])[]): Sides[] =>
  parts[0]!.map((_, i) => {
    const join = (side: 'samba' | 'rae' | 'residual'): Float64Array =>
      Float64Array.from(parts.flatMap(sides => [...sides[i]![side]]));
    const scale = mat.sum(parts.map(sides => sides[i]!.scale));
    return { samba: join('samba'), rae: join('rae'), residual: join('residual'), scale };
  });

/** The directions g_i / |g_i| at the codes, from the network alone; zero where g_i is zero. */
export const directions = (c: AutoencoderCase): Float64Array => unitRows(atCode(c).gradient, c.shape.batch);

/** The residuals of sides at these radii, as a ladder. */
export const rungs = (steps: readonly number[], sides: readonly Sides[]) =>
  sides.map(({ residual, scale }, i) => ({ step: steps[i]!, residual, scale }));

/**
 * The residual of one part with the theorem's constant: half the gradient of u' (grad^2 L) u with u = g/|g|
 * held fixed, which is T[u, u] / 2 for the codes.
 */
export const expansion = (c: AutoencoderCase, pair: Pair, part: Part, steps = radii(c)): OrderCase => ({
  ladder: rungs(steps, compare(c, pair, part, steps)),
  constant: jet(c, directions(c)).second(part),
});

/** That one part's gradients differ at second order, with that constant. */
export const secondOrder = (
  part: Part,
  says: string,
  { given = everyShape(SHAPES.smooth), runs }: { given?: Given<AutoencoderCase>; runs?: number } = {},
) =>
  check.order<AutoencoderCase, Pair>({
    says,
    given,
    order: 2,
    ...(runs !== undefined && { runs }),
    measure: (c, pair) => expansion(c, pair, part),
  });

/** The two sides as a pair that should be equal. */
export const equal = ({ samba, rae, scale }: Sides) => ({ actual: samba, expected: rae, scale });

/** And as one that should not. */
export const differ = ({ samba, rae, residual, scale }: Sides) => ({
  claimed: norm(rae),
  actual: norm(samba),
  by: norm(residual),
  scale,
});
