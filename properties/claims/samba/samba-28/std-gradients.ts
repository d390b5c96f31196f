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
import type { PenaltyRules } from '../../../subjects/sam/covariance.js';
import type { Loss } from '../../../subjects/sam/losses.js';

/** A loss at a point, with standard deviations. */
export interface AtStd {
  readonly loss: Loss;
  readonly point: mat.Vector;
  readonly std: mat.Vector;
}

const scaleOf = (std: tf.Tensor): DiagonalScale => ({
  kind: 'diagonal',
  std,
  logVariance: tf.mul(tf.log(std), 2),
});

/** What a function of std is made from: the loss, its point, and the inputs that are given beside these. */
interface Given {
  readonly value: (w: tf.Tensor) => tf.Tensor;
  readonly point: tf.Tensor;
  readonly more: Readonly<Record<string, tf.Tensor>>;
}

/** The gradient with respect to std of a function, as a program kept by rules and a name. */
function stdGradient(
  { loss: { shape, data }, point, std }: AtStd,
  [rules, name]: readonly [rules: object, name: string],
  fn: (given: Given) => (std: tf.Tensor) => tf.Tensor,
  inputs: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: mat.Vector }>> = {},
): number[] {
  const row = { shape: [1, shape.dimension] };
  const program = programOf(rules, shape, name, () => ({
    specs: { ...shape.specs, ...inputs, point: row, std: row },
    fn: ({ point: at, std: s, ...more }) => {
      const value = (w: tf.Tensor): tf.Tensor => shape.value(w, more);
      return { gradient: gradient(fn({ value, point: at!, more }), s!) };
    },
  }));
  const numbers = Object.entries(inputs).map(([key, { values }]) => [key, Float64Array.from(values)]);
  const place = { point: Float64Array.from(point), std: Float64Array.from(std) };
  return [...program.run({ ...data, ...place, ...Object.fromEntries(numbers) }).gradient!];
}

/** The gradient of L at the perturbed point. */
export const stepStdGradient = (samba: SambaRules, at: AtStd): number[] =>
  stdGradient(at, [samba, 'std gradient of the step'], ({ value, point }) => s => {
    const { step } = perturb(scaleOf(s), gradient(value, point), samba);
    return value(samba.point(point, step));
  });

/** Tells the programs of different divergences apart. */
const names = new Map<SambaRules['kl'], string>([[gaussianKl, 'core']]);
function nameOf(kl: SambaRules['kl']): string {
  const known = names.get(kl) ?? `other ${names.size}`;
  names.set(kl, known);
  return known;
}

const scalar = (value: number) => ({ shape: [], values: [value] });

/** The gradient of sqrt(d) |std o grad L| + beta KL. */
export const penaltyStdGradient = (
  { penalty, kl }: { readonly penalty: PenaltyRules; readonly kl: SambaRules['kl'] },
  at: AtStd,
  beta: number,
): number[] =>
  stdGradient(
    at,
    [penalty, `std gradient of the penalty ${nameOf(kl)}`],
    ({ value, point, more }) => {
      const g = gradient(value, point);
      const radius = constant(penalty.radius(at.loss.shape.dimension));
      return s =>
        tf.add(tf.mul(radius, penalty.measure(scaleOf(s), g)), tf.mul(more.beta!, kl(point, scaleOf(s))));
    },
    { beta: scalar(beta) },
  );

/** The gradient of the mean of L over weighted noises, plus beta KL. */
export const noiseStdGradient = (
  vae: VaeRules,
  at: AtStd,
  points: readonly quad.WeightedPoint[],
  beta: number,
): number[] =>
  stdGradient(
    at,
    [vae, `std gradient of ${points.length} noises`],
    ({ value, point, more }) =>
      s => {
        const values = tf.mul(more.weights!, value(vae.sample(point, scaleOf(s), more.noise!)));
        return tf.add(tf.sum(values), tf.mul(more.beta!, tf.sum(vae.kl(point, scaleOf(s)))));
      },
    {
      noise: {
        shape: [points.length, at.loss.shape.dimension],
        values: points.flatMap(({ point }) => [...point]),
      },
      weights: { shape: [points.length], values: points.map(({ weight }) => weight) },
      beta: scalar(beta),
    },
  );

const GAP = {};
const gapKeys = new Map<number, object>();

/**
 * The gradient with respect to std of p^(3/2) |PAw/|w||^2 / (2|w|), w = std o g and A = diag(std) H
 * diag(std).
 */
export function gapStdGradient(g: mat.Vector, hessian: mat.Matrix, std: mat.Vector): number[] {
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
  const inputs = { g, hessian: hessian.flat(), std };
  const arrays = Object.entries(inputs).map(([name, values]) => [name, Float64Array.from(values)]);
  return [...program.run(Object.fromEntries(arrays)).gradient!];
}
