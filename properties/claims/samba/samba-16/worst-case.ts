/** @file One step, the mean under noise and the worst case of the reconstruction, for linear decoders. */
import type { SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import type { VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { maximiseOnEllipsoid } from '../../../../src/theory/numerics/trust-region.js';
import type { AutoencoderCase } from '../../../arbitraries/autoencoders.js';
import { mat, quad } from '../../../kit.js';
import { atCode } from '../../../subjects/network/jets.js';
import { inputsOf } from '../../../subjects/network/network.js';
import { firstLayer } from '../../../subjects/sam/pair.js';
import { linearShape, reconstructionOf, residuals, vaeMean } from '../../../subjects/sam/penalties.js';
import { average } from '../../../subjects/sam/released.js';
import { times } from '../../../subjects/sam/ridge-cases.js';
import { sambaStep } from '../../../subjects/sam/steps.js';

/** Gradient and Hessian of |x - Wz - b|^2 at the codes. */
export function quadratics(c: AutoencoderCase): { gradients: number[][]; hessian: number[][] } {
  const w = firstLayer(c);
  return {
    gradients: residuals(c).map(r => mat.scale(2, mat.apply(mat.transpose(w), r))),
    hessian: mat.gram(w).map(row => mat.scale(2, row)),
  };
}

/** The mean over the batch of max |x - f(mu + e)|^2 over e' Sigma_i^-1 e <= d, for a linear decoder. */
export function worstCase(c: AutoencoderCase, covariances: readonly mat.Matrix[]): number {
  const { gradients, hessian } = quadratics(c);
  const radius = Math.sqrt(c.shape.net.latent);
  const gain = (i: number): number =>
    maximiseOnEllipsoid(gradients[i]!, hessian, covariances[i]!, radius).value;
  return average([...atCode(c).errors].map((error, i) => error + gain(i)));
}

export const isotropic = (c: AutoencoderCase): number[][][] =>
  Array.from({ length: c.shape.batch }, () => times(c.alpha ** 2, mat.identity(c.shape.net.latent)));

/** What SAMBA decodes, Sigma = alpha^2 I. */
export const oneStep = (c: AutoencoderCase, samba: SambaRules): number =>
  reconstructionOf(
    sambaStep(samba, c.shape).run({ ...inputsOf(c), alpha2: Float64Array.of(c.alpha ** 2) }),
  )[0]!;

/** E_q |x - f(z)|^2, Sigma = alpha^2 I; exact for a linear decoder. */
export const mean = (c: AutoencoderCase, vae: VaeRules): number =>
  vaeMean(c, vae, c.alpha, quad.sigmaPoints(c.shape.net.latent), reconstructionOf)[0]!;

/** The size of what cancels in the losses of a linear decoder. */
export const sizeOf = (c: AutoencoderCase): number => {
  const w = mat.norm(firstLayer(c).flat());
  const reach = mat.norm([...atCode(c).mean]) + c.alpha * c.shape.net.latent;
  return (mat.norm(c.x) + mat.norm(c.params['decoder.0.bias']!) + w * reach) ** 2;
};

/** W = diag(1, 10), x = (-0.01, 0), z = 0: the gradient is small and points along the lesser curvature. */
export const flat = linearShape(2, 2);
export const SMALL_SLOPE: AutoencoderCase = {
  shape: flat,
  params: {
    'mu.weight': [0, 0, 0, 0],
    'mu.bias': [0, 0],
    'decoder.0.weight': [1, 0, 0, 10],
    'decoder.0.bias': [0, 0],
  },
  x: [-0.01, 0],
  alpha: 0.1,
};
