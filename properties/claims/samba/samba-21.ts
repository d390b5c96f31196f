/** @file The encoder gradients of SAMBA and of the RAE agree to first order in the radius: eq. (15), (23). */
import * as tf from '@tensorflow/tfjs';
import { type Scale, scaleUp } from '../../../src/core/gaussian.js';
import { SAMBA_RULES, type SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { detach } from '../../../src/engine/ops.js';
import { type AutoencoderCase, SHAPES } from '../../arbitraries/autoencoders.js';
import { everyShape } from '../../arbitraries/given.js';
import { check, claim, conditional, mutant, type Rung } from '../../kit.js';
import { largeCell, largeCellControls } from '../../subjects/large/large-cell.js';
import { largeOrder, largeOrderControls } from '../../subjects/large/large-order.js';
import { FULL_WIDTH } from '../../subjects/large/network.js';
import { atCode, jet, throughEncoder } from '../../subjects/network/jets.js';
import { PENALTY_RULES, type PenaltyRules } from '../../subjects/sam/covariance.js';
import { learnedDirections, learnedGradientLadder } from '../../subjects/sam/learned.js';
import {
  DETACH_MUTANTS,
  DIRECTION_MUTANTS,
  inRae,
  inSamba,
  LENGTH_MUTANTS,
  PENALTY_MUTANTS,
} from '../../subjects/sam/mutants.js';
import { compare, expansion, PAIR, type Pair, radii, roundOff, type Sides } from '../../subjects/sam/pair.js';

interface Subject extends Pair {
  /** The penalty of first order for a learned covariance. */
  readonly penalty: PenaltyRules;
}

/** The same covariance without a gradient. */
function heldFixed(scale: Scale): Scale {
  switch (scale.kind) {
    case 'isotropic':
    case 'diagonal':
      return { ...scale, std: detach(scale.std) };
    case 'cholesky':
      return { ...scale, factor: detach(scale.factor) };
  }
}

/** Eq. (15) read literally: only the mean depends on the encoder. */
const LITERAL: SambaRules = { ...SAMBA_RULES, outer: (scale, eta) => scaleUp(heldFixed(scale), eta) };

/** Factors of all standard deviations, small beside the radii of the decoder. */
const factors = (c: AutoencoderCase): number[] =>
  radii(c, 5, 16).map(rho => rho / Math.sqrt(c.shape.net.latent));

const ladderOf = (c: AutoencoderCase, samba: SambaRules, penalty: PenaltyRules): Rung[] =>
  learnedGradientLadder(c, samba, penalty, factors(c), roundOff(c, atCode(c)));

const { noDetach, detachNormOnly, detachDirectionOnly } = DETACH_MUTANTS;
const { squaredPenalty, frozenDenominator, literalJacobian, constantPenalty, batchPenalty } = PENALTY_MUTANTS;
const { rootDimensionMissing, covarianceForRoot, batchNorm } = LENGTH_MUTANTS;
const covarianceHeld = {
  covarianceHeld: { says: 'the path through the learned covariance is cut', rules: LITERAL },
};
const meanHeld = {
  meanHeld: {
    says: 'the gradient reaches the mean only through the direction',
    rules: { ...SAMBA_RULES, point: (mean: tf.Tensor, step: tf.Tensor) => tf.add(detach(mean), step) },
  },
};
const penaltyHeld: PenaltyRules = {
  ...PENALTY_RULES,
  measure: (scale, g) => PENALTY_RULES.measure(heldFixed(scale), g),
};

export default claim<Subject, string, string>({
  id: 'SAMBA-21',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (15), appendix A eq. (23)',
  tex: {
    printed:
      '\\nabla_\\phi L_{SAM} \\approx \\nabla_z\\left[L + \\rho\\|\\nabla_z L\\|\\right]\\frac{\\partial z_0}{\\partial\\phi}',
    corrected:
      '\\nabla_\\phi L_{SAM} = J_\\mu^\\top\\nabla_z L(z) + J_\\sigma^\\top\\left(\\eta\\circ\\nabla_z L(z)\\right) = \\nabla_\\phi\\left[L + \\sqrt d\\,\\|\\Sigma^{1/2}\\nabla_z L\\|\\right] + O(\\|\\Sigma\\|),\\quad \\eta\\ \\text{fixed}',
  },
  says: "The encoder gradient of SAMBA is J_mu' times its z-gradient, hence that of the RAE up to rho^2 J_mu'T[g,g]/2 for a fixed covariance; for a learned one eq. (15) leaves out the path through it, an error of first order.",
  verdict: conditional('the covariance is fixed, or the path through a learned one is included'),
  objectives: ['samba', 'rae-loss-gradient'],
  subject: { ...PAIR, penalty: PENALTY_RULES },
  checks: {
    order: check.deepened<Subject>(
      check.order({
        says: "the difference is rho^2 J_mu'T[g,g]/2 for a fixed covariance",
        given: everyShape(SHAPES.smooth),
        order: 2,
        runs: 12,
        measure: (c, pair) => expansion(c, pair, 'phi'),
      }),
      () => largeOrder({ part: 'phi', width: FULL_WIDTH }),
      { controls: largeOrderControls(), large: true },
    ),
    chainRule: check.deepened<Subject>(
      check.equals({
        says: "both encoder gradients are J_mu' times the z-gradients, at any radius",
        given: everyShape(SHAPES.control),
        runs: 32,
        measure: (c, pair) => {
          const [z] = compare(c, pair, 'z', [0.5]) as [Sides];
          const [phi] = compare(c, pair, 'phi', [0.5]) as [Sides];
          return (['samba', 'rae'] as const).map(side => ({
            actual: phi[side],
            expected: throughEncoder(c, z[side]),
            what: side,
          }));
        },
      }),
      () => largeCell({ part: 'phi', width: FULL_WIDTH }),
      { controls: largeCellControls(), large: true },
    ),
    learned: check.order({
      says: 'with a learned covariance, its path included, the difference to the live penalty is of second order',
      given: everyShape(SHAPES.learned),
      order: 2,
      measure: (c, { samba, penalty }) => ({
        ladder: ladderOf(c, samba, penalty),
        constant: jet(c, learnedDirections(c).whitened, 'whitened').second('phi'),
      }),
    }),
    literal: check.order({
      says: 'eq. (15) as printed, the path left out, is off by exactly that path: an error of first order',
      given: everyShape(SHAPES.learned),
      order: 1,
      measure: (c, { penalty }) => {
        const { whitened, step } = learnedDirections(c);
        const full = jet(c, whitened, 'whitened').first('phi');
        const constant = jet(c, step)
          .first('phi')
          .map((x, k) => x - full[k]!);
        return { ladder: ladderOf(c, LITERAL, penalty), constant };
      },
    }),
  },
  mutants: {
    ...inSamba<Subject>({ noDetach, detachNormOnly, detachDirectionOnly }),
    ...inSamba<Subject>({ ...covarianceHeld, ...meanHeld }),
    ...inSamba<Subject>({
      rootDimensionMissing,
      covarianceForRoot,
      batchNorm,
      signFlip: DIRECTION_MUTANTS.signFlip,
    }),
    ...inRae<Subject>({ squaredPenalty, frozenDenominator, literalJacobian, constantPenalty, batchPenalty }),
    penaltyHeld: mutant('the covariance in the penalty is held fixed', subject => ({
      ...subject,
      penalty: penaltyHeld,
    })),
  },
});
