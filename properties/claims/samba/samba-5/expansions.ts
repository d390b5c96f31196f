/** @file What SAMBA-5 compares: the two penalties in closed form for linear decoders, and expansions. */
import type { RaeJacobianRules } from '../../../../src/core/objectives/rae/rae-jacobian.js';
import type { SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import type { VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import type { Arrays } from '../../../../src/engine/program.js';
import type { AutoencoderCase } from '../../../arbitraries/autoencoders.js';
import { mat, type OrderCase, quad } from '../../../kit.js';
import { bendAlong } from '../../../subjects/network/jacobians.js';
import { atCode, jet, rowsOf } from '../../../subjects/network/jets.js';
import { collect, inputsOf } from '../../../subjects/network/network.js';
import { directions, firstLayer, radii, roundOff } from '../../../subjects/sam/pair.js';
import * as penalties from '../../../subjects/sam/penalties.js';
import { jacobianStep, sambaStep } from '../../../subjects/sam/steps.js';

/** f(z) = wz with w = 1, x = 1, z = 0. */
export const COUNTEREXAMPLE: AutoencoderCase = {
  shape: penalties.linearShape(1, 1),
  params: { 'mu.weight': [0], 'mu.bias': [0], 'decoder.0.weight': [1], 'decoder.0.bias': [0] },
  x: [1],
  alpha: 0.5,
};

/** For f = Wz + b: gradients of mean |grad_z L| for codes and decoder, and of |W|_F for the decoder. */
export function linearPenalties(c: AutoencoderCase) {
  const [w, units, r] = [
    firstLayer(c),
    penalties.list(rowsOf(directions(c), c.shape.batch)),
    penalties.residuals(c),
  ];
  const codes = penalties.list(rowsOf(atCode(c).mean, c.shape.batch));
  const images = units.map(u => mat.scale(2 / c.shape.batch, mat.apply(w, u)));
  const sum = (terms: mat.Matrix): number[] => terms.reduce<number[]>(mat.add, mat.zeros(terms[0]!.length));
  const ofResidual = (i: number): number[][] => mat.outer(mat.scale(2 / c.shape.batch, r[i]!), units[i]!);
  const weights = units.map((_, i) => mat.add(ofResidual(i).flat(), mat.outer(images[i]!, codes[i]!).flat()));
  return {
    z: images.flatMap(image => mat.apply(mat.transpose(w), image)),
    theta: [...sum(weights), ...sum(images)],
    literalTheta: [...mat.scale(1 / mat.norm(w.flat()), w.flat()), ...w.map(() => 0)],
  };
}

/** Steps by factors of sqrt(2): an order of four leaves few halvings above round-off. */
const fineSteps = (from: number): number[] => Array.from({ length: 13 }, (_, k) => from * 2 ** (-k / 2));

/** The VAE's mean loss less the RAE's with alpha^2 |J|_F^2 and the term of the second derivatives. */
export function noiseExpansion(c: AutoencoderCase, jacobian: RaeJacobianRules, vae: VaeRules): OrderCase {
  const { latent } = c.shape.net;
  const r = Float64Array.from(penalties.residuals(c).flat());
  const along = (u: mat.Vector) => bendAlong(c, penalties.everywhere(c, u), r);
  const bending = mat.sum(mat.identity(latent).map(axis => along(axis).second));
  // exact for the polynomial of degree four that the fourth derivative is
  const fourth = mat.sum(
    quad.gaussianPoints(latent, 3).map(({ point, weight }) => weight * along(point).fourth),
  );
  const literal = jacobianStep(jacobian, c.shape, 2);
  const nodes = quad.gaussianPoints(latent, 7);
  const ladder = fineSteps(1 / 4 / Math.max(1, mat.norm(c.params['decoder.0.weight']!))).map(alpha => {
    const [loss] = penalties.vaeMean(c, vae, alpha, nodes, penalties.reconstructionOf) as [number];
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
  const literal = parts.flatMap(part => [...penalties.penaltyGradient(c, right, part).value]);
  return { ladder, constant: first.map((x, k) => x - literal[k]!) };
}
