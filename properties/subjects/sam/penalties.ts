/** @file The two penalties that SAMBA-5 tells apart, their closed forms for linear decoders, and the VAE's mean loss. */

import type { RaeJacobianRules } from '../../../src/core/objectives/rae/rae-jacobian.js';
import type { RaeLossGradientRules } from '../../../src/core/objectives/rae/rae-loss-gradient.js';
import type { SambaRules } from '../../../src/core/objectives/samba/samba.js';
import type { VaeRules } from '../../../src/core/objectives/vae/vae.js';
import type { Arrays, Float64Program } from '../../../src/engine/program.js';
import type { AutoencoderCase, Shape } from '../../arbitraries/autoencoders.js';
import { mat, type OrderCase, quad } from '../../kit.js';
import { bendAlong } from '../network/jacobians.js';
import { atCode, jet, rowsOf } from '../network/jets.js';
import { collect, inputsOf, type Part } from '../network/network.js';
import { directions, firstLayer, radii, roundOff } from './pair.js';
import { jacobianStep, sambaStep, vaeStep } from './steps.js';

/** The implementations that SAMBA-5 tells apart. */
export interface Penalties {
  readonly samba: SambaRules;
  readonly rae: RaeLossGradientRules;
  readonly jacobian: RaeJacobianRules;
  readonly vae: VaeRules;
}

const list = (rows: readonly Float64Array[]): number[][] => rows.map(row => [...row]);

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

/** A linear decoder with a linear encoder and one datum. */
export const linearShape = (latent: number, data: number): Shape => ({
  net: {
    encoder: [data],
    latent,
    decoder: [latent, data],
    activation: 'identity',
    output: 'identity',
    posterior: 'none',
  },
  batch: 1,
});

/** f(z) = wz with w = 1, x = 1, z = 0. */
export const COUNTEREXAMPLE: AutoencoderCase = {
  shape: linearShape(1, 1),
  params: { 'mu.weight': [0], 'mu.bias': [0], 'decoder.0.weight': [1], 'decoder.0.bias': [0] },
  x: [1],
  alpha: 0.5,
};

/** For f = Wz + b: gradients of mean |grad_z L| for codes and decoder, and of |W|_F for the decoder. */
export function linearPenalties(c: AutoencoderCase) {
  const [w, units, r] = [firstLayer(c), list(rowsOf(directions(c), c.shape.batch)), residuals(c)];
  const codes = list(rowsOf(atCode(c).mean, c.shape.batch));
  const images = units.map(u => mat.scale(2 / c.shape.batch, mat.apply(w, u)));
  const sum = (terms: readonly (readonly number[])[]): number[] =>
    terms.reduce<number[]>(
      mat.add,
      terms[0]!.map(() => 0),
    );
  const weights = units.map((u, i) =>
    mat.add(
      mat.outer(mat.scale(2 / c.shape.batch, r[i]!), u).flat(),
      mat.outer(images[i]!, codes[i]!).flat(),
    ),
  );
  return {
    z: images.flatMap(image => mat.apply(mat.transpose(w), image)),
    theta: [...sum(weights), ...sum(images)],
    literalTheta: [...mat.scale(1 / mat.norm(w.flat()), w.flat()), ...w.map(() => 0)],
  };
}

/** Steps by factors of sqrt(2): an order of four leaves few halvings above round-off. */
const fineSteps = (from: number): number[] => Array.from({ length: 13 }, (_, k) => from * 2 ** (-k / 2));

/** The VAE's mean loss less the RAE's with alpha^2 |J|_F^2 and less alpha^2 sum r_k tr grad^2 f_k; E of the quartic term. */
export function noiseExpansion(c: AutoencoderCase, jacobian: RaeJacobianRules, vae: VaeRules): OrderCase {
  const { latent } = c.shape.net;
  const r = Float64Array.from(residuals(c).flat());
  const axes = Array.from({ length: latent }, (_, j) =>
    Array.from({ length: latent }, (_, k) => (k === j ? 1 : 0)),
  );
  const bending = axes.reduce((sum, axis) => sum + bendAlong(c, everywhere(c, axis), r).second, 0);
  // exact for the polynomial of degree four that the fourth derivative is
  const fourth = quad
    .gaussianPoints(latent, 3)
    .reduce((sum, { point, weight }) => sum + weight * bendAlong(c, everywhere(c, point), r).fourth, 0);
  const literal = jacobianStep(jacobian, c.shape, 2);
  const nodes = quad.gaussianPoints(latent, 7);
  const ladder = fineSteps(1 / 4 / Math.max(1, mat.norm(c.params['decoder.0.weight']!))).map(alpha => {
    const [loss] = vaeMean(c, vae, alpha, nodes, reconstructionOf) as [number];
    const penalised = literal.run({ ...inputsOf(c), lambda: Float64Array.of(alpha ** 2) }).loss![0]!;
    return { step: alpha, residual: loss - penalised - alpha ** 2 * bending, scale: loss + penalised };
  });
  return { ladder, constant: fourth / 24 };
}

/** SAMBA less the RAE with |J|_F for codes and decoder together; Hu - grad |J|_F and its counterpart. */
export function literalExpansion(
  c: AutoencoderCase,
  samba: SambaRules,
  jacobian: RaeJacobianRules,
): OrderCase {
  const [left, right] = [sambaStep(samba, c.shape), jacobianStep(jacobian, c.shape, 1)];
  const parts = ['z', 'theta'] as const;
  const both = (outputs: Arrays): number[] => parts.flatMap(part => [...collect(outputs, 'grad', part)]);
  const rounding = roundOff(c, atCode(c));
  const ladder = radii(c).map(step => {
    const a = both(left.run({ ...inputsOf(c), alpha2: Float64Array.of(step ** 2 / c.shape.net.latent) }));
    const b = both(right.run({ ...inputsOf(c), lambda: Float64Array.of(step) }));
    return { step, residual: a.map((x, k) => x - b[k]!), scale: mat.norm(a) + mat.norm(b) + rounding };
  });
  const first = parts.flatMap(part => [...jet(c, directions(c)).first(part)]);
  const literal = parts.flatMap(part => [...penaltyGradient(c, right, part).value]);
  return { ladder, constant: first.map((x, k) => x - literal[k]!) };
}
