/** @file Gradients of the two penalties of an RAE, and the VAE's mean loss. */

import type { VaeRules } from '../../../src/core/objectives/vae/vae.js';
import type { Arrays, Float64Program } from '../../../src/engine/program.js';
import type { AutoencoderCase, Shape } from '../../arbitraries/autoencoders.js';
import { mat, type quad } from '../../kit.js';
import { atCode, rowsOf } from '../network/jets.js';
import { collect, inputsOf, type Part } from '../network/network.js';
import { roundOff } from './pair.js';
import { vaeStep } from './steps.js';

/** Rows as arrays of numbers. */
export const list = (rows: readonly Float64Array[]): number[][] => rows.map(row => [...row]);

/** f(mu_i) - x_i */
export function residuals(c: AutoencoderCase): number[][] {
  const off = atCode(c).decoded.map((y, k) => y - c.x[k]!);
  return list(rowsOf(off, c.shape.batch));
}

/** The gradient of a penalty with respect to one part, and the round-off of taking it as a difference. */
export function penaltyGradient(c: AutoencoderCase, program: Float64Program, part: Part) {
  const at = (lambda: number): Float64Array =>
    collect(program.run({ ...inputsOf(c), lambda: Float64Array.of(lambda) }), 'grad', part);
  const [without, withPenalty] = [at(0), at(1)];
  return {
    value: withPenalty.map((x, k) => x - without[k]!),
    scale: mat.norm([...without]) + mat.norm([...withPenalty]) + roundOff(c, atCode(c)),
  };
}

/** How far two vectors that should be equal are apart. */
export const distance = (claimed: mat.Vector, actual: mat.Vector) => ({
  claimed: mat.norm(claimed),
  actual: mat.norm(actual),
  by: mat.norm(mat.subtract(claimed, actual)),
  scale: mat.norm(actual) + mat.norm(claimed),
});

/** E of what `read` takes from the VAE's step, by a quadrature rule; every sample has the same node. */
export function vaeMean(
  c: AutoencoderCase,
  rules: VaeRules,
  alpha: number,
  nodes: readonly quad.WeightedPoint[],
  read: (outputs: Arrays) => readonly number[],
): number[] {
  const program = vaeStep(rules, c.shape);
  const alpha2 = Float64Array.of(alpha ** 2);
  return nodes.reduce<number[]>((sum, { point, weight }, k) => {
    const noise = everywhere(c, point);
    const outputs = k === 0 ? program.run({ ...inputsOf(c), alpha2, noise }) : program.update({ noise });
    const term = mat.scale(weight, read(outputs));
    return k === 0 ? term : mat.add(sum, term);
  }, []);
}

/** The reconstruction term of a step. */
export const reconstructionOf = (outputs: Arrays): number[] => [outputs['term.reconstruction']![0]!];

/** The mean of a term of a step, lambda = 1 where it has one. */
export const termOf = (c: AutoencoderCase, program: Float64Program, term: string): number =>
  program.run({ ...inputsOf(c), lambda: Float64Array.of(1) })[`term.${term}`]![0]!;

/** A direction for every sample. */
export const everywhere = (c: AutoencoderCase, u: readonly number[]): Float64Array =>
  Float64Array.from({ length: c.shape.batch * u.length }, (_, i) => u[i % u.length]!);

const PLAIN = { activation: 'identity', output: 'identity', posterior: 'none' } as const;

/** A linear decoder with a linear encoder and one datum. */
export const linearShape = (latent: number, data: number): Shape => ({
  net: { ...PLAIN, encoder: [data], latent, decoder: [latent, data] },
  batch: 1,
});
