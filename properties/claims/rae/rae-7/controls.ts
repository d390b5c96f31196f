/** @file RAE-7: what is tested, and its negative controls. */
import { RAE_JACOBIAN } from '../../../../src/core/objectives/rae/rae-jacobian.js';
import { RAE_L2 } from '../../../../src/core/objectives/rae/rae-l2.js';
import * as linearRae from '../../../../src/theory/closed/linear-rae.js';
import { mat, wrong } from '../../../kit.js';
import { known } from '../../../subjects/mistaken.js';
import { RULES } from '../../../subjects/rae/step.js';

export const SUBJECT = {
  l2: RULES.l2,
  jacobian: RULES.jacobian,
  optimum: linearRae.raeOptimum,
  minimum: linearRae.raeMinimum,
  /** The share of an eigendirection that is reconstructed. */
  reconstructed: linearRae.raeReconstructed,
};
export type Subject = typeof SUBJECT;

/** An optimum whose squared columns are those of another rule. */
const withStrength =
  (strength: (value: number, w: linearRae.RaeWeights) => number): Subject['optimum'] =>
  (values, vectors, latent, weights) =>
    linearRae.raeAlong(
      Array.from({ length: latent }, (_, i) => strength(values[i] ?? 0, weights)),
      vectors,
      weights.beta,
    );

export const MUTANTS = {
  ...wrong.formula(SUBJECT, 'optimum', {
    shift: [
      "GRAE's shift of the eigenvalues",
      withStrength((value, { beta }) => Math.max(0, value - beta / 2)),
    ],
    thresholdDoubled: [
      'beta for beta / 2',
      withStrength((value, { beta, lambda }) => Math.max(0, Math.sqrt((beta * value) / (2 * lambda)) - beta)),
    ],
    halfMissing: [
      'sqrt(beta l / lambda)',
      withStrength((value, { beta, lambda }) => Math.max(0, Math.sqrt((beta * value) / lambda) - beta / 2)),
    ],
    unthresholded: [
      'without the threshold',
      withStrength((value, { beta, lambda }) => Math.sqrt((beta * value) / (2 * lambda))),
    ],
  }),
  ...wrong.formula(SUBJECT, 'minimum', {
    keptAlways: [
      'a minimum that prunes nothing',
      (values, latent, { beta, lambda }) => {
        const kept = (value: number): number => Math.sqrt(2 * beta * lambda * value) - (beta * lambda) / 2;
        return mat.sum(values.map((value, i) => (i < latent ? kept(value) : value)));
      },
    ],
    latentsForgotten: [
      'as many latents as data entries',
      (values, _, weights) => linearRae.raeMinimum(values, values.length, weights),
    ],
  }),
  ...wrong.formula(SUBJECT, 'reconstructed', {
    byLambda: [
      'a reconstruction that depends on lambda alone',
      (value, { lambda }) => linearRae.raeReconstructed(value, { beta: 1, lambda }),
    ],
  }),
  ...wrong.rules(
    SUBJECT,
    'l2',
    known(RAE_L2, {
      decayHalf: 'decayHalf',
      encoderToo: 'allParameters',
      priorWithoutHalf: 'priorWithoutHalf',
    }),
  ),
  ...wrong.rules(
    SUBJECT,
    'jacobian',
    known(RAE_JACOBIAN, { unsquaredJacobian: 'otherPower', jacobianPrior: 'priorWithoutHalf' }),
  ),
};
