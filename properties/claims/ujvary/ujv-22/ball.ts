/**
 * @file UJV-22: the ball that holds nearly all of a normal vector, and what it says of a mean: eqs.
 * (67)-(69).
 */

import { chiMoment, massOutside, radialMean } from '../../../../src/theory/closed/chi.js';
import { check, draw, fc } from '../../../kit.js';
import type { PacBayesRules } from './pac-bayes.js';

export interface Size {
  /** Parameters. */
  readonly p: number;
  /** Data. */
  readonly n: number;
}

export const CIFAR = 50_000;

const sizes = draw.record({
  p: draw.logUniform({ min: 1, max: 16_384 }).map(Math.round),
  n: draw.logUniform({ min: 2, max: 1e8 }).map(Math.round),
});

const corners: Size[] = [1, 2, 10, 100, 20_000].flatMap(p => [2, 1000, CIFAR, 1e8].map(n => ({ p, n })));

/**
 * The incomplete gamma function for 10^4 parameters, and sums of hundreds of its kind, are good to eleven
 * digits.
 */
export const TAIL_ULPS = 2 ** 20;

const tail = check.bound<Size, PacBayesRules>({
  says: 'a standard normal vector is longer than gamma = sqrt(p) + sqrt(log n) with probability at most 1/sqrt(n), eq. (67)',
  given: { arbitrary: sizes, examples: corners },
  runs: 60,
  ulps: TAIL_ULPS,
  measure: ({ p, n }, rules) => ({
    lower: massOutside(p, rules.radius(p, n)),
    upper: rules.tail(n),
  }),
});

const concentration = check.bound<Size, PacBayesRules>({
  says: 'because the length exceeds its mean by t with probability at most exp(-t^2/2), and its mean is below sqrt(p)',
  given: { arbitrary: sizes, examples: corners },
  runs: 60,
  ulps: TAIL_ULPS,
  measure: ({ p, n }, rules) => {
    const t = rules.radius(p, n) - Math.sqrt(p);
    return check.below({
      tail: [massOutside(p, chiMoment(p, 1) + t), Math.exp((-t * t) / 2)],
      mean: [chiMoment(p, 1), Math.sqrt(p)],
    });
  },
});

const smaller = check.bound<Size, PacBayesRules>({
  says: 'the squared radius p + sqrt(2 p log n) + log n would do (Laurent and Massart), which is smaller',
  given: { arbitrary: sizes, examples: corners },
  runs: 60,
  ulps: TAIL_ULPS,
  measure: ({ p, n }, rules) => {
    const square = p + Math.sqrt(2 * p * Math.log(n)) + Math.log(n);
    return check.below({
      tail: [massOutside(p, Math.sqrt(square)), rules.tail(n)],
      radius: [square, rules.radius(p, n) ** 2],
    });
  },
});

const forms = check.equals<Size, PacBayesRules>({
  says: 'the radius of the main text, sqrt(p) (1 + sqrt(log n / p)), is that of eq. (67)',
  given: sizes,
  measure: ({ p, n }, rules) => ({
    actual: rules.radius(p, n),
    expected: Math.sqrt(p) * (1 + Math.sqrt(Math.log(n) / p)),
  }),
});

const appendix = check.violates<Size, PacBayesRules>({
  says: 'p (1 + sqrt(log n / p)), as the appendix reads, is not: its square is 17661 for 100 parameters and 50000 data, not 176.6',
  given: check.only([{ p: 100, n: CIFAR }]),
  measure: ({ p, n }, rules) => {
    const claimed = (p * (1 + Math.sqrt(Math.log(n) / p))) ** 2;
    const actual = rules.radius(p, n) ** 2;
    return { claimed, actual, by: claimed - actual, scale: claimed };
  },
});

const bareRadius = check.violates<number, PacBayesRules>({
  says: 'the radius sqrt(p) itself, that of the SAM objective, leaves 70 to 111 times too much outside for 50000 data',
  given: check.only<number>([1, 10, 100, 10_000]),
  measure: (p, rules) => {
    const [claimed, actual] = [rules.tail(CIFAR), massOutside(p, Math.sqrt(p))];
    return { what: `${p} parameters`, claimed, actual, by: actual - 70 * claimed, scale: actual };
  },
});

interface RadialCase extends Size {
  /** L = low + (largest - low) r^2 / (r^2 + width^2) */
  readonly low: number;
  readonly largest: number;
  readonly width: number;
}

const radialCases = fc
  .tuple(
    draw.dyadic({ min: -2, max: 2, bits: 4 }),
    draw.dyadic({ min: 0, max: 2, bits: 4 }),
    draw.logUniform({ min: 1 / 4, max: 16 }),
    fc.constantFrom(1, 2, 5, 20),
    fc.constantFrom(2, 10, 1000, CIFAR),
  )
  .map(([low, rise, width, p, n]): RadialCase => ({ low, largest: low + rise, width, p, n }));

const mean = check.bound<RadialCase, PacBayesRules>({
  says: 'the mean loss is at most (1 - 1/sqrt(n)) times its maximum on the ball plus Lmax/sqrt(n), eq. (68), for losses of either sign',
  given: {
    arbitrary: radialCases,
    examples: [
      { low: -1, largest: -1, width: 1, p: 2, n: 10 },
      { low: 0, largest: 1, width: 16, p: 20, n: 2 },
    ],
  },
  runs: 24,
  ulps: TAIL_ULPS,
  measure: ({ low, largest, width, p, n }, rules) => {
    const scale = Math.sqrt(p) * width;
    const loss = (r: number): number => low + ((largest - low) * r * r) / (r * r + scale * scale);
    return {
      lower: radialMean(p, loss),
      upper: rules.mean(loss(rules.radius(p, n)), largest, n),
      scale: Math.abs(low) + Math.abs(largest) + 1,
    };
  },
});

const step = check.bound<Size & { inside: number; outside: number }, PacBayesRules>({
  says: 'so it is for a loss that jumps on the edge of the ball',
  given: {
    arbitrary: fc
      .tuple(sizes, draw.dyadic({ min: -2, max: 2, bits: 4 }), draw.dyadic({ min: 0, max: 4, bits: 4 }))
      .map(([size, inside, rise]) => ({ ...size, inside, outside: inside + rise })),
    examples: [{ p: 1, n: 1e8, inside: 0, outside: 1 }],
  },
  runs: 40,
  ulps: TAIL_ULPS,
  measure: ({ p, n, inside, outside }, rules) => {
    const mass = massOutside(p, rules.radius(p, n));
    return {
      lower: (1 - mass) * inside + mass * outside,
      upper: rules.mean(inside, outside, n),
      scale: 1 + Math.abs(inside) + Math.abs(outside),
    };
  },
});

const negative = check.violates<number, PacBayesRules>({
  says: 'eq. (69) drops the factor 1 - 1/sqrt(n): L = -1 everywhere violates it, losses must not be negative',
  given: check.only<number>([100, CIFAR]),
  measure: (n, rules) => {
    const claimed = -1 - 1 / Math.sqrt(n);
    const actual = rules.mean(-1, -1, n);
    return { claimed, actual, by: actual - claimed, scale: 1 };
  },
});

/** All checks on the ball. */
export const BALL = { tail, concentration, smaller, forms, appendix, bareRadius, mean, step, negative };
