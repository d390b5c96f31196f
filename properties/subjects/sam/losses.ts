/**
 * @file Losses over parameters w [1, p] with known derivatives, as traced functions with their data as
 * inputs.
 */
import * as tf from '@tensorflow/tfjs';
import { constant } from '../../../src/engine/ops.js';
import type { Specs } from '../../../src/engine/spec.js';
import type { PowerSum } from '../../../src/theory/closed/power-sum.js';
import type { Ridge, RidgeKind } from '../../../src/theory/closed/ridge.js';
import type { draw } from '../../kit.js';

/** What of a loss is part of the program: everything but numbers. Compared by identity. */
interface LossShape {
  readonly dimension: number;
  readonly specs: Specs;
  /** [B, p] -> [B] */
  readonly value: (w: tf.Tensor, data: Readonly<Record<string, tf.Tensor>>) => tf.Tensor;
}

export interface Loss {
  readonly shape: LossShape;
  readonly data: Readonly<Record<string, Float64Array>>;
}

const shapes = new Map<string, LossShape>();

function shapeOf(name: string, make: () => LossShape): LossShape {
  const known = shapes.get(name) ?? make();
  shapes.set(name, known);
  return known;
}

const termSpecs = (terms: number, p: number): Specs => ({
  a: { shape: [terms, p] },
  b: { shape: [terms] },
  c: { shape: [terms] },
});

const termData = (
  terms: readonly { readonly c: number; readonly a: readonly number[]; readonly b: number }[],
): Record<string, Float64Array> => ({
  a: Float64Array.from(terms.flatMap(term => [...term.a])),
  b: Float64Array.from(terms, term => term.b),
  c: Float64Array.from(terms, term => term.c),
});

/** a_k . w + b_k, [1, terms] */
const arguments_ = (w: tf.Tensor, { a, b }: Readonly<Record<string, tf.Tensor>>): tf.Tensor =>
  tf.add(tf.matMul(w, a!, false, true), b!);

const FUNCTIONS: Readonly<Record<RidgeKind, (x: tf.Tensor) => tf.Tensor>> = {
  sin: tf.sin,
  cos: tf.cos,
  exp: tf.exp,
};

export function ridgeLoss({ kind, terms }: Ridge): Loss {
  const p = terms[0]!.a.length;
  const shape = shapeOf(`${kind} ${terms.length} ${p}`, () => ({
    dimension: p,
    specs: termSpecs(terms.length, p),
    value: (w, data) => tf.sum(tf.mul(data.c!, FUNCTIONS[kind](arguments_(w, data))), 1),
  }));
  return { shape, data: termData(terms) };
}

/** x^n for a whole n >= 0, by multiplication. */
const wholePower = (x: tf.Tensor, n: number): tf.Tensor =>
  n === 0 ? tf.onesLike(x) : n === 1 ? x : tf.mul(x, wholePower(x, n - 1));

export function powerLoss({ terms }: PowerSum): Loss {
  const p = terms[0]!.a.length;
  const powers = terms.map(term => term.n);
  const shape = shapeOf(`powers ${powers} ${p}`, () => ({
    dimension: p,
    specs: termSpecs(terms.length, p),
    value: (w, data) => {
      const x = arguments_(w, data);
      const raised = powers.map((n, k) => wholePower(tf.slice(x, [0, k], [w.shape[0]!, 1]), n));
      return tf.sum(tf.mul(data.c!, tf.concat(raised, 1)), 1);
    },
  }));
  return { shape, data: termData(terms) };
}

export function quadraticLoss({ offset, gradient, matrix }: draw.Quadratic): Loss {
  const p = gradient.length;
  const shape = shapeOf(`quadratic ${p}`, () => ({
    dimension: p,
    specs: { linear: { shape: [p] }, matrix: { shape: [p, p] }, offset: { shape: [] } },
    value: (w, data) => {
      const half = tf.mul(tf.matMul(w, data.matrix!), constant(0.5));
      return tf.add(data.offset!, tf.sum(tf.mul(w, tf.add(data.linear!, half)), 1));
    },
  }));
  return {
    shape,
    data: {
      linear: Float64Array.from(gradient),
      matrix: Float64Array.from(matrix.flat()),
      offset: Float64Array.of(offset),
    },
  };
}

/** The loss that is c everywhere. */
export const constantLoss = (p: number, c: number): Loss =>
  powerLoss({ terms: [{ c, a: new Array<number>(p).fill(1), b: 0, n: c === 0 ? 1 : 0 }] });
