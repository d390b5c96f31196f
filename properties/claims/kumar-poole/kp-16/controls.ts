/** @file What KP-16 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { GRAE, GRAE_RULES, type GraeRules } from '../../../../src/core/objectives/grae/grae.js';
import { VAE, VAE_RULES, type VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { type Mutant, mutant } from '../../../kit.js';
import { mistaken } from '../../../subjects/mistaken.js';
import type { KinkCase } from './kinks.js';

export interface Subject {
  readonly vae: VaeRules;
  readonly grae: GraeRules;
  /** beta-VAE minus GRAE on the kink as beta -> 0. */
  readonly limit: (c: KinkCase) => number;
  /** The coefficient of beta on the kink without a residual. */
  readonly withoutResidual: (c: KinkCase) => number;
  /** The coefficient of beta of the mean over codes N(0, 1). */
  readonly average: (c: KinkCase) => number;
  /** The same of beta^(3/2) without a residual. */
  readonly averageWithout: (c: KinkCase) => number;
  /** The coefficients of an ELU at its joint: of beta with a residual, of beta^(3/2) without. */
  readonly elu: (c: KinkCase) => { readonly first: number; readonly without: number };
}

const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

export const SUBJECT: Subject = {
  vae: VAE_RULES,
  grae: GRAE_RULES,
  limit: ({ slope, bend, residual }) =>
    -((residual * bend) ** 2) / (2 * Math.PI * (slope ** 2 + (slope + bend) ** 2)),
  withoutResidual: ({ slope, bend }) => Math.log((slope ** 2 + (slope + bend) ** 2) / (2 * slope ** 2)) / 2,
  average: ({ slope, bend, kink, residual }) =>
    (-residual * bend * density(kink) * (slope ** -2 + (slope + bend) ** -2)) / 4,
  averageWithout: ({ slope, bend, kink }) => {
    const side = (along: number, jacobian: number): number => (bend * along + bend ** 2 / 3) / jacobian ** 3;
    return (
      (density(kink) * (side(slope, slope) + side(-(slope + bend), slope + bend))) / Math.sqrt(2 * Math.PI)
    );
  },
  elu: ({ slope, residual }) => ({
    first: -residual / (4 * slope),
    without: -Math.sqrt(2 / Math.PI) / (2 * slope),
  }),
};

const inVae = (s: Subject, vae: VaeRules): Subject => ({ ...s, vae });
const withVae = (change: Partial<VaeRules>) => {
  const vae = { ...SUBJECT.vae, ...change };
  return (s: Subject): Subject => ({ ...s, vae });
};
const inGrae = (s: Subject, grae: GraeRules): Subject => ({ ...s, grae });

export const MUTANTS = {
  exactOnKinks: mutant('no gap on a kink, as if (6) were exact there', s => ({ ...s, limit: () => 0 })),
  limitTwice: mutant('twice the limit on a kink', s => ({ ...s, limit: c => 2 * SUBJECT.limit(c) })),
  oneSlope: mutant('the slope that the network uses on the kink for both sides', s => ({
    ...s,
    withoutResidual: () => 0,
  })),
  meanSlope: mutant('the mean slope for the mean squared one', s => ({
    ...s,
    withoutResidual: ({ slope, bend }) => Math.log((slope + bend / 2) / slope),
  })),
  exactOnAverage: mutant('no term of first order on average', s => ({ ...s, average: () => 0 })),
  oneSide: mutant('the codes on one side of the kink only', s => ({
    ...s,
    average: c => SUBJECT.average(c) / (1 + (c.slope / (c.slope + c.bend)) ** 2),
  })),
  averageSign: mutant('a term of beta^(3/2) with the sign of its second side turned', s => ({
    ...s,
    averageWithout: ({ slope, bend, kink }) =>
      (density(kink) *
        ((bend * slope + bend ** 2 / 3) / slope ** 3 +
          (bend * (slope + bend) + bend ** 2 / 3) / (slope + bend) ** 3)) /
      Math.sqrt(2 * Math.PI),
  })),
  eluSmooth: mutant('an ELU taken to be twice differentiable at its joint', s => ({
    ...s,
    elu: () => ({ first: 0, without: 0 }),
  })),
  eluBothSides: mutant('the curvature of an ELU on both sides of its joint', s => ({
    ...s,
    elu: c => ({ first: 2 * SUBJECT.elu(c).first, without: 2 * SUBJECT.elu(c).without }),
  })),
  noNoise: mistaken(VAE.mistakes.noNoise, inVae),
  varianceForRoot: mutant(
    'the variance times the noise instead of its root',
    withVae({
      sample: (mean, s, noise) =>
        s.kind === 'diagonal' ? tf.add(mean, tf.mul(tf.square(s.std), noise)) : mean,
    }),
  ),
  betaDropped: mistaken(GRAE.mistakes.betaMissing, inGrae),
  missingHalf: mistaken(GRAE.mistakes.penaltyWithoutHalf, inGrae),
} satisfies Readonly<Record<string, Mutant<Subject>>>;
