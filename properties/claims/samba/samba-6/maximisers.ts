/** @file Quadratics on ellipsoids, the trust-region oracle for their maximum, and wrong maximisers. */
import { maximiseOnEllipsoid } from '../../../../src/theory/numerics/trust-region.js';
import { draw, fc, mat } from '../../../kit.js';
import { quadraticAt } from '../../../subjects/sam/ellipsoids.js';
import { times } from '../../../subjects/sam/ridge-cases.js';

/** A point of the ellipsoid e' Sigma^-1 e <= level where L(psi + e) is largest. */
export type Maximise = (f: draw.Quadratic, sigma: mat.Matrix, level: number) => readonly number[];

/** The trust-region oracle. */
export const truest: Maximise = (f, sigma, level) =>
  maximiseOnEllipsoid(f.gradient, f.matrix, sigma, Math.sqrt(level)).point;

/** A displacement e stretched to a level of the ellipsoid, from e' Sigma^-1 e. */
const reaching = (e: mat.Vector, own: number, level: number): mat.Vector =>
  own === 0 ? e : mat.scale(Math.sqrt(level) / Math.sqrt(own), e);

export const cases = (f: (p: number) => fc.Arbitrary<draw.Quadratic>) =>
  fc.oneof(
    ...[1, 2, 3, 5].map(p =>
      draw.record({
        f: f(p),
        sigma: draw.spd(p, 1 / 4, 4),
        radius: draw.logUniform({ min: 1 / 64, max: 8 }),
        // a direction, for what is added to the covariance or the radius
        more: draw.vector(p, draw.normal()),
      }),
    ),
  );
export type Case = draw.Of<ReturnType<typeof cases>>;

export const affine = (p: number): fc.Arbitrary<draw.Quadratic> => {
  const flat = mat.diagonal(mat.zeros(p));
  return draw
    .record({
      offset: draw.normal(),
      gradient: draw.vector(p, draw.normal()).filter(g => mat.norm(g) > 2 ** -4),
    })
    .map(({ offset, gradient }) => quadraticAt(gradient, flat, offset));
};

/** rho |Sigma^(1/2) g| */
export const firstOrder = ({ f, sigma, radius }: Case): number =>
  radius * Math.sqrt(mat.form(f.gradient, sigma.matrix, f.gradient));

export const sizeOf = ({ f, sigma, radius, more }: Case): number => {
  const spread = Math.max(...sigma.spectrum) + mat.norm(more) ** 2;
  return (
    Math.abs(f.offset) +
    mat.norm(f.gradient) * radius * Math.sqrt(spread) +
    mat.norm(f.matrix.flat()) * radius ** 2 * spread
  );
};

export const WRONG_MAXIMISERS = {
  ball: ['the ball for the ellipsoid', (f, sigma, level) => truest(f, mat.identity(sigma.length), level)],
  oneStep: [
    'the maximiser of the linearised loss',
    (f, sigma, level) =>
      reaching(mat.apply(sigma, f.gradient), mat.form(f.gradient, sigma, f.gradient), level),
  ],
  boundary: [
    'an interior maximum pushed to the boundary',
    (f, sigma, level) => {
      const e = truest(f, sigma, level);
      return reaching(e, mat.dot(e, mat.solve(sigma, e)), level);
    },
  ],
  downhill: [
    'the minimum',
    (f, sigma, level) =>
      truest({ ...f, gradient: mat.scale(-1, f.gradient), matrix: times(-1, f.matrix) }, sigma, level),
  ],
  rootForSigma: [
    'the square of Sigma for Sigma',
    (f, sigma, level) => truest(f, mat.multiply(sigma, sigma), level),
  ],
} satisfies Record<string, readonly [string, Maximise]>;
