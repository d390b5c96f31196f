/** @file Gradients with respect to the standard deviations of a diagonal posterior, as core takes them. */
import * as tf from '@tensorflow/tfjs';
import { gradient } from '../../../../src/core/derivatives.js';
import { type DiagonalScale, gaussianKl } from '../../../../src/core/gaussian.js';
import type { SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import type { VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { perturb, scaledNorm } from '../../../../src/core/perturbation.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { constant } from '../../../../src/engine/ops.js';
import type { mat, quad } from '../../../kit.js';
import { rowsOf } from '../../../subjects/network/jets.js';
import type { PenaltyRules } from '../../../subjects/sam/covariance.js';
import type { Loss } from '../../../subjects/sam/losses.js';

/** A loss at a point, with standard deviations. */
export interface AtStd {
  readonly loss: Loss;
  readonly point: readonly number[];
  readonly std: readonly number[];
}

const scaleOf = (std: tf.Tensor): DiagonalScale => ({
  kind: 'diagonal',
  std,
  logVariance: tf.mul(tf.log(std), 2),
});

const specsOf = (shape: Loss['shape']) => ({
  ...shape.specs,
  point: { shape: [1, shape.dimension] },
  std: { shape: [1, shape.dimension] },
});

const inputsOf = ({ loss, point, std }: AtStd) => ({
  ...loss.data,
  point: Float64Array.from(point),
  std: Float64Array.from(std),
});

/** The gradient of L at the perturbed point. */
export function stepStdGradient(samba: SambaRules, at: AtStd): number[] {
  const { shape } = at.loss;
  const program = programOf(samba, shape, 'std gradient of the step', () => ({
    specs: specsOf(shape),
    fn: ({ point, std, ...data }) => {
      const value = (w: tf.Tensor): tf.Tensor => shape.value(w, data);
      const perturbed = (s: tf.Tensor): tf.Tensor =>
        value(samba.point(point!, perturb(scaleOf(s), gradient(value, point!), samba).step));
      return { gradient: gradient(perturbed, std!) };
    },
  }));
  return [...program.run(inputsOf(at)).gradient!];
}

/** The gradient of sqrt(d) |std o grad L| + beta KL. */
export function penaltyStdGradient(
  { penalty, kl }: { readonly penalty: PenaltyRules; readonly kl: SambaRules['kl'] },
  at: AtStd,
  beta: number,
): number[] {
  const { shape } = at.loss;
  const program = programOf(penalty, shape, `std gradient of the penalty ${nameOf(kl)}`, () => ({
    specs: { ...specsOf(shape), beta: { shape: [] } },
    fn: ({ point, std, beta: weight, ...data }) => {
      const g = gradient(w => shape.value(w, data), point!);
      const radius = constant(penalty.radius(shape.dimension));
      const value = (s: tf.Tensor): tf.Tensor =>
        tf.add(tf.mul(radius, penalty.measure(scaleOf(s), g)), tf.mul(weight!, kl(point!, scaleOf(s))));
      return { gradient: gradient(value, std!) };
    },
  }));
  return [...program.run({ ...inputsOf(at), beta: Float64Array.of(beta) }).gradient!];
}

const names = new Map<SambaRules['kl'], string>([[gaussianKl, 'core']]);

/** Tells the programs of different divergences apart. */
function nameOf(kl: SambaRules['kl']): string {
  const known = names.get(kl) ?? `other ${names.size}`;
  names.set(kl, known);
  return known;
}

/** The gradient of the mean of L over weighted noises, plus beta KL. */
export function noiseStdGradient(
  vae: VaeRules,
  at: AtStd,
  points: readonly quad.WeightedPoint[],
  beta: number,
): number[] {
  const { shape } = at.loss;
  const n = points.length;
  const program = programOf(vae, shape, `std gradient of ${n} noises`, () => ({
    specs: {
      ...specsOf(shape),
      noise: { shape: [n, shape.dimension] },
      weights: { shape: [n] },
      beta: { shape: [] },
    },
    fn: ({ point, std, noise, weights, beta: weight, ...data }) => {
      const value = (s: tf.Tensor): tf.Tensor => {
        const values = shape.value(vae.sample(point!, scaleOf(s), noise!), data);
        return tf.add(tf.sum(tf.mul(weights!, values)), tf.mul(weight!, tf.sum(vae.kl(point!, scaleOf(s)))));
      };
      return { gradient: gradient(value, std!) };
    },
  }));
  const outputs = program.run({
    ...inputsOf(at),
    noise: Float64Array.from(points.flatMap(({ point }) => [...point])),
    weights: Float64Array.from(points, ({ weight }) => weight),
    beta: Float64Array.of(beta),
  });
  return [...outputs.gradient!];
}

const GAP = {};
const gapKeys = new Map<number, object>();

/** The gradient with respect to std of p^(3/2) |PAw/|w||^2 / (2|w|), w = std o g and A = diag(std) H diag(std). */
export function gapStdGradient(g: readonly number[], hessian: mat.Matrix, std: readonly number[]): number[] {
  const p = g.length;
  const key = gapKeys.get(p) ?? {};
  gapKeys.set(p, key);
  const program = programOf(GAP, key, 'gap', () => ({
    specs: { g: { shape: [1, p] }, hessian: { shape: [p, p] }, std: { shape: [1, p] } },
    fn: ({ g: slope, hessian: h, std: s }) => {
      const gap = (at: tf.Tensor): tf.Tensor => {
        const w = tf.mul(at, slope!);
        const n = scaledNorm(w);
        const bent = tf.mul(at, tf.matMul(tf.mul(at, w), h!));
        const along = tf.sum(tf.mul(w, bent), 1);
        const squares = tf.sum(tf.square(bent), 1);
        const across = tf.sub(tf.div(squares, tf.pow(n, 3)), tf.div(tf.square(along), tf.pow(n, 5)));
        return tf.mul(across, constant(p ** 1.5 / 2));
      };
      return { gradient: gradient(gap, s!) };
    },
  }));
  const outputs = program.run({
    g: Float64Array.from(g),
    hessian: Float64Array.from(hessian.flat()),
    std: Float64Array.from(std),
  });
  return [...rowsOf(outputs.gradient!, 1)[0]!];
}
