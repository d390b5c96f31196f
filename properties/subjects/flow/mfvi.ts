/**
 * @file The MFVI objective without its KL, E L(mu + Sigma^(1/2) eta), and the penalised loss that
 * approximates it.
 */
import * as tf from '@tensorflow/tfjs';
import { gradient, jacobian } from '../../../src/core/derivatives.js';
import { identity, isotropic, type Scale, scaleColumns } from '../../../src/core/gaussian.js';
import { VAE_RULES, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import { constant } from '../../../src/engine/ops.js';
import { type mat, quad } from '../../kit.js';
import type { Loss } from '../sam/losses.js';
import type { At } from '../sam/sam.js';

export interface MfviRules {
  /** mu + Sigma^(1/2) eta, as trained. */
  readonly sample: VaeRules['sample'];
  /** L with L L^T = Sigma, [1, p, p]. */
  readonly root: (scale: Scale, p: number) => tf.Tensor;
  /** tr(L^T H L) from the Hessian [1, p, p] and the root. */
  readonly curvature: (hessian: tf.Tensor, root: tf.Tensor) => tf.Tensor;
  /** The factor in front of it. */
  readonly prefactor: number;
  /** The variance of each parameter for the radius rho. */
  readonly variance: (rho: number, p: number) => number;
  /** The next term, from L_ijkl Sigma_ij Sigma_kl. */
  readonly next: (contraction: number) => number;
}

export const MFVI_RULES: MfviRules = {
  sample: VAE_RULES.sample,
  root: (scale, p) => scaleColumns(tf.expandDims(identity(p), 0), scale),
  curvature: (hessian, root) => tf.sum(tf.mul(root, tf.matMul(hessian, root))),
  prefactor: 0.5,
  variance: (rho, p) => rho ** 2 / p,
  next: contraction => contraction / 8,
};

/** L + 1/2 tr(Sigma H) at a point, as a traced function. */
function penalised(
  rules: MfviRules,
  { shape }: Loss,
  at: tf.Tensor,
  data: Readonly<Record<string, tf.Tensor>>,
  scale: Scale,
): tf.Tensor {
  const value = (w: tf.Tensor): tf.Tensor => shape.value(w, data);
  const hessian = jacobian(w => gradient(value, w), at);
  const curvature = rules.curvature(hessian, rules.root(scale, shape.dimension));
  return tf.add(tf.sum(value(at)), tf.mul(constant(rules.prefactor), curvature));
}

const cholesky = (factor: tf.Tensor): Scale => ({
  kind: 'cholesky',
  factor,
  logDiagonal: tf.zeros([1, factor.shape[1]!]),
});

/** L + 1/2 tr(Sigma H), eq. (14). */
export function penalisedOn(rules: MfviRules, { loss, point, factor }: At): number {
  const p = loss.shape.dimension;
  const program = programOf(rules, loss.shape, 'penalty of MFVI', () => ({
    specs: { ...loss.shape.specs, point: { shape: [1, p] }, factor: { shape: [1, p, p] } },
    fn: ({ point: at, factor: root, ...data }) => ({
      value: penalised(rules, loss, at!, data, cholesky(root!)),
    }),
  }));
  const inputs = { point: Float64Array.from(point), factor: Float64Array.from(factor.flat()) };
  return program.run({ ...loss.data, ...inputs }).value![0]!;
}

/** L + rho^2/(2p) tr H, eq. (13): the same for (rho^2/p) I, by core's isotropic scale. */
export function isotropicOn(rules: MfviRules, { loss, point }: Omit<At, 'factor'>, rho: number): number {
  const p = loss.shape.dimension;
  const program = programOf(rules, loss.shape, 'isotropic penalty of MFVI', () => ({
    specs: { ...loss.shape.specs, point: { shape: [1, p] }, variance: { shape: [] } },
    fn: ({ point: at, variance, ...data }) => ({
      value: penalised(rules, loss, at!, data, isotropic(variance!)),
    }),
  }));
  const inputs = { point: Float64Array.from(point), variance: Float64Array.of(rules.variance(rho, p)) };
  return program.run({ ...loss.data, ...inputs }).value![0]!;
}

/** E L(mu + Sigma^(1/2) eta) by weighted noises. */
export function expectedOn(
  rules: MfviRules,
  { loss, point, factor }: At,
  points: readonly quad.WeightedPoint[],
): number {
  const p = loss.shape.dimension;
  const program = programOf(rules, loss.shape, 'sample of MFVI', () => ({
    specs: {
      ...loss.shape.specs,
      point: { shape: [1, p] },
      factor: { shape: [1, p, p] },
      noise: { shape: [1, p] },
    },
    fn: ({ point: at, factor: root, noise, ...data }) => ({
      value: loss.shape.value(rules.sample(at!, cholesky(root!), noise!), data),
    }),
  }));
  const inputs = { ...loss.data, point: Float64Array.from(point), factor: Float64Array.from(factor.flat()) };
  const at = (noise: mat.Vector): number =>
    program.run({ ...inputs, noise: Float64Array.from(noise) }).value![0]!;
  return quad.expectation(points, at);
}
