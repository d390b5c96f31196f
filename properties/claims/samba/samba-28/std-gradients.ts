/** @file Gradients with respect to the standard deviations of a diagonal posterior, as core takes them. */
import * as tf from '@tensorflow/tfjs';
import { gradient } from '../../../../src/core/derivatives.js';
import { type DiagonalScale, gaussianKl } from '../../../../src/core/gaussian.js';
import type { SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import type { VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { perturb, scaledNorm } from '../../../../src/core/perturbation.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { constant } from '../../../../src/engine/ops.js';
import type { Arrays } from '../../../../src/engine/program.js';
import type { Specs } from '../../../../src/engine/spec.js';
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

/** What a program is kept by, and what it is given beside the point. */
interface Kept {
  readonly rules: object;
  readonly name: string;
  readonly specs?: Specs;
  readonly inputs?: Arrays;
}

/** The gradient with respect to std of a function of the loss, the point, std and the other inputs. */
function stdGradient(
  { loss, point, std }: AtStd,
  { rules, name, specs, inputs }: Kept,
  fn: (
    value: (w: tf.Tensor) => tf.Tensor,
    point: tf.Tensor,
    more: Readonly<Record<string, tf.Tensor>>,
  ) => (std: tf.Tensor) => tf.Tensor,
): number[] {
  const { shape, data } = loss;
  const row = { shape: [1, shape.dimension] };
  const program = programOf(rules, shape, name, () => ({
    specs: { ...shape.specs, point: row, std: row, ...specs },
    fn: ({ point: at, std: s, ...more }) => {
      const value = (w: tf.Tensor): tf.Tensor => shape.value(w, more);
      return { gradient: gradient(fn(value, at!, more), s!) };
    },
  }));
  const place = { point: Float64Array.from(point), std: Float64Array.from(std) };
  return [...program.run({ ...data, ...place, ...inputs }).gradient!];
}

/** The gradient of L at the perturbed point. */
export const stepStdGradient = (samba: SambaRules, at: AtStd): number[] =>
  stdGradient(
    at,
    { rules: samba, name: 'std gradient of the step' },
    (value, point) => s => value(samba.point(point, perturb(scaleOf(s), gradient(value, point), samba).step)),
  );

const names = new Map<SambaRules['kl'], string>([[gaussianKl, 'core']]);

/** Tells the programs of different divergences apart. */
function nameOf(kl: SambaRules['kl']): string {
  const known = names.get(kl) ?? `other ${names.size}`;
  names.set(kl, known);
  return known;
}

const scalar = { shape: [] };

/** The gradient of sqrt(d) |std o grad L| + beta KL. */
export function penaltyStdGradient(
  { penalty, kl }: { readonly penalty: PenaltyRules; readonly kl: SambaRules['kl'] },
  at: AtStd,
  beta: number,
): number[] {
  const kept = {
    rules: penalty,
    name: `std gradient of the penalty ${nameOf(kl)}`,
    specs: { beta: scalar },
    inputs: { beta: Float64Array.of(beta) },
  };
  return stdGradient(at, kept, (value, point, { beta: weight }) => {
    const g = gradient(value, point);
    const radius = constant(penalty.radius(at.loss.shape.dimension));
    return s =>
      tf.add(tf.mul(radius, penalty.measure(scaleOf(s), g)), tf.mul(weight!, kl(point, scaleOf(s))));
  });
}

/** The gradient of the mean of L over weighted noises, plus beta KL. */
export function noiseStdGradient(
  vae: VaeRules,
  at: AtStd,
  points: readonly quad.WeightedPoint[],
  beta: number,
): number[] {
  const n = points.length;
  const kept = {
    rules: vae,
    name: `std gradient of ${n} noises`,
    specs: { noise: { shape: [n, at.loss.shape.dimension] }, weights: { shape: [n] }, beta: scalar },
    inputs: {
      noise: Float64Array.from(points.flatMap(({ point }) => [...point])),
      weights: Float64Array.from(points, ({ weight }) => weight),
      beta: Float64Array.of(beta),
    },
  };
  return stdGradient(at, kept, (value, point, { noise, weights, beta: weight }) => s => {
    const values = value(vae.sample(point, scaleOf(s), noise!));
    return tf.add(tf.sum(tf.mul(weights!, values)), tf.mul(weight!, tf.sum(vae.kl(point, scaleOf(s)))));
  });
}

const GAP = {};
const gapKeys = new Map<number, object>();

/** The gradient with respect to std of p^(3/2) |PAw/|w||^2 / (2|w|), w = std o g and A = diag(std) H diag(std). */
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
