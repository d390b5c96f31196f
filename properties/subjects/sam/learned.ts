/** @file Ladders of SAMBA with a learned covariance against its first-order penalty. */

import type { Rung } from '../../../src/claims/order/case.js';
import type { SambaRules } from '../../../src/core/objectives/samba/samba.js';
import type { AutoencoderCase } from '../../arbitraries/autoencoders.js';
import { collect, inputsOf } from '../network/network.js';
import { PENALTY_RULES, type PenaltyRules, penalisedStep, scaledInputs } from './covariance.js';
import { learnedSambaStep } from './steps.js';

/** Both sides for all standard deviations times s: losses without the KL term, and encoder gradients. */
export function compareLearned(c: AutoencoderCase, samba: SambaRules, penalty: PenaltyRules, s: number) {
  const inputs = scaledInputs(c, s);
  const step = learnedSambaStep(samba, c.shape).run(inputs);
  const penalised = penalisedStep(penalty, c.shape).run(inputs);
  return {
    value: { samba: step['term.reconstruction']![0]!, penalised: penalised.loss![0]! },
    phi: { samba: collect(step, 'grad', 'phi'), penalised: collect(penalised, 'grad', 'phi') },
  };
}

/** The losses' residuals at the factors s. */
export const learnedValueLadder = (
  c: AutoencoderCase,
  samba: SambaRules,
  penalty: PenaltyRules,
  steps: readonly number[],
): Rung[] =>
  steps.map(step => {
    const { value } = compareLearned(c, samba, penalty, step);
    return { step, residual: value.samba - value.penalised, scale: value.samba + value.penalised };
  });

/** The directions eta_i, and the steps Sigma_i^(1/2) eta_i, at s = 1; eta does not depend on s. */
export function learnedDirections(c: AutoencoderCase): { whitened: Float64Array; step: Float64Array } {
  const { whitened, step } = penalisedStep(PENALTY_RULES, c.shape).run(inputsOf(c));
  return { whitened: whitened!.slice(), step: step!.slice() };
}
