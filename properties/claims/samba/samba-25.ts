/** @file "SAMBA and the RAE have equivalent gradients": abstract, section 3, conclusion. */

import type { RaeLossGradientRules } from '../../../src/core/objectives/rae/rae-loss-gradient.js';
import { type AutoencoderCase, SHAPES } from '../../arbitraries/autoencoders.js';
import { everyShape, random } from '../../arbitraries/given.js';
import { check, claim, conditional, mat, mutant } from '../../kit.js';
import { jet } from '../../subjects/network/jets.js';
import type { Part } from '../../subjects/network/network.js';
import { kinked, kinkOf } from '../../subjects/sam/kinked.js';
import {
  DETACH_MUTANTS,
  DIRECTION_MUTANTS,
  inRae,
  inSamba,
  LENGTH_MUTANTS,
  PENALTY_MUTANTS,
} from '../../subjects/sam/mutants.js';
import {
  compare,
  directions,
  equal,
  PAIR,
  type Pair,
  radii,
  type Sides,
  steepness,
} from '../../subjects/sam/pair.js';

interface Subject extends Pair {
  /** Eq. (3) read literally: the norm of the decoder's Jacobian. */
  readonly literal: RaeLossGradientRules;
  /** The released code: one norm of the gradient of the batch mean. */
  readonly released: RaeLossGradientRules;
}

const PARTS: readonly Part[] = ['z', 'phi', 'theta'];

/** Codes, encoder and decoder in one vector. */
function together(c: AutoencoderCase, pair: Pair, steps: readonly number[]): Sides[] {
  const parts = PARTS.map(part => compare(c, pair, part, steps));
  const join = (i: number, side: 'samba' | 'rae' | 'residual'): Float64Array =>
    Float64Array.from(parts.flatMap(sides => [...sides[i]![side]]));
  return steps.map((_, i) => ({
    samba: join(i, 'samba'),
    rae: join(i, 'rae'),
    residual: join(i, 'residual'),
    scale: parts.reduce((sum, sides) => sum + sides[i]!.scale, 0),
  }));
}

/** By how much the gradients differ beyond four times what those of the right penalty do, at a small radius. */
const beyond = (c: AutoencoderCase, right: Pair, wrong: RaeLossGradientRules) => {
  const step = [2 ** -12 / steepness(c)];
  const [[good], [bad]] = [together(c, right, step), together(c, { ...right, rae: wrong }, step)] as [
    [Sides],
    [Sides],
  ];
  return {
    claimed: mat.norm([...bad.rae]),
    actual: mat.norm([...bad.samba]),
    by: mat.norm([...bad.residual]) - 4 * mat.norm([...good.residual]),
    scale: bad.scale,
  };
};

const first = (c: AutoencoderCase): Float64Array =>
  Float64Array.from(PARTS.flatMap(part => [...jet(c, directions(c)).second(part)]));

const SATURATING = SHAPES.smooth.filter(
  ({ net }) => net.activation === 'tanh' || net.activation === 'sigmoid',
);

const {
  unnormalised,
  rootDimensionMissing,
  dimensionForRoot,
  covarianceForRoot,
  covarianceMissing,
  batchNorm,
} = LENGTH_MUTANTS;
const { squaredPenalty, frozenDenominator, literalJacobian, constantPenalty, batchPenalty, halfPenalty } =
  PENALTY_MUTANTS;

export default claim<Subject, string, string>({
  id: 'SAMBA-25',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, abstract, section 3, conclusion',
  tex: {
    printed: '\\nabla L_{SAMBA} \\approx \\nabla L_{RAE}\\quad\\text{("equivalent gradients")}',
    corrected:
      '\\nabla L_{SAMBA} = \\nabla\\left[L + \\alpha\\sqrt d\\,\\|\\nabla_zL\\|\\right] + O(\\alpha^2 d)\\quad\\text{for}\\ z,\\phi,\\theta,\\ \\text{per sample},\\ \\Sigma=\\alpha^2I',
  },
  says: 'To first order in lambda = alpha sqrt(d), SAMBA and the RAE have the same gradients for code, encoder and decoder, if the penalty is on the loss gradient, one norm a sample, with a fixed covariance; not with the decoder Jacobian, not with the batch norm of the released code, and not at large lambda.',
  verdict: conditional(
    'lambda is small, J_f is the loss gradient, the norm is per sample and the covariance is fixed',
  ),
  objectives: ['samba', 'rae-loss-gradient'],
  subject: { ...PAIR, literal: literalJacobian.rules, released: batchPenalty.rules },
  checks: {
    order: check.order({
      says: 'codes, encoder and decoder together: the gradients differ at second order, with the third derivatives as constant',
      given: everyShape(SHAPES.smooth),
      order: 2,
      measure: (c, pair) => {
        const steps = radii(c);
        const ladder = together(c, pair, steps).map(({ residual, scale }, i) => ({
          step: steps[i]!,
          residual,
          scale,
        }));
        return { ladder, constant: first(c) };
      },
    }),
    linearDecoder: check.equals({
      says: 'for linear decoders the gradients for codes, encoder and bias agree at every radius',
      given: everyShape(SHAPES.linear),
      runs: 24,
      measure: (c, pair) => {
        const steps = [2 ** -7, 1, 100];
        const data = c.shape.net.decoder.at(-1)!;
        const bias = ({ samba, rae, scale }: Sides) => ({
          actual: samba.slice(-data),
          expected: rae.slice(-data),
          scale,
          what: 'bias',
        });
        return [
          ...compare(c, pair, 'z', steps).map(sides => ({ ...equal(sides), what: 'code' })),
          ...compare(c, pair, 'phi', steps).map(sides => ({ ...equal(sides), what: 'encoder' })),
          ...compare(c, pair, 'theta', steps).map(bias),
        ];
      },
    }),
    reluCell: check.equals({
      says: 'for ReLU decoders those for codes and encoder up to the first kink',
      given: random(kinked(SHAPES.relu)),
      runs: 24,
      measure: (c, pair) =>
        (['z', 'phi'] as const).flatMap(part =>
          compare(
            c,
            pair,
            part,
            [1 / 64, 0.99].map(share => share * kinkOf(c)),
          ).map(equal),
        ),
    }),
    linearWeights: check.violates({
      says: 'those for the weights of a linear decoder do not',
      given: everyShape(SHAPES.linear),
      runs: 24,
      measure: (c, pair) =>
        compare(c, pair, 'theta', [1 / 16, 1]).map(({ samba, rae, residual, scale }) => ({
          claimed: mat.norm([...rae]),
          actual: mat.norm([...samba]),
          by: mat.norm([...residual]),
          scale,
        })),
    }),
    literal: check.violates({
      says: "with the decoder's Jacobian in the penalty the gradients differ at first order",
      given: everyShape(SHAPES.control),
      runs: 16,
      measure: (c, pair) => beyond(c, pair, pair.literal),
    }),
    released: check.violates({
      says: 'with one norm for the batch, as in the released code, too',
      given: everyShape(SHAPES.control),
      runs: 16,
      measure: (c, pair) => beyond(c, pair, pair.released),
    }),
    largeRadius: check.violates({
      says: 'at lambda = 16, that of alpha = 1 and d = 256, the code gradients of saturating decoders have little to do with each other',
      given: everyShape(SATURATING),
      runs: 16,
      measure: (c, pair) => {
        const [sides] = compare(c, pair, 'z', [16]) as [Sides];
        const claimed = mat.norm([...sides.rae]);
        // not even within a quarter
        return {
          claimed,
          actual: mat.norm([...sides.samba]),
          by: mat.norm([...sides.residual]) - claimed / 4,
          scale: sides.scale,
        };
      },
    }),
  },
  mutants: {
    ...inSamba<Subject>(DETACH_MUTANTS),
    ...inSamba<Subject>(DIRECTION_MUTANTS),
    ...inSamba<Subject>({ unnormalised, rootDimensionMissing, dimensionForRoot }),
    ...inSamba<Subject>({ covarianceForRoot, covarianceMissing, batchNorm }),
    ...inRae<Subject>({ squaredPenalty, frozenDenominator, literalJacobian, constantPenalty }),
    ...inRae<Subject>({ batchPenalty, halfPenalty }),
    literalRepaired: mutant('the loss gradient for the literal Jacobian', s => ({ ...s, literal: s.rae })),
    releasedRepaired: mutant('a norm for every sample in the released code', s => ({
      ...s,
      released: s.rae,
    })),
  },
});
