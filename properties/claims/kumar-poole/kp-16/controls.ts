/** @file What KP-16 is tested on, and its negative controls. */
import { GRAE } from '../../../../src/core/objectives/grae/grae.js';
import { BETA_VAE_TAYLOR } from '../../../../src/core/objectives/vae/beta-vae-taylor.js';
import { VAE } from '../../../../src/core/objectives/vae/vae.js';
import { wrong } from '../../../kit.js';
import { known } from '../../../subjects/mistaken.js';
import { density, type KinkCase } from './kinks.js';

/** The coefficient of beta^(3/2) without a residual; `turn` of the second side. */
function withoutFirst({ slope, bend, kink }: KinkCase, turn: 1 | -1): number {
  const side = (along: number, jacobian: number): number => (bend * along + bend ** 2 / 3) / jacobian ** 3;
  const right = slope + bend;
  return (density(kink) * (side(slope, slope) + side(turn * right, right))) / Math.sqrt(2 * Math.PI);
}

export const SUBJECT = {
  vae: VAE.rules,
  grae: GRAE.rules,
  taylor: BETA_VAE_TAYLOR.rules,
  /** The networks that the Taylor expansion suits worse and better. */
  activations: ['relu', 'elu'] as readonly ('relu' | 'elu')[],
  /** beta-VAE minus GRAE on the kink as beta -> 0. */
  limit: ({ slope, bend, residual }: KinkCase) =>
    -((residual * bend) ** 2) / (2 * Math.PI * (slope ** 2 + (slope + bend) ** 2)),
  /** The coefficient of beta on the kink without a residual. */
  withoutResidual: ({ slope, bend }: KinkCase) =>
    Math.log((slope ** 2 + (slope + bend) ** 2) / (2 * slope ** 2)) / 2,
  /** The coefficient of beta of the mean over codes N(0, 1). */
  average: ({ slope, bend, kink, residual }: KinkCase) =>
    (-residual * bend * density(kink) * (slope ** -2 + (slope + bend) ** -2)) / 4,
  averageWithout: (c: KinkCase) => withoutFirst(c, -1),
  /** The coefficients of an ELU at its joint: of beta with a residual, of beta^(3/2) without. */
  elu: ({ slope, residual }: KinkCase) => ({
    first: -residual / (4 * slope),
    without: -Math.sqrt(2 / Math.PI) / (2 * slope),
  }),
};
export type Subject = typeof SUBJECT;

export const MUTANTS = {
  ...wrong.formula(SUBJECT, 'limit', {
    exactOnKinks: ['no gap on a kink, as if (6) were exact there', () => 0],
    limitTwice: ['twice the limit on a kink', c => 2 * SUBJECT.limit(c)],
  }),
  ...wrong.formula(SUBJECT, 'withoutResidual', {
    oneSlope: ['the slope that the network uses on the kink for both sides', () => 0],
    meanSlope: ['the mean slope for the mean squared one', c => Math.log((c.slope + c.bend / 2) / c.slope)],
  }),
  ...wrong.formula(SUBJECT, 'average', {
    exactOnAverage: ['no term of first order on average', () => 0],
    oneSide: [
      'the codes on one side of the kink only',
      c => SUBJECT.average(c) / (1 + (c.slope / (c.slope + c.bend)) ** 2),
    ],
  }),
  ...wrong.formula(SUBJECT, 'averageWithout', {
    averageSign: ['a term of beta^(3/2) with the sign of its second side turned', c => withoutFirst(c, 1)],
  }),
  ...wrong.formula(SUBJECT, 'elu', {
    eluSmooth: ['an ELU taken to be twice differentiable at its joint', () => ({ first: 0, without: 0 })],
    eluBothSides: [
      'the curvature of an ELU on both sides of its joint',
      c => ({ first: 2 * SUBJECT.elu(c).first, without: 2 * SUBJECT.elu(c).without }),
    ],
  }),
  ...wrong.formula(SUBJECT, 'activations', {
    betterForRelu: ['the approximation better for ReLU than for ELU, as printed', ['elu', 'relu']],
  }),
  ...wrong.rules(SUBJECT, 'vae', known(VAE, { noNoise: 'noNoise', varianceForRoot: 'varianceForDeviation' })),
  ...wrong.rules(
    SUBJECT,
    'grae',
    known(GRAE, { betaDropped: 'betaMissing', missingHalf: 'penaltyWithoutHalf' }),
  ),
};
