/** @file Curved decoders at one sample whose beta-VAE objective is known in closed form: quadratic, sine and circle. */
import fc from 'fast-check';
import { denseAutoencoder } from '../../../src/core/net/dense.js';
import type { Autoencoder } from '../../../src/core/net/network.js';
import { circleOptimum, circleReconstruction } from '../../../src/theory/closed/circle-decoder.js';
import { optimalCovariance } from '../../../src/theory/closed/optimal-covariance.js';
import {
  curvature,
  quadraticMeanCurvature,
  quadraticReconstruction,
  quarticTerm,
} from '../../../src/theory/closed/quadratic-decoder.js';
import {
  sineJacobian,
  sineReconstruction,
  sineValue,
  wavesHessian,
  wavesQuartic,
  wavesSmoothed,
  wavesValue,
} from '../../../src/theory/closed/sine-decoder.js';
import { inverse } from '../../../src/theory/numerics/cholesky.js';
import { symmetricEigen } from '../../../src/theory/numerics/eigen.js';
import {
  combine,
  diagonal,
  gram,
  identity,
  type Matrix,
  norm,
  subtract,
  type Vector,
} from '../../../src/theory/numerics/matrix.js';
import { dyadic, normal } from '../../arbitraries/numbers.js';
import { plainRecord } from '../../arbitraries/record.js';
import { vector } from '../../arbitraries/vector.js';
import { circleAutoencoder, quadraticAutoencoder } from './decoders.js';
import { jacobians } from './local-cases.js';

/** What the theorems need of a smooth decoder at a sample; L is |x - g|^2 / 2 as a function of the code. */
export interface SmoothCase {
  readonly kind: 'quadratic' | 'sine' | 'circle';
  readonly net: Autoencoder;
  readonly params: Readonly<Record<string, Vector>>;
  readonly x: Vector;
  readonly mean: Vector;
  readonly jacobian: Matrix;
  /** Whether x = g(h). */
  readonly fits: boolean;
  /** The Hessian of L at the mean: A - R. */
  readonly hessian: Matrix;
  /** L averaged over N(h, S). */
  readonly reconstruction: (s: Matrix) => number;
  /** L_ijkl S_ij S_kl at the mean. */
  readonly quartic: (s: Matrix) => number;
  /** The Hessian of L averaged over N(h, S). */
  readonly meanHessian: (s: Matrix) => Matrix;
}

const DATA = 3;
const HIDDEN = 4;

const quadraticNets = new Map([1, 2].map(d => [d, quadraticAutoencoder(DATA, d, 'cholesky')]));
const circleNets = new Map([1, 2].map(d => [d, circleAutoencoder(d, 'cholesky')]));
const sineNets = new Map(
  [1, 2].map(d => [
    d,
    denseAutoencoder({
      encoder: [DATA],
      latent: d,
      decoder: [d, HIDDEN, DATA],
      activation: 'sin',
      output: 'identity',
      posterior: 'cholesky',
    }),
  ]),
);

/** The smallest eigenvalues of A and of A - R: how far the case is from losing a direction. */
export const smallest = (c: SmoothCase): number =>
  Math.min(...[gram(c.jacobian), c.hessian].map(m => symmetricEigen(m).values.at(-1)!));

/** The largest eigenvalue of A: with the smallest, what makes constants drift. */
const largest = (c: SmoothCase): number => symmetricEigen(gram(c.jacobian)).values[0]!;

/** A theorem for small beta needs A and A - R regular; nearly singular ones need steps too small for doubles. */
const regular = (c: SmoothCase): boolean => smallest(c) >= 0.1 && largest(c) <= 100 * smallest(c);

export type Residual = 'zero' | 'some';

const symmetric = (entries: Vector, d: number): number[][] =>
  d === 1
    ? [[entries[0]!]]
    : [
        [entries[0]!, entries[1]!],
        [entries[1]!, entries[2]!],
      ];

/** g(h + e) = g(h) + Je + (e'Q_m e / 2)_m around the posterior mean. */
function quadraticCases(d: number, residual: Residual): fc.Arbitrary<SmoothCase> {
  const entries = (d * (d + 1)) / 2;
  return plainRecord({
    jacobian: jacobians(DATA, d),
    curved: fc.tuple(...Array.from({ length: DATA }, () => vector(entries, normal({ std: 0.3 })))),
    mean: vector(d, normal()),
    value: vector(DATA, normal()),
    off: vector(DATA, dyadic({ min: -0.25, max: 0.25, bits: 6 })),
  })
    .map(({ jacobian, curved, mean, value, off }): SmoothCase => {
      const hessians = curved.map(q => symmetric(q, d));
      const x = residual === 'zero' ? value : value.map((v, m) => v + off[m]!);
      const model = { residual: subtract(x, value), mean, jacobian, hessians };
      return {
        kind: 'quadratic',
        net: quadraticNets.get(d)!,
        params: {
          'decoder.centre': mean,
          'decoder.value': value,
          'decoder.jacobian': jacobian.flat(),
          'decoder.hessians': hessians.flat(2),
        },
        x,
        mean,
        jacobian,
        fits: residual === 'zero',
        hessian: curvature(model),
        reconstruction: s => quadraticReconstruction(model, s),
        quartic: s => 8 * quarticTerm(model, s),
        meanHessian: s => quadraticMeanCurvature(model, s),
      };
    })
    .filter(regular);
}

/** Core's dense network with one hidden layer of sines. */
function sineCases(d: number, residual: Residual): fc.Arbitrary<SmoothCase> {
  return plainRecord({
    w: vector(HIDDEN * d, normal()),
    c: vector(HIDDEN, normal()),
    v: vector(DATA * HIDDEN, normal()),
    b: vector(DATA, normal()),
    mean: vector(d, normal()),
    off: vector(DATA, dyadic({ min: -0.25, max: 0.25, bits: 6 })),
  })
    .map(({ w, c, v, b, mean, off }): SmoothCase => {
      const rows = (flat: Vector, count: number): number[][] =>
        Array.from({ length: count }, (_, i) =>
          flat.slice((i * flat.length) / count, ((i + 1) * flat.length) / count),
        );
      const decoder = { w: rows(w, HIDDEN), c, v: rows(v, DATA), b };
      const x = sineValue(decoder, mean).map((g, m) => (residual === 'zero' ? g : g + off[m]!));
      const waves = sineReconstruction(decoder, x);
      return {
        kind: 'sine',
        net: sineNets.get(d)!,
        params: {
          'decoder.0.weight': w,
          'decoder.0.bias': c,
          'decoder.1.weight': v,
          'decoder.1.bias': b,
        },
        x,
        mean,
        jacobian: sineJacobian(decoder, mean),
        fits: residual === 'zero',
        hessian: wavesHessian(waves, mean),
        reconstruction: s => wavesValue(wavesSmoothed(waves, s), mean),
        quartic: s => wavesQuartic(waves, mean, s),
        meanHessian: s => wavesHessian(wavesSmoothed(waves, s), mean),
      };
    })
    .filter(regular);
}

/** Quadratic and sine decoders with one and two latents. */
export const curvedCases = (residual: Residual): fc.Arbitrary<SmoothCase> =>
  fc.oneof(...[1, 2].flatMap(d => [quadraticCases(d, residual), sineCases(d, residual)]));

/** Quadratic decoders only, where the mean Hessian is affine in the covariance. */
export const quadratics = (residual: Residual): fc.Arbitrary<SmoothCase> =>
  fc.oneof(...[1, 2].map(d => quadraticCases(d, residual)));

export interface CircleCase extends SmoothCase {
  readonly radius: Vector;
}

/** A circle for each latent, x on it. */
export const circleCases: fc.Arbitrary<CircleCase> = fc.oneof(
  ...[1, 2].map(d =>
    plainRecord({ radius: vector(d, dyadic({ min: 0.5, max: 4, bits: 4 })), mean: vector(d, normal()) }).map(
      ({ radius, mean }): CircleCase => {
        const [cosines, sines] = [Math.cos, Math.sin].map(f => radius.map((rho, k) => rho * f(mean[k]!)));
        const squares = radius.map(rho => rho ** 2);
        return {
          kind: 'circle',
          net: circleNets.get(d)!,
          params: { 'decoder.radius': radius },
          x: [...cosines!, ...sines!],
          mean,
          radius,
          jacobian: [...diagonal(sines!.map(y => -y)), ...diagonal(cosines!)],
          fits: true,
          hessian: diagonal(squares),
          reconstruction: s => radius.reduce((sum, rho, k) => sum + circleReconstruction(rho, s[k]![k]!), 0),
          quartic: s => squares.reduce((sum, a, k) => sum - a * s[k]![k]! ** 2, 0),
          meanHessian: s => diagonal(squares.map((a, k) => a * Math.exp(-s[k]![k]! / 2))),
        };
      },
    ),
  ),
);

/** The optimal covariance of the beta-VAE: separate variances on circles, else the fixed point of Price's theorem. */
export const optimum = (c: SmoothCase, beta: number): Matrix =>
  optimalCovariance(c.meanHessian, beta, c.mean.length);

/** Eq. (9): (I + (A - R) / beta)^-1. */
export const hessianCovariance = (c: SmoothCase, beta: number): Matrix =>
  inverse(combine(1, identity(c.mean.length), 1 / beta, c.hessian));

/**
 * A power of two where the asymptotic range in beta begins: the posterior is narrow in every direction, and over its width
 * the Hessian changes by less than a sixteenth of its smallest eigenvalue.
 */
export function reach(c: SmoothCase): number {
  const floor = smallest(c);
  let beta = 2 ** Math.floor(Math.log2(floor / 8));
  const change = (): number =>
    norm(combine(1, c.meanHessian(hessianCovariance(c, beta)), -1, c.hessian).flat());
  while (change() > floor / 16) beta /= 2;
  return beta;
}

/** The numbers of a case, without its network. */
export const show = ({ kind, params, x, mean }: SmoothCase): string =>
  `${kind} decoder, d = ${mean.length}: ${JSON.stringify({ ...params, x, mean })}`;

export const circleVariances = ({ radius }: CircleCase, beta: number): Matrix =>
  diagonal(radius.map(rho => circleOptimum(rho, beta)));
