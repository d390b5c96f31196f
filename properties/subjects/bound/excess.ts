/** @file The largest excess of the mean over the maximum on the ball: statements B, C, D of SAMBA-14. */

import { massOutside, meanExcess, meanSquaredExcess } from '../../../src/theory/closed/chi.js';
import { check, draw, fc } from '../../kit.js';
import type { Subject } from './controls.js';

const KNOTS = 4;
const DIMENSIONS = [1, 2, 3, 10, 100, 10_000];

/** Knots around the sphere where the mass is, between -3 and 3 from sqrt(d); one at the centre. */
const cases = draw
  .record({
    d: fc.constantFrom(...DIMENSIONS),
    rho: draw.logUniform({ min: 1e-2, max: 10 }),
    weights: draw.vector(KNOTS, draw.normal()),
    offsets: draw.vector(KNOTS - 1, draw.normal()),
    /** Minus this times |theta|^2 / (2 unit^2), for smooth losses. */
    dip: draw.normal().map(Math.abs),
  })
  .map(({ offsets, d, ...rest }) => ({
    ...rest,
    d,
    knots: [0, ...offsets.map(offset => Math.max(0, Math.sqrt(d) + offset))],
  }));
type RadialCase = draw.Of<typeof cases>;

/** One term, with its knot on the sphere of the ball, or inside of it: the extremal losses. */
const extremal = (d: number, inside = 0): RadialCase => ({
  d,
  rho: 1,
  weights: [1],
  knots: [Math.max(Math.sqrt(d) - inside, 0)],
  dip: 0,
});

const examples = DIMENSIONS.map(d => extremal(d));

const sum = (c: RadialCase, term: (knot: number) => number): number =>
  c.weights.reduce((total, weight, k) => total + weight * term(c.knots[k]!), 0);

/** The ends and the knots inside the ball. */
const candidates = ({ knots }: RadialCase, radius: number): number[] => [
  0,
  radius,
  ...knots.filter(knot => knot < radius),
];

const size = (c: RadialCase, height: number): number =>
  c.dip * c.d + c.weights.reduce((total, weight) => total + Math.abs(weight), 0) * height;

const lipschitz = check.bound<RadialCase, Subject>({
  says: 'B: for Lipschitz losses the mean exceeds the maximum by at most sqrt(2)/4 G rho / sqrt(d); (|theta| - rho)_+ reaches 80 % of it for large d',
  given: { arbitrary: cases, examples },
  measure: (c, s) => {
    const unit = c.rho / Math.sqrt(c.d);
    const ramp = (r: number): number => unit * sum(c, knot => Math.max(r - knot, 0));
    const best = Math.max(...candidates(c, Math.sqrt(c.d)).map(ramp));
    // The slope only changes at knots.
    const steepest = Math.max(...c.knots.map(at => Math.abs(sum(c, knot => (knot <= at ? 1 : 0)))));
    return {
      lower: unit * sum(c, knot => meanExcess(c.d, knot)) - best,
      upper: s.lipschitz(steepest, c.rho, c.d),
      scale: unit * size({ ...c, dip: 0 }, Math.sqrt(c.d) + 3) * Math.sqrt(c.d),
    };
  },
});

/** The maximum over [0, radius] of a smooth radial loss: at an end, a knot, or where the slope is zero. */
function largestSmooth(c: RadialCase, radius: number): number {
  const value = (r: number): number => sum(c, knot => Math.max(r - knot, 0) ** 2 / 2) - (c.dip * r ** 2) / 2;
  const fences = candidates(c, radius).sort((a, b) => a - b);
  const stationary = fences.flatMap((from, i) => {
    const to = fences[i + 1] ?? from;
    const bend = sum(c, knot => (knot <= from ? 1 : 0)) - c.dip;
    const r = sum(c, knot => (knot <= from ? knot : 0)) / bend;
    return bend !== 0 && r > from && r < to ? [r] : [];
  });
  return Math.max(...[...fences, ...stationary].map(value));
}

const smooth = check.bound<RadialCase, Subject>({
  says: 'C: for losses whose gradient has the Lipschitz constant b the mean exceeds the maximum by at most b rho^2 / d 2 sqrt(d) (sqrt(d) - E|eta|) < b rho^2 / (2d); half of it is reached for large d',
  given: {
    arbitrary: cases.map(c => ({ ...c, weights: c.weights.map(Math.abs) })),
    examples: DIMENSIONS.flatMap(d => [extremal(d), extremal(d, 2)]),
  },
  measure: (c, s) => {
    // Radial and tangential curvature both lie between -dip and the sum of the weights less dip.
    const steepest = Math.max(c.dip, sum(c, () => 1) - c.dip);
    const unit = c.rho ** 2 / c.d;
    const mean = sum(c, knot => meanSquaredExcess(c.d, knot) / 2) - (c.dip * c.d) / 2;
    const upper = s.smooth(steepest, c.rho, c.d);
    return check.below({
      excess: [
        unit * (mean - largestSmooth(c, Math.sqrt(c.d))),
        upper,
        unit * size(c, c.d + 10) * Math.sqrt(c.d),
      ],
      constant: [upper, (steepest * unit) / 2, steepest * unit * c.d],
    });
  },
});

interface BoundedCase extends RadialCase {
  readonly delta: number;
}

const boundedLoss = check.bound<BoundedCase, Subject>({
  says: 'D: for losses below Lmax the mean is at most (1 - delta) times the maximum on the ball of radius sqrt(d) + sqrt(2 log(1/delta)) plus delta Lmax',
  given: {
    arbitrary: fc
      .tuple(cases, draw.logUniform({ min: 1e-6, max: 0.5 }))
      .map(([c, delta]) => ({ ...c, delta })),
    // Steps on the sphere of the ball, and just where the allowed mass ends.
    examples: DIMENSIONS.flatMap(d =>
      [0.1, 1e-4].flatMap(delta => [
        { ...extremal(d), delta },
        { ...extremal(d), knots: [Math.sqrt(d) + Math.sqrt(2 * Math.log(1 / delta))], delta },
      ]),
    ),
  },
  measure: (c, s) => {
    const height = (r: number): number => sum(c, knot => (r > knot ? 1 : 0));
    const radius = s.tail(c.d, c.delta);
    // Values just beyond a knot, and at the ends.
    const inside = Math.max(
      height(radius),
      ...candidates(c, radius).map(r => (r < radius ? height(r * (1 + 1e-12) + 1e-300) : -Infinity)),
      height(0),
    );
    const largest = Math.max(0, ...c.knots.map(knot => height(knot * (1 + 1e-12) + 1e-300)));
    return {
      lower: sum(c, knot => massOutside(c.d, knot)),
      upper: (1 - c.delta) * inside + s.outside(c.delta, largest),
      scale: size({ ...c, dip: 0 }, 1) * Math.sqrt(c.d),
    };
  },
});

export const EXCESS = { lipschitz, smooth, boundedLoss };
