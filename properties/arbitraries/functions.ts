/**
 * @file Functions with known derivatives: sums of ridges (all orders elementary) and quadratics with a chosen
 * spectrum.
 */
import fc from 'fast-check';
import type { Ridge, RidgeKind } from '../../src/theory/closed/ridge.js';
import { apply, dot, type Matrix, type Vector } from '../../src/theory/numerics/matrix.js';
import { rotated } from './matrix.js';
import type { NumberArbitrary } from './number.js';
import { dyadic, logUniform, normal } from './numbers.js';
import { plainRecord } from './record.js';
import { vector } from './vector.js';

export interface RidgeCase {
  readonly ridge: Ridge;
  readonly point: readonly number[];
}

/** Spread of the ridge directions: |a|^2 is about 1.5^2 in every dimension. */
const SPREAD = 1.5;

/** A sum of 2p + 2 ridges in p dimensions with a point: L(w) = sum_k c_k phi(a_k . w + b_k). */
export function ridges(
  dimension: number,
  kinds: readonly RidgeKind[] = ['sin', 'cos', 'exp'],
): fc.Arbitrary<RidgeCase> {
  const count = 2 * dimension + 2;
  const term = plainRecord({
    c: normal(),
    a: vector(dimension, normal({ std: SPREAD / Math.sqrt(dimension) })),
    b: normal(),
  });
  const ridge = plainRecord({
    kind: fc.constantFrom(...kinds),
    terms: fc.array(term, { minLength: count, maxLength: count }),
  });
  return plainRecord({ ridge, point: vector(dimension, dyadic({ min: -1, max: 1, bits: 6 })) });
}

/** The sign pattern of a quadratic's curvature. `hard`: the gradient has no part in the top eigenspace. */
export type QuadraticKind = 'indefinite' | 'psd' | 'interior' | 'rank-deficient' | 'hard';

/** L(w) = offset + gradient . w + w' matrix w / 2. */
export interface Quadratic {
  readonly kind: QuadraticKind;
  readonly offset: number;
  readonly gradient: readonly number[];
  readonly matrix: readonly (readonly number[])[];
  /** Eigenvalues, and the eigenvectors as columns of `basis`. */
  readonly spectrum: readonly number[];
  readonly basis: readonly (readonly number[])[];
}

const magnitude = logUniform({ min: 1 / 16, max: 16 });

function signed(kind: QuadraticKind): (values: number[]) => number[] {
  switch (kind) {
    case 'psd':
      return values => values;
    case 'interior':
      return values => values.map(x => -x);
    case 'rank-deficient':
      return values => values.map((x, k) => (k === 0 ? 0 : k % 2 ? x : -x));
    // The top eigenvalue comes first; the others are below it.
    case 'indefinite':
    case 'hard':
      return values => values.map((x, k) => (k % 2 === 0 ? x : -x)).sort((x, y) => y - x);
  }
}

/**
 * A quadratic whose curvature has the given kind of spectrum. `interior` and `hard` fix what a maximiser may
 * look like.
 */
export function quadraticOf(
  dimension: number,
  kind: QuadraticKind,
  slope: NumberArbitrary = normal(),
): fc.Arbitrary<Quadratic> {
  const spectrum = vector(dimension, magnitude).map(signed(kind));
  return plainRecord({
    offset: normal(),
    parts: vector(dimension, slope),
    curvature: rotated(spectrum, dimension),
  }).map(({ offset, parts, curvature }) => {
    // In the eigenbasis, so that the hard case's missing component is exactly missing there.
    const along = parts.map((x, k) => (kind === 'hard' && k === 0 ? 0 : x));
    return { kind, offset, gradient: apply(curvature.basis, along), ...curvature };
  });
}

/** Quadratics of every kind in turn; `hard` only where there is an eigenspace to leave out. */
export const quadratics = (dimension: number): fc.Arbitrary<Quadratic> =>
  fc.oneof(
    ...(['psd', 'indefinite', 'interior', 'rank-deficient'] as const).map(kind =>
      quadraticOf(dimension, kind),
    ),
    ...(dimension > 1 ? [quadraticOf(dimension, 'hard')] : []),
  );

export const quadraticValue = ({ offset, gradient, matrix }: Quadratic, w: Vector): number =>
  offset + dot(gradient, w) + dot(w, apply(matrix as Matrix, w)) / 2;
