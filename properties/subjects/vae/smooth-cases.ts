/**
 * @file Curved decoders at one sample whose beta-VAE objective is known in closed form: quadratic, sine and
 * circle.
 */
import type { Autoencoder } from '../../../src/core/net/network.js';
import { circleOptimum, circleReconstruction } from '../../../src/theory/closed/circle-decoder.js';
import { optimalCovariance } from '../../../src/theory/closed/optimal-covariance.js';
import * as quadraticDecoder from '../../../src/theory/closed/quadratic-decoder.js';
import * as sineDecoder from '../../../src/theory/closed/sine-decoder.js';
import { draw, fc, mat } from '../../kit.js';
import { circleAutoencoder, quadraticAutoencoder } from './decoders.js';
import { affinelyEncoded, jacobians } from './local-cases.js';

/** What the theorems need of a smooth decoder at a sample; L is |x - g|^2 / 2 as a function of the code. */
export interface SmoothCase {
  readonly kind: 'quadratic' | 'sine' | 'circle';
  readonly net: Autoencoder;
  readonly params: Readonly<Record<string, mat.Vector>>;
  readonly x: mat.Vector;
  readonly mean: mat.Vector;
  readonly jacobian: mat.Matrix;
  /** Whether x = g(h). */
  readonly fits: boolean;
  /** The Hessian of L at the mean: A - R. */
  readonly hessian: mat.Matrix;
  /** L averaged over N(h, S). */
  readonly reconstruction: (s: mat.Matrix) => number;
  /** L_ijkl S_ij S_kl at the mean. */
  readonly quartic: (s: mat.Matrix) => number;
  /** The Hessian of L averaged over N(h, S). */
  readonly meanHessian: (s: mat.Matrix) => mat.Matrix;
}

const DATA = 3;
const HIDDEN = 4;

const quadraticNets = new Map([1, 2].map(d => [d, quadraticAutoencoder(DATA, d, 'cholesky')]));
const circleNets = new Map([1, 2].map(d => [d, circleAutoencoder(d, 'cholesky')]));

/** The smallest eigenvalues of A and of A - R: how far the case is from losing a direction. */
export const smallest = (c: SmoothCase): number =>
  Math.min(...[mat.gram(c.jacobian), c.hessian].map(m => mat.symmetricEigen(m).values.at(-1)!));

/** The largest eigenvalue of A: with the smallest, what makes constants drift. */
const largest = (c: SmoothCase): number => mat.symmetricEigen(mat.gram(c.jacobian)).values[0]!;

/**
 * A theorem for small beta needs A and A - R regular; nearly singular ones need steps too small for doubles.
 */
const regular = (c: SmoothCase): boolean => smallest(c) >= 0.1 && largest(c) <= 100 * smallest(c);

export type Residual = 'zero' | 'some';

const symmetric = (entries: mat.Vector, d: number): number[][] =>
  d === 1
    ? [[entries[0]!]]
    : [
        [entries[0]!, entries[1]!],
        [entries[1]!, entries[2]!],
      ];

/** g(h + e) = g(h) + Je + (e'Q_m e / 2)_m around the posterior mean. */
function quadraticCases(d: number, residual: Residual): fc.Arbitrary<SmoothCase> {
  const entries = (d * (d + 1)) / 2;
  return draw
    .record({
      jacobian: jacobians(DATA, d),
      curved: fc.tuple(
        ...Array.from({ length: DATA }, () => draw.vector(entries, draw.normal({ std: 0.3 }))),
      ),
      mean: draw.vector(d, draw.normal()),
      value: draw.vector(DATA, draw.normal()),
      off: draw.vector(DATA, draw.dyadic({ min: -0.25, max: 0.25, bits: 6 })),
    })
    .map(({ jacobian, curved, mean, value, off }): SmoothCase => {
      const hessians = curved.map(q => symmetric(q, d));
      const x = residual === 'zero' ? value : value.map((v, m) => v + off[m]!);
      const model = { residual: mat.subtract(x, value), mean, jacobian, hessians };
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
        hessian: quadraticDecoder.curvature(model),
        reconstruction: s => quadraticDecoder.quadraticReconstruction(model, s),
        quartic: s => 8 * quadraticDecoder.quarticTerm(model, s),
        meanHessian: s => quadraticDecoder.quadraticMeanCurvature(model, s),
      };
    })
    .filter(regular);
}

/** Core's dense network with one hidden layer of sines. */
function sineCases(d: number, residual: Residual): fc.Arbitrary<SmoothCase> {
  return draw
    .record({
      w: draw.vector(HIDDEN * d, draw.normal()),
      c: draw.vector(HIDDEN, draw.normal()),
      v: draw.vector(DATA * HIDDEN, draw.normal()),
      b: draw.vector(DATA, draw.normal()),
      mean: draw.vector(d, draw.normal()),
      off: draw.vector(DATA, draw.dyadic({ min: -0.25, max: 0.25, bits: 6 })),
    })
    .map(({ w, c, v, b, mean, off }): SmoothCase => {
      const rows = (flat: mat.Vector, count: number): number[][] =>
        Array.from({ length: count }, (_, i) =>
          flat.slice((i * flat.length) / count, ((i + 1) * flat.length) / count),
        );
      const decoder = { w: rows(w, HIDDEN), c, v: rows(v, DATA), b };
      const x = sineDecoder.sineValue(decoder, mean).map((g, m) => (residual === 'zero' ? g : g + off[m]!));
      const waves = sineDecoder.sineReconstruction(decoder, x);
      return {
        kind: 'sine',
        net: affinelyEncoded([d, HIDDEN, DATA], 'sin'),
        params: { 'decoder.0.weight': w, 'decoder.0.bias': c, 'decoder.1.weight': v, 'decoder.1.bias': b },
        x,
        mean,
        jacobian: sineDecoder.sineJacobian(decoder, mean),
        fits: residual === 'zero',
        hessian: sineDecoder.wavesHessian(waves, mean),
        reconstruction: s => sineDecoder.wavesValue(sineDecoder.wavesSmoothed(waves, s), mean),
        quartic: s => sineDecoder.wavesQuartic(waves, mean, s),
        meanHessian: s => sineDecoder.wavesHessian(sineDecoder.wavesSmoothed(waves, s), mean),
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
  readonly radius: mat.Vector;
}

/** A circle for each latent, x on it. */
export const circleCases: fc.Arbitrary<CircleCase> = fc.oneof(
  ...[1, 2].map(d =>
    draw
      .record({
        radius: draw.vector(d, draw.dyadic({ min: 0.5, max: 4, bits: 4 })),
        mean: draw.vector(d, draw.normal()),
      })
      .map(({ radius, mean }): CircleCase => {
        const [cosines, sines] = [Math.cos, Math.sin].map(f => radius.map((rho, k) => rho * f(mean[k]!)));
        const squares = radius.map(rho => rho ** 2);
        return {
          kind: 'circle',
          net: circleNets.get(d)!,
          params: { 'decoder.radius': radius },
          x: [...cosines!, ...sines!],
          mean,
          radius,
          jacobian: [...mat.diagonal(sines!.map(y => -y)), ...mat.diagonal(cosines!)],
          fits: true,
          hessian: mat.diagonal(squares),
          reconstruction: s => radius.reduce((sum, rho, k) => sum + circleReconstruction(rho, s[k]![k]!), 0),
          quartic: s => squares.reduce((sum, a, k) => sum - a * s[k]![k]! ** 2, 0),
          meanHessian: s => mat.diagonal(squares.map((a, k) => a * Math.exp(-s[k]![k]! / 2))),
        };
      }),
  ),
);

/**
 * The optimal covariance of the beta-VAE: separate variances on circles, else the fixed point of Price's
 * theorem.
 */
export const optimum = (c: SmoothCase, beta: number): mat.Matrix =>
  optimalCovariance(c.meanHessian, beta, c.mean.length);

/** Eq. (9): (I + (A - R) / beta)^-1. */
export const hessianCovariance = (c: SmoothCase, beta: number): mat.Matrix =>
  mat.inverse(mat.combine(1, mat.identity(c.mean.length), 1 / beta, c.hessian));

/**
 * A power of two where the asymptotic range in beta begins: the posterior is narrow in every direction, and
 * over its width the Hessian changes by less than a sixteenth of its smallest eigenvalue.
 */
export function reach(c: SmoothCase): number {
  const floor = smallest(c);
  let beta = 2 ** Math.floor(Math.log2(floor / 8));
  const change = (): number =>
    mat.norm(mat.combine(1, c.meanHessian(hessianCovariance(c, beta)), -1, c.hessian).flat());
  while (change() > floor / 16) beta /= 2;
  return beta;
}

/** So many halvings of beta from there. */
export const stepsOf = (c: SmoothCase, rungs: number, top = reach(c)): number[] =>
  Array.from({ length: rungs }, (_, k) => top * 2 ** -k);

/** The numbers of a case, without its network. */
export const show = ({ kind, params, x, mean }: SmoothCase): string =>
  `${kind} decoder, d = ${mean.length}: ${JSON.stringify({ ...params, x, mean })}`;

export const circleVariances = ({ radius }: CircleCase, beta: number): mat.Matrix =>
  mat.diagonal(radius.map(rho => circleOptimum(rho, beta)));
