/** @file VGR-14: large gamma smooths the energy; small gamma separates its minima, at sparse solutions. */
import { GAMMA_VAE_RULES, type GammaVaeRules } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { decoderLine, minima, onSlice, rotationSlice, segmentSlice } from '../../../src/studies/slices.js';
import {
  ROTATION_EXCESS,
  rotationExcess,
  SEGMENT_ENERGY,
  segmentEnergy,
} from '../../../src/theory/closed/energy-slices.js';
import { check, claim, conditional, draw, wrong } from '../../kit.js';
import { GAMMA_WRONG } from '../../subjects/energy/gamma-controls.js';

const SUBJECT = {
  gamma: GAMMA_VAE_RULES,
  /** The energy on the rotation slice above that of the sparse solution. */
  rotation: rotationExcess,
  /** The energy on the segment, d log gamma left out. */
  segment: segmentEnergy,
  /** Where the segment's midpoint stops being a minimum, for lambda = 1. */
  critical: 0.66842,
  /** Distance of the minimiser from the sparse solution over gamma. */
  offset: (lambda: number) => (1 + lambda) / (1 + 4 * lambda),
};
type Subject = typeof SUBJECT;

const DATA = 2;

const cases = draw.record({
  lambda: draw.logUniform({ min: 0.1, max: 5 }),
  gamma: draw.logUniform({ min: 1e-6, max: 10 }),
  t: draw.dyadic({ min: 0, max: 1, bits: 8 }),
});
type Case = draw.Of<typeof cases>;

/** Terms and their rounding: residuals of size sqrt(gamma) are made from data of size sqrt(lambda). */
const sizeOf = ({ lambda, gamma }: Pick<Case, 'lambda' | 'gamma'>): number =>
  16 * (4 + lambda + lambda / gamma + Math.abs(Math.log(gamma)) + Math.abs(Math.log(lambda)));

const rotation = check.equals<Case, Subject>({
  says: 'turning two latents by t costs log(1 + (lambda/gamma)^2 sin^2 2t / (4 (1 + lambda/gamma))): a barrier of height log(lambda/(4 gamma)) between the sparse solutions, none for large gamma',
  given: cases,
  runs: 40,
  measure: ({ lambda, gamma, t }, { gamma: rules, rotation: excess }) => {
    const at = (angle: number): number => onSlice(rules, rotationSlice(lambda, angle), lambda, gamma).value;
    return { actual: at(t) - at(0), expected: excess(t, lambda, gamma), scale: sizeOf({ lambda, gamma }) };
  },
});

const steepest = check.order<number, Subject>({
  says: 'the largest slope of the rotation slice is sqrt(lambda/gamma), less 5/2 (gamma/lambda) of it: unbounded as gamma goes to 0',
  given: draw.logUniform({ min: 0.1, max: 5 }),
  order: 1,
  runs: 8,
  measure: (lambda, { gamma: rules }) => ({
    ladder: check.ladder(check.dyadic(lambda, 4, 15), gamma => {
      const ratio = lambda / gamma;
      const k = ratio ** 2 / (4 * (1 + ratio));
      // where the derivative of log(1 + K sin^2 2t) is largest
      const t = Math.asin(Math.sqrt(1 / (k + 2))) / 2;
      const { slope } = onSlice(rules, rotationSlice(lambda, t), lambda, gamma);
      return { residual: slope * Math.sqrt(gamma / lambda) - 1, scale: 64 / Math.sqrt(gamma / lambda) };
    }),
    constant: -2.5 / lambda,
  }),
});

const segment = check.equals<Case, Subject>({
  says: 'on the segment between two sparse solutions that exchange their latents the energy is 4 t^2 (1-t)^2 lambda/gamma + log(1 + (1-t)^2/gamma) + log(1 + t^2/gamma) + lambda ((1-t)^2 + t^2)',
  given: cases,
  runs: 40,
  measure: ({ lambda, gamma, t }, { gamma: rules, segment: expected }) => ({
    actual: onSlice(rules, segmentSlice(lambda, t), lambda, gamma).value - DATA * Math.log(gamma),
    expected: expected(t, lambda, gamma),
    scale: sizeOf({ lambda, gamma }),
  }),
});

const segmentSlope = (rules: GammaVaeRules, lambda: number, gamma: number, t: number): number =>
  onSlice(rules, segmentSlice(lambda, t), lambda, gamma).slope;

/** Points from `from` to `to`, neither the ends nor the middle among them. */
const grid = (from: number, to: number, points = 180): number[] =>
  Array.from({ length: points }, (_, i) => from + ((to - from) * (i + 0.5)) / points);

const FACTORS = [0.001, 0.1, 0.5, 0.97, 1.03, 2, 10] as const;

const disconnected = check.equals<number, Subject>({
  says: 'for lambda = 1 the segment has one minimum, in its middle, for gamma > 0.66842 and two for smaller gamma',
  given: check.only([...FACTORS] as [number, ...number[]]),
  measure: (factor, { gamma: rules, critical }) => {
    const gamma = factor * critical;
    const curvature = 1 - 1 / critical + (critical - 0.25) / (critical + 0.25) ** 2;
    return check.agree({
      minima: [minima(grid(-0.25, 1.25).map(t => segmentSlope(rules, 1, gamma, t))), factor < 1 ? 2 : 1],
      'curvature of the middle at the critical gamma (5 digits of it)': [Math.round(1e4 * curvature), 0, 1],
    });
  },
});

/** Where the slope changes its sign next to the sparse solution, by bisection. */
function minimiser(rules: GammaVaeRules, lambda: number, gamma: number, reach: number): number {
  let [low, high] = [0, reach];
  for (let i = 0; i < 52; i++) {
    const middle = (low + high) / 2;
    if (segmentSlope(rules, lambda, gamma, middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

const aligned = check.order<number, Subject>({
  says: 'its minimisers approach the sparse solutions: the distance is gamma (1 + lambda)/(1 + 4 lambda), 0.4 gamma for lambda = 1',
  given: { arbitrary: draw.logUniform({ min: 0.25, max: 4 }), examples: [1] },
  order: 1,
  runs: 8,
  measure: (lambda, { gamma: rules, offset }) => ({
    ladder: check.ladder(check.dyadic(1, 5, 12), gamma => {
      const t = minimiser(rules, lambda, gamma, 2 * gamma);
      return { residual: t, scale: 64 * t };
    }),
    constant: offset(lambda),
  }),
});

const decoderLines = check.equals({
  says: "other slices do not show it: straight lines in the decoder's weights through a sparse optimum, its codes fixed, have one minimum at every gamma below 7/8 lambda",
  given: draw.record({
    lambda: draw.logUniform({ min: 0.25, max: 4 }),
    /** gamma over lambda. */
    share: draw.logUniform({ min: 1e-5, max: 0.85 }),
    direction: draw.unitVector(2),
  }),
  runs: 16,
  measure: ({ lambda, share, direction }, { gamma: rules }: Subject) => {
    const gamma = share * lambda;
    const reach = 4 * Math.sqrt(lambda);
    const slopes = grid(-reach, reach).map(
      t => onSlice(rules, decoderLine(lambda, gamma, direction, t), lambda, gamma).slope,
    );
    return { actual: minima(slopes), expected: 1 };
  },
});

const barrier = check.within<number, Subject>({
  says: 'the rotation barrier grows by ln 10 for each decade of gamma (1 %: terms of order gamma)',
  given: draw.logUniform({ min: 0.5, max: 5 }),
  tolerance: 0.01,
  runs: 12,
  measure: (lambda, { gamma: rules }) => {
    const height = (gamma: number): number =>
      onSlice(rules, rotationSlice(lambda, Math.PI / 4), lambda, gamma).value -
      onSlice(rules, rotationSlice(lambda, 0), lambda, gamma).value;
    return { actual: height(1e-5) - height(1e-4), expected: Math.LN10 };
  },
});

export default claim({
  id: 'VGR-14',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, section 4, figure 3',
  formulas: [ROTATION_EXCESS, SEGMENT_ENERGY],
  tex: {
    printed: '\\text{disconnected local minima only occur when } \\gamma \\text{ is small}',
    corrected:
      '\\Delta\\mathcal L(t) = \\log\\Bigl(1 + \\frac{(\\lambda/\\gamma)^2\\sin^2 2t}{4(1 + \\lambda/\\gamma)}\\Bigr), \\qquad \\gamma_c = 0.66842\\ (\\lambda = 1), \\qquad t^* = \\frac{1 + \\lambda}{1 + 4\\lambda}\\gamma + O(\\gamma^2)',
  },
  says: 'On two slices in closed form the picture of figure 3 is exact: between sparse solutions the barrier grows like log(1/gamma) with slopes up to sqrt(lambda/gamma), for eigenvalue 1 two minima appear below gamma = 0.668, and they approach the sparse solutions linearly in gamma.',
  verdict: conditional(
    'the slice joins two sparse solutions, as those of figure 3 are chosen to; other slices need not show it',
  ),
  findings: [
    {
      class: 'caveat',
      title: 'The picture of figure 3 belongs to slices that are chosen to show it',
      quote:
        'explicitly designed the model underpinning this visualization such that there will exist an optimal sparse representation at zero on the',
      place: 'section 4, on figure 3',
      says: "On two slices that join sparse solutions it is exact in closed form; straight lines in the decoder's weights through a sparse optimum have one minimum at every gamma below 7/8 of the eigenvalue.",
    },
  ],
  objectives: ['gamma-vae'],
  subject: SUBJECT,
  checks: { rotation, steepest, segment, disconnected, aligned, barrier, decoderLines },
  mutants: {
    ...wrong.formula(SUBJECT, 'rotation', {
      quarterForgotten: [
        'without the 4',
        (t, lambda, gamma) => Math.log1p(4 * Math.expm1(SUBJECT.rotation(t, lambda, gamma))),
      ],
      angleHalved: ['sin t for sin 2t', (t, lambda, gamma) => SUBJECT.rotation(t / 2, lambda, gamma)],
    }),
    ...wrong.formula(SUBJECT, 'segment', {
      errorHalved: [
        '2 t^2 (1-t)^2 lambda/gamma',
        (t, lambda, gamma) =>
          SUBJECT.segment(t, lambda, gamma) - (2 * t ** 2 * (1 - t) ** 2 * lambda) / gamma,
      ],
    }),
    ...wrong.formula(SUBJECT, 'critical', { criticalWrong: ['critical gamma 0.75', 0.75] }),
    ...wrong.formula(SUBJECT, 'offset', {
      offsetWrong: ['distance gamma (1 + lambda) / 4 lambda', lambda => (1 + lambda) / (4 * lambda)],
    }),
    ...wrong.rules(SUBJECT, 'gamma', GAMMA_WRONG),
  },
});
