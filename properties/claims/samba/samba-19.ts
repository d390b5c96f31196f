/** @file "We absorb the factor 1/2 into rho": appendix A, after eq. (19). */

import * as raeLossGradient from '../../../src/core/objectives/rae/rae-loss-gradient.js';
import { SHAPES } from '../../arbitraries/autoencoders.js';
import { everyShape } from '../../arbitraries/given.js';
import { check, claim, mat, mutant, refuted } from '../../kit.js';
import { atCode, jet } from '../../subjects/network/jets.js';
import {
  DETACH_MUTANTS,
  DIRECTION_MUTANTS,
  inRae,
  inSamba,
  LENGTH_MUTANTS,
  PENALTY_MUTANTS,
} from '../../subjects/sam/mutants.js';
import { compare, directions, equal, expansion, PAIR, type Pair } from '../../subjects/sam/pair.js';
import { penaltyGradient } from '../../subjects/sam/penalties.js';
import { raeStep } from '../../subjects/sam/steps.js';

interface Subject extends Pair {
  /** The RAE with the factor 1/2 of the remark. */
  readonly halved: raeLossGradient.RaeLossGradientRules;
  /** The RAE that penalises the square of the norm. */
  readonly squared: raeLossGradient.RaeLossGradientRules;
}

const { squaredPenalty, halfPenalty, frozenDenominator, constantPenalty, batchPenalty } = PENALTY_MUTANTS;

/** Linear decoders with two latents or more: no gradient is an accident of one dimension. */
const WIDE = SHAPES.linear.filter(({ net }) => net.latent > 1);

export default claim<Subject, string, string>({
  id: 'SAMBA-19',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, appendix A, remark after eq. (19)',
  tex: {
    printed:
      '\\text{"we absorb the factor } \\tfrac12 \\text{ into } \\rho\\text{"},\\quad\\text{of}\\ \\nabla_z\\|\\nabla_z L\\|',
    corrected: '\\nabla_z\\|\\nabla_z L\\| = H\\hat g,\\qquad \\nabla_z\\|\\nabla_z L\\|^2 = 2Hg',
  },
  says: 'There is no factor 1/2 to absorb: the gradient of the norm is Hg/|g| exactly, and halving rho on one side only leaves an error of first order, rho Hg/(2|g|); the displayed eq. (20) is right as it stands.',
  verdict: refuted({
    counterexample:
      'a linear decoder: with rho/2 on the right the z-gradients differ by rho Hg/(2|g|) at every rho',
    corrected: 'grad |g| = Hg/|g| without a factor; grad |g|^2 = 2Hg',
  }),
  objectives: ['samba', 'rae-loss-gradient'],
  subject: { ...PAIR, halved: halfPenalty.rules, squared: squaredPenalty.rules },
  checks: {
    halvedLinear: check.violates({
      says: 'with the factor the z-gradients differ for linear decoders, where without it they agree at every radius',
      given: everyShape(WIDE),
      runs: 24,
      measure: (c, { samba, halved }) =>
        compare(c, { samba, rae: halved }, 'z', [1 / 16, 1, 16]).map(sides => ({
          claimed: mat.norm([...sides.rae]),
          actual: mat.norm([...sides.samba]),
          by: mat.norm([...sides.residual]),
          scale: sides.scale,
        })),
    }),
    halvedOrder: check.order({
      says: 'the error that the factor makes is rho Hu/2, of first order',
      given: everyShape(SHAPES.smooth),
      order: 1,
      measure: (c, { samba, halved }) => ({
        ...expansion(c, { samba, rae: halved }, 'z'),
        constant: jet(c, directions(c))
          .first('z')
          .map(x => x / 2),
      }),
    }),
    norm: check.equals({
      says: 'the gradient of |g| is Hu',
      given: everyShape(SHAPES.smooth),
      runs: 32,
      measure: (c, { rae }) => {
        const { value, scale } = penaltyGradient(c, raeStep(rae, c.shape), 'z');
        return { actual: value, expected: jet(c, directions(c)).first('z'), scale };
      },
    }),
    square: check.equals({
      says: 'the gradient of |g|^2 is 2Hg: the only 2 there is',
      given: everyShape(SHAPES.smooth),
      runs: 32,
      measure: (c, { squared }) => {
        const { gradient } = atCode(c);
        const { value, scale } = penaltyGradient(c, raeStep(squared, c.shape), 'z');
        const expected = jet(c, gradient)
          .first('z')
          .map(x => 2 * x);
        return { actual: value, expected, scale: scale * (1 + mat.norm([...gradient])) };
      },
    }),
    displayed: check.order({
      says: 'eq. (20) as displayed, without the factor, is right up to rho^2 T[u,u]/2',
      given: everyShape(SHAPES.smooth),
      order: 2,
      measure: (c, pair) => expansion(c, pair, 'z'),
    }),
    linear: check.equals({
      says: 'and exactly for linear decoders',
      given: everyShape(SHAPES.linear),
      runs: 24,
      measure: (c, pair) => compare(c, pair, 'z', [1 / 16, 1, 16]).map(equal),
    }),
    bothSides: check.equals({
      says: 'halving rho on both sides is a change of units and harmless',
      given: everyShape(SHAPES.linear),
      runs: 24,
      measure: (c, { samba, halved }) => {
        const [half, whole] = [0.25, 0.5];
        const steps = compare(c, { samba, rae: halved }, 'z', [half, whole]);
        return { actual: steps[0]!.samba, expected: steps[1]!.rae, scale: steps[1]!.scale };
      },
    }),
  },
  mutants: {
    ...inRae<Subject>({ halfPenalty, squaredPenalty, frozenDenominator, constantPenalty, batchPenalty }),
    ...inSamba<Subject>(DETACH_MUTANTS),
    ...inSamba<Subject>({ halfRadius: LENGTH_MUTANTS.halfRadius, signFlip: DIRECTION_MUTANTS.signFlip }),
    factorForgotten: mutant('the remark is not followed', s => ({
      ...s,
      halved: raeLossGradient.RAE_LOSS_GRADIENT_RULES,
    })),
    rootOfSquare: mutant('the norm for its square', s => ({
      ...s,
      squared: raeLossGradient.RAE_LOSS_GRADIENT_RULES,
    })),
  },
});
