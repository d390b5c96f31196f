/** @file Functions with known derivatives as programs, and the SAM step and first-order penalty of core on them. */
import * as tf from '@tensorflow/tfjs';
import { gradient } from '../../../src/core/derivatives.js';
import type { CholeskyScale } from '../../../src/core/gaussian.js';
import { type PerturbationRules, perturb } from '../../../src/core/perturbation.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import { constant } from '../../../src/engine/ops.js';
import type { Specs } from '../../../src/engine/spec.js';
import type { RidgeKind } from '../../../src/theory/closed/ridge.js';
import { type draw, mat } from '../../kit.js';
import type { PenaltyRules } from './covariance.js';

/** A function of [1, p] -> [1] with its data as inputs. */
interface Surface {
  readonly specs: Specs;
  readonly value: (w: tf.Tensor, data: Readonly<Record<string, tf.Tensor>>) => tf.Tensor;
}

const RIDGE: Readonly<Record<RidgeKind, (x: tf.Tensor) => tf.Tensor>> = {
  sin: tf.sin,
  cos: tf.cos,
  exp: tf.exp,
};

const ridgeSurface = (kind: RidgeKind, p: number): Surface => ({
  specs: { a: { shape: [2 * p + 2, p] }, b: { shape: [2 * p + 2] }, c: { shape: [2 * p + 2] } },
  value: (w, { a, b, c }) => tf.sum(tf.mul(c!, RIDGE[kind](tf.add(tf.matMul(w, a!, false, true), b!))), 1),
});

const quadraticSurface = (p: number): Surface => ({
  specs: { linear: { shape: [p] }, matrix: { shape: [p, p] }, offset: { shape: [] } },
  value: (w, { linear, matrix, offset }) => {
    const half = tf.mul(tf.matMul(w, matrix!), constant(0.5));
    return tf.add(offset!, tf.sum(tf.mul(w, tf.add(linear!, half)), 1));
  },
});

const keys = new Map<string, object>();

/** One object for each size, to key programs by. */
function keyOf(name: string): object {
  const known = keys.get(name) ?? {};
  keys.set(name, known);
  return known;
}

/** A function, a point, and a covariance Sigma by its lower triangular factor. */
export interface OnSurface {
  readonly kind: RidgeKind | 'quadratic';
  readonly dimension: number;
  readonly data: Readonly<Record<string, Float64Array>>;
  readonly point: readonly number[];
  readonly factor: mat.Matrix;
}

const array = (values: readonly number[]): Float64Array => Float64Array.from(values);

export const onRidge = ({ ridge, point }: draw.RidgeCase, covariance: mat.Matrix): OnSurface => ({
  kind: ridge.kind,
  dimension: point.length,
  data: {
    a: array(ridge.terms.flatMap(term => [...term.a])),
    b: array(ridge.terms.map(term => term.b)),
    c: array(ridge.terms.map(term => term.c)),
  },
  point,
  factor: mat.cholesky(covariance),
});

/** A quadratic at the origin, where its gradient is `gradient`. */
export const onQuadratic = (
  { gradient, matrix, offset }: draw.Quadratic,
  covariance: mat.Matrix,
): OnSurface => ({
  kind: 'quadratic',
  dimension: gradient.length,
  data: { linear: array(gradient), matrix: array(matrix.flat()), offset: array([offset]) },
  point: gradient.map(() => 0),
  factor: mat.cholesky(covariance),
});

export interface Measured {
  /** L at the point. */
  readonly value: number;
  /** L at the point moved by the step. */
  readonly perturbed: number;
  /** The first-order penalty of radius kappa. */
  readonly penalty: number;
}

/** L, L after one SAM step and the first-order penalty, for the covariance kappa^2 / p Sigma: radius kappa in whitened coordinates. */
export function measureOn(
  { kind, dimension, data, point, factor }: OnSurface,
  step: PerturbationRules,
  penalty: PenaltyRules,
  kappa: number,
): Measured {
  const surface = kind === 'quadratic' ? quadraticSurface(dimension) : ridgeSurface(kind, dimension);
  const specs = {
    ...surface.specs,
    point: { shape: [1, dimension] },
    factor: { shape: [1, dimension, dimension] },
  };
  const key = keyOf(`${kind} ${dimension}`);
  const scale = (factor: tf.Tensor): CholeskyScale => ({
    kind: 'cholesky',
    factor,
    logDiagonal: tf.zeros([1, dimension]),
  });
  const inputs = {
    ...data,
    point: array(point),
    factor: array(factor.flat().map(x => (kappa * x) / Math.sqrt(dimension))),
  };
  const moved = programOf(step, key, 'surface step', () => ({
    specs,
    fn: ({ point: w, factor: f, ...rest }) => {
      const value = (v: tf.Tensor): tf.Tensor => surface.value(v, rest);
      const { step: by } = perturb(scale(f!), gradient(value, w!), step);
      return { value: value(w!), perturbed: value(tf.add(w!, by)) };
    },
  })).run(inputs);
  const [value, perturbed] = [moved.value![0]!, moved.perturbed![0]!];
  const first = programOf(penalty, key, 'surface penalty', () => ({
    specs,
    fn: ({ point: w, factor: f, ...rest }) => {
      const g = gradient(v => surface.value(v, rest), w!);
      return { penalty: tf.mul(constant(penalty.radius(dimension)), penalty.measure(scale(f!), g)) };
    },
  })).run(inputs);
  return { value, perturbed, penalty: first.penalty![0]! };
}
