/**
 * @file UJV-23 (Figure 1): what SAM, MFVI and their approximations make of a landscape with a sharp and a
 * wide minimum.
 */

import * as toyLandscape from '../../../src/theory/closed/toy-landscape.js';
import { check, claim, conditional, draw, mutant } from '../../kit.js';

/** Where to look for the two minima. */
const SHARP = [-14, 16];
const WIDE = [20, 30];

const FLAT = 0.002;

const heights = (f: toyLandscape.Landscape): readonly [number, number] => [
  toyLandscape.lowestFrom(f, SHARP).value,
  toyLandscape.lowestFrom(f, WIDE).value,
];

type View = 'loss' | 'one step' | 'penalised' | 'worst case';

const VIEWS: Readonly<Record<View, (rules: toyLandscape.ToyRules) => toyLandscape.Landscape>> = {
  loss: toyLandscape.toyLoss,
  'one step': toyLandscape.oneStep,
  penalised: toyLandscape.penalised,
  'worst case': toyLandscape.worstCase,
};

/** Heights of the sharp and of the wide minimum, from a grid search of their own. */
const HEIGHTS: Readonly<Record<View, readonly [number, number]>> = {
  loss: [0.27523, 0.35645],
  'one step': [0.3291, 0.3663],
  penalised: [0.2752, 0.3564],
  'worst case': [0.4057, 0.3784],
};

const views = check.only<View>(['loss', 'one step', 'worst case']);

const levels = check.within<View, toyLandscape.ToyRules>({
  says: 'the sharp and the wide minimum have the heights 0.275 and 0.356, 0.329 and 0.366 after one step of SAM, 0.406 and 0.378 in the worst case (within 0.5 %, the resolution of the search)',
  given: views,
  tolerance: 0.005,
  measure: (view, rules) => ({ what: view, actual: heights(VIEWS[view](rules)), expected: HEIGHTS[view] }),
});

const penalty = check.within<readonly number[], toyLandscape.ToyRules>({
  says: 'L + rho |grad L| has the same minima at the same heights: at a minimum there is no gradient to penalise (within 0.1 %, where the search stops)',
  given: check.only<readonly number[]>([
    [-16.805, 12.8025],
    [19.81, 29.9366],
  ]),
  tolerance: 0.001,
  measure: (start, rules) => {
    const { at, value } = toyLandscape.lowestFrom(toyLandscape.toyLoss(rules), start);
    return { actual: toyLandscape.penalised(rules)(at), expected: value };
  },
});

const sam = check.bound<View, toyLandscape.ToyRules>({
  says: 'the worst case puts the wide minimum below the sharp one; the loss itself, and the loss after one step, do not',
  given: views,
  measure: (view, rules) => {
    const [sharp, wide] = heights(VIEWS[view](rules));
    return view === 'worst case' ? { lower: wide, upper: sharp } : { lower: sharp, upper: wide };
  },
});

const mfvi = check.bound<null, toyLandscape.ToyRules>({
  says: 'under noise of covariance (rho^2/p) I the two minima are level to 0.002, where the loss has them 0.081 apart',
  given: check.only([null]),
  measure: (_, rules) => {
    const [sharp, wide] = heights(toyLandscape.noisy(rules));
    return check.below({
      level: [Math.abs(wide - sharp), FLAT, wide],
      height: [0.37, sharp],
      'height of the wide one': [wide, 0.374],
    });
  },
});

const wholeVariance = check.bound<readonly number[], toyLandscape.ToyRules>({
  says: 'under noise of covariance rho^2 I the sharp basin is gone: from its minimum, and from (-7, 21) where a quadrature by 32 even cells has a false one, the way leads down into the wide one',
  given: check.only<readonly number[]>([SHARP, [-7, 21]]),
  measure: (start, rules) => {
    const { at } = toyLandscape.lowestFrom(
      toyLandscape.noisy({ ...rules, deviation: radius => radius }),
      start,
    );
    return check.below({ mean: [15, at[0]!, 20] });
  },
});

const below = check.bound<{ mean: number; deviation: number }, toyLandscape.ToyRules>({
  says: 'where the deviation stays positive the mean under noise is below the worst case',
  given: {
    arbitrary: draw.record({
      mean: draw.dyadic({ min: -40, max: 50, bits: 4 }),
      deviation: draw.dyadic({ min: 13, max: 50, bits: 4 }),
    }),
    examples: [{ mean: 15, deviation: 29 }],
  },
  runs: 24,
  measure: ({ mean, deviation }, rules) => ({
    lower: toyLandscape.noisy(rules)([mean, deviation]),
    upper: toyLandscape.worstCase(rules)([mean, deviation]),
  }),
});

const lower = check.violates<readonly number[], toyLandscape.ToyRules>({
  says: 'near the ridge between the basins one step of SAM lands lower than where it began: it is no worst case there',
  given: check.only<readonly number[]>([[1, 23]]),
  measure: (w, rules) => {
    const [before, after] = [toyLandscape.toyLoss(rules)(w), toyLandscape.oneStep(rules)(w)];
    return { claimed: before, actual: after, by: before - after, scale: before };
  },
});

const changed = (says: string, change: Partial<toyLandscape.ToyRules>) =>
  mutant<toyLandscape.ToyRules>(says, rules => ({ ...rules, ...change }));

export default claim({
  id: 'UJV-23',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, Figure 1',
  formulas: [toyLandscape.NORMAL_DIVERGENCE],
  tex: {
    asRead: true,
    printed:
      'L(m,s) = -\\log\\Bigl(0.7\\,e^{-\\mathrm{KL}(\\mathcal N(m,s^2)\\|\\mathcal N(20,30^2))/1.8^2} + 0.3\\,e^{-\\mathrm{KL}(\\mathcal N(m,s^2)\\|\\mathcal N(-20,10^2))/1.2^2}\\Bigr), \\qquad \\rho = 8',
  },
  says: 'On the toy landscape of Figure 1 the worst case turns the order of the sharp and the wide minimum; noise of covariance (rho^2/p) I only makes them level, and noise of covariance rho^2 I removes the sharp basin; the first-order penalty rho |grad L| changes neither, so at this radius no Taylor expansion explains the figure.',
  verdict: conditional(
    'the constants are those of Kim et al. 2022 as recalled, the loss is even in the deviation, and the covariance of the noise is stated',
  ),
  findings: [
    {
      class: 'sharpened',
      title: 'The worst case turns the order of the two minima of the toy; noise depends on its covariance',
      quote: 'averaging over the Gaussian variational posterior smoothes out the sharper minimum',
      place: 'figure 1, caption',
      says: 'With the constants of Kim et al. as recalled, which the caption does not print, noise of covariance ρ²I removes the sharp basin; the covariance (ρ²/p)I that section 3 ties to SAM only makes the two minima level, to 0.002. The largest value in the ball puts the wide minimum below the sharp one.',
    },
    {
      class: 'caveat',
      title: 'One step of SAM does not show what the worst case shows',
      quote:
        'the SAM update relies on a Taylor approximation, which does not apply in highly non-linear regions',
      place: 'figure 1, caption',
      says: 'Pinned here: after one step of length ρ, and with the penalty ρ|∇L|, the sharp minimum is still the lower one; near the ridge one step lands lower than where it began.',
    },
  ],
  subject: toyLandscape.TOY_RULES,
  checks: { levels, sam, lower, penalty, mfvi, wholeVariance, below },
  mutants: {
    widthsSwapped: changed('the widths of the basins swapped', { widths: [1.2, 1.8] }),
    weightsSwapped: changed('the weights of the basins swapped', { weights: [0.3, 0.7] }),
    divergenceReversed: changed('the divergence the other way round', {
      divergence: (from, to) => toyLandscape.TOY_RULES.divergence(to, from),
    }),
    divergenceWithoutHalf: changed('twice the divergence', {
      divergence: (from, to) => 2 * toyLandscape.TOY_RULES.divergence(from, to),
    }),
    varianceForDeviation: changed('variances for deviations in the divergence', {
      divergence: (from, to) =>
        toyLandscape.TOY_RULES.divergence(
          { ...from, deviation: from.deviation ** 2 },
          { ...to, deviation: to.deviation ** 2 },
        ),
    }),
    halfRadius: changed('half of the radius', { radius: 4 }),
    radiusOverRoot: changed('rho / sqrt(p) for the radius of the ball', { radius: 8 / Math.SQRT2 }),
    wholeDeviation: changed('noise of deviation rho', { deviation: radius => radius }),
    dividedByDimension: changed('noise of deviation rho / p', { deviation: (radius, p) => radius / p }),
    noNoise: changed('no noise', { deviation: () => 0 }),
  },
});
