/** @file What UJV-18 checks: one update of each algorithm, printed and repaired. */
import { makeRandomSam, RANDOM_SAM_RULES } from '../../../../src/core/objectives/sam/random-sam.js';
import {
  type MeanFieldRules,
  PRINTED_MEAN_FIELD_RULES,
} from '../../../../src/core/variational/mean-field.js';
import * as variationalSam from '../../../../src/core/variational/variational-sam.js';
import { ridgeGradient } from '../../../../src/theory/closed/ridge.js';
import { check, draw, mat } from '../../../kit.js';
import { powerLoss } from '../../../subjects/sam/losses.js';
import { sizeOf } from '../../../subjects/sam/ridge-cases.js';
import { atRidge, diagonalCase, SINES } from '../../../subjects/sam/weight-cases.js';
import * as weights from '../../../subjects/sam/weight-posteriors.js';
import { moveOn } from '../../../subjects/sam/weights.js';
import type { Subject } from './controls.js';

const cases = draw.oneof([1, 2, 4], p =>
  draw.record({
    f: draw.ridges(p, ['sin', 'cos']),
    variances: draw.vector(p, draw.logUniform({ min: 1 / 16, max: 4 })),
    noise: draw.vector(p, draw.normal()),
    ...weights.priors(4),
    rate: draw.logUniform({ min: 1e-3, max: 1 }),
  }),
);

type Case = draw.Of<typeof cases>;

/** By how much mean and log variances should move per rate. */
interface Direction {
  readonly mean: readonly number[];
  readonly log: readonly number[];
}

/** grad KL / N by mean and variances. */
const priorSlope = ({ f: { point }, variances, prior, examples }: Omit<Case, 'rate' | 'noise'>) => ({
  mean: mat.scale(1 / (examples * prior), point),
  sigma2: variances.map(v => (1 / prior - 1 / v) / (2 * examples)),
});

const toLog = (variances: mat.Vector, slope: mat.Vector): number[] => slope.map((x, i) => x * variances[i]!);

/** The gradient of L(mu + sigma eta) + KL / N. */
function meanFieldSlope(c: Case): Direction {
  const { f, variances, noise } = c;
  const kl = priorSlope(c);
  const sampled = mat.add(
    f.point,
    noise.map((eta, i) => eta * Math.sqrt(variances[i]!)),
  );
  const g = ridgeGradient(f.ridge, sampled);
  const bySigma = g.map((x, i) => (x * noise[i]!) / (2 * Math.sqrt(variances[i]!)));
  return { mean: mat.add(g, kl.mean), log: toLog(variances, mat.add(bySigma, kl.sigma2)) };
}

/**
 * The gradient at the perturbed weights plus decay, and that of sqrt(p) |Sigma^(1/2) g| + KL / N by the
 * variances.
 */
function variationalSlope(c: Case): Direction {
  const { f, variances } = c;
  const kl = priorSlope(c);
  const g = ridgeGradient(f.ridge, f.point);
  const length = mat.norm(g.map((x, i) => x * Math.sqrt(variances[i]!)));
  const kappa = Math.sqrt(g.length);
  const moved = mat.add(
    f.point,
    g.map((x, i) => (kappa * variances[i]! * x) / length),
  );
  const bySigma = g.map(x => (kappa * x * x) / (2 * length));
  return {
    mean: mat.add(ridgeGradient(f.ridge, moved), kl.mean),
    log: toLog(variances, mat.add(bySigma, kl.sigma2)),
  };
}

const meanField = (rules: MeanFieldRules, c: Case): weights.Updated =>
  weights.meanFieldUpdate(rules, atRidge(c.f), c.variances, c.noise, c, c.rate);

const variational = (rules: variationalSam.VariationalSamRules, c: Case): weights.Updated =>
  weights.variationalSamUpdate(rules, atRidge(c.f), c.variances, c, c.rate);

/** Mean and log variances after one step of the given length along a direction. */
function compared(c: Case, updated: weights.Updated, { mean, log }: Direction, blur = 1) {
  const terms = sizeOf(diagonalCase(c.f, [1])) * (1 + mat.norm(c.noise));
  return check.agree({
    mean: [
      updated.mean,
      mat.subtract(c.f.point, mat.scale(c.rate, mean)),
      mat.norm(c.f.point) + c.rate * terms * blur,
    ],
    'log variances': [
      updated.sigma2.map(Math.log),
      c.variances.map((v, i) => Math.log(v) - c.rate * log[i]!),
      4 + c.rate * (mat.norm(log) + terms * blur),
    ],
  });
}

export const algorithm1 = check.equals<Case, Subject>({
  says: 'repaired, Algorithm 1 steps along the gradient of L(mu + Sigma^(1/2) eta) + KL/N by mean and log variances',
  given: cases,
  runs: 30,
  measure: (c, s) => compared(c, meanField(s.meanField, c), meanFieldSlope(c)),
});

export const algorithm3 = check.equals<Case, Subject>({
  says: 'repaired, Algorithm 3 steps along the perturbed gradient plus 2 alpha mu, and the gradient of the objective by log variances',
  given: cases,
  runs: 30,
  measure: (c, s) => {
    const terms = sizeOf(diagonalCase(c.f, [1]));
    const blur = (1 + terms) / Math.max(mat.norm(ridgeGradient(c.f.ridge, c.f.point)), 2 ** -10);
    return compared(c, variational(s.variational, c), variationalSlope(c), 8 * blur);
  },
});

/** The smallest number that keeps its precision. */
const SMALLEST = 2 ** -1022;

export const positive = check.bound<Case, Subject>({
  says: 'repaired, the variances stay positive at any rate',
  given: cases.map(c => ({ ...c, rate: 10 * c.rate })),
  runs: 30,
  measure: (c, s) =>
    [meanField(s.meanField, c), variational(s.variational, c)].map(({ sigma2 }) => ({
      lower: Math.log(SMALLEST),
      upper: Math.log(Math.min(...sigma2)),
    })),
});

const PINNED: Case = {
  f: SINES,
  variances: [0.25, 0.5],
  noise: [1, -1],
  prior: 1,
  examples: 10,
  rate: 0.125,
};

export const optimiserDecay = check.equals<Case, Subject>({
  says: 'the printed updates of the mean in Algorithms 1 and 3 are the repaired ones once the optimiser has the weight decay 2 alpha = 1 / (N sigma0^2), as eqs. (4) and (7) have it',
  given: cases,
  runs: 30,
  measure: (c, s) => {
    const decay = mat.scale(-c.rate * s.weightDecay(c), c.f.point);
    const terms = sizeOf(diagonalCase(c.f, [1]));
    const scale = mat.norm(c.f.point) + c.rate * terms * (1 + mat.norm(c.noise));
    const printed1 = meanField(PRINTED_MEAN_FIELD_RULES, c).mean;
    const printed3 = variational(variationalSam.PRINTED_VARIATIONAL_SAM_RULES, c).mean;
    return check.agree(
      {
        'Algorithm 1': [mat.add(printed1, decay), meanField(s.meanField, c).mean],
        'Algorithm 3': [mat.add(printed3, decay), variational(s.variational, c).mean],
      },
      scale,
    );
  },
});

export const printed1 = check.violates<Case, Subject>({
  says: 'as printed, Algorithm 1 has no 1/N on the KL of the variances, which eq. (5) has',
  given: check.only([PINNED]),
  measure: c => {
    const slope = toLog(
      c.variances,
      meanFieldSlope(c).log.map((x, i) => x / c.variances[i]! ** 2),
    );
    const asked = mat.scale(-c.rate, slope);
    const moved = mat.subtract(meanField(PRINTED_MEAN_FIELD_RULES, c).sigma2, c.variances);
    const off = mat.norm(mat.subtract(moved, asked));
    return { claimed: 0, actual: off, by: off, scale: mat.norm(asked) };
  },
});

/** 0.2 w, with a prior at which the KL has no slope: the gradient by the variance is 0.2 / (2 * 0.1) = 1. */
const STEEP = {
  at: { loss: powerLoss({ terms: [{ c: 0.2, a: [1], b: 0, n: 1 }] }), point: [0] },
  sigma2: [0.01],
  noise: [1],
  prior: { prior: 0.01, examples: 1 },
  rate: 0.02,
};

export const negative = check.violates<typeof STEEP, Subject>({
  says: 'the plain update of the variances keeps them positive at small rates only: a variance of 0.01 with the gradient 1 and the rate 0.02 becomes -0.01',
  given: check.only([STEEP]),
  measure: ({ at, sigma2, noise, prior, rate }) =>
    [
      weights.meanFieldUpdate(PRINTED_MEAN_FIELD_RULES, at, sigma2, noise, prior, rate),
      weights.variationalSamUpdate(variationalSam.PRINTED_VARIATIONAL_SAM_RULES, at, sigma2, prior, rate),
    ].map(({ sigma2: [v] }, i) => ({
      what: `Algorithm ${i === 0 ? 1 : 3}`,
      claimed: 0,
      actual: v!,
      by: -v!,
      scale: 0.01,
    })),
});

export const printed2 = check.violates<Case & { readonly rho: number }, Subject>({
  says: 'with the sigma0 of section 3, the deviation of the prior, Algorithm 2 would perturb by another length than with the rho / sqrt(p) of section 6',
  given: check.only([{ ...PINNED, rho: 0.05 }]),
  measure: ({ f, noise, prior, rho }) => {
    const p = f.point.length;
    const move = (radius: number): number =>
      moveOn(RANDOM_SAM_RULES, () => makeRandomSam(), atRidge(f), { rho: radius }, { noise }).loss;
    const [claimed, actual] = [move(rho), move(Math.sqrt(prior * p))];
    return { claimed, actual, by: Math.abs(claimed - actual), scale: 1 };
  },
});
