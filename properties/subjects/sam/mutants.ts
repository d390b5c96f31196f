/** @file Negative controls of the SAMBA claims: known mistakes of the objectives, named as in the claims. */

import { completed, type Mistake, wrong } from '../../../src/core/objectives/define.js';
import { RAE_JACOBIAN, type RaeJacobianRules } from '../../../src/core/objectives/rae/rae-jacobian.js';
import {
  RAE_LOSS_GRADIENT,
  type RaeLossGradientRules,
} from '../../../src/core/objectives/rae/rae-loss-gradient.js';
import { SAMBA, type SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { detach } from '../../../src/engine/ops.js';
import type { Mutant } from '../../kit.js';
import { mistaken } from '../mistaken.js';

type WrongSamba = Readonly<Record<string, Mistake<SambaRules>>>;
type WrongRae = Readonly<Record<string, Mistake<RaeLossGradientRules>>>;

const each = <Rules, Subject>(
  mistakes: Readonly<Record<string, Mistake<Rules>>>,
  put: (subject: Subject, rules: Rules) => Subject,
): Record<string, Mutant<Subject>> =>
  Object.fromEntries(Object.entries(mistakes).map(([name, mistake]) => [name, mistaken(mistake, put)]));

/** The mutants of a subject whose SAMBA step is wrong. */
export const inSamba = <Subject extends { readonly samba: SambaRules }>(mistakes: WrongSamba) =>
  each<SambaRules, Subject>(mistakes, (subject, rules) => ({ ...subject, samba: rules }));

/** The mutants of a subject whose RAE is wrong. */
export const inRae = <Subject extends { readonly rae: RaeLossGradientRules }>(mistakes: WrongRae) =>
  each<RaeLossGradientRules, Subject>(mistakes, (subject, rules) => ({ ...subject, rae: rules }));

const { noDetach, detachNormOnly, detachDirectionOnly } = SAMBA.mistakes;

/** Wrong in how the direction is held fixed. */
export const DETACH_MUTANTS = { noDetach, detachNormOnly, detachDirectionOnly } satisfies WrongSamba;

const { rawGradient, rawDividedBySquare, rawEpsilon, unnormalised, dividedBySquare } = SAMBA.mistakes;
const { rootDimensionMissing, dimensionForRoot, halfRadius, covarianceForRoot, rootMissing } = SAMBA.mistakes;
const { largestEntryNorm, absoluteSumNorm, epsilonInDenominator, batchNorm } = SAMBA.mistakes;

/** Wrong in the length of the step. */
export const LENGTH_MUTANTS = {
  rawGradient,
  rawDividedBySquare,
  rawEpsilon,
  unnormalised,
  dividedBySquare,
  rootDimensionMissing,
  dimensionForRoot,
  halfRadius,
  covarianceForRoot,
  covarianceMissing: rootMissing,
  largestEntryNorm,
  absoluteSumNorm,
  epsilonInDenominator,
  batchNorm,
} satisfies WrongSamba;

const { signFlip, signStep, noStep } = SAMBA.mistakes;

/** Wrong in the direction of the step, or in where the gradient is taken. */
export const DIRECTION_MUTANTS = { signFlip, signStep, noSecondStep: noStep } satisfies WrongSamba;

const SAMBA_WRONG = { ...DETACH_MUTANTS, ...LENGTH_MUTANTS, ...DIRECTION_MUTANTS };

/** The mutants of a subject whose SAMBA step is wrong in these ways. */
export const wrongSamba = <Subject extends { readonly samba: SambaRules }>(
  ...names: readonly (keyof typeof SAMBA_WRONG)[]
): Record<string, Mutant<Subject>> =>
  inSamba(Object.fromEntries(names.map(name => [name, SAMBA_WRONG[name]])));

const { squaredPenalty, frozenDenominator, halfPenalty, constantPenalty, batchMeanPenalty } =
  RAE_LOSS_GRADIENT.mistakes;
const { jacobianForGradient, squaredJacobian } = RAE_LOSS_GRADIENT.mistakes;

/** Wrong in what the RAE penalises. */
export const PENALTY_MUTANTS = {
  squaredPenalty,
  frozenDenominator,
  halfPenalty,
  literalJacobian: jacobianForGradient,
  literalJacobianSquared: squaredJacobian,
  constantPenalty,
  batchPenalty: batchMeanPenalty,
} satisfies WrongRae;

/** The mutants of a subject whose RAE is wrong in these ways. */
export const wrongRae = <Subject extends { readonly rae: RaeLossGradientRules }>(
  ...names: readonly (keyof typeof PENALTY_MUTANTS)[]
): Record<string, Mutant<Subject>> =>
  inRae(Object.fromEntries(names.map(name => [name, PENALTY_MUTANTS[name]])));

const { columnSums, constantPenalty: jacobianHeld, halfDetached, largestEntry } = RAE_JACOBIAN.mistakes;
const { alwaysSquared, batchNorm: jacobianBatchNorm } = RAE_JACOBIAN.mistakes;
const { measure } = RAE_JACOBIAN.rules;

const JACOBIAN_WRONG = {
  summedOutputs: columnSums,
  alwaysSquared,
  largestEntry,
  batchNorm: jacobianBatchNorm,
  jacobianHeld,
  halfHeld: halfDetached,
  // wrong for the square alone, which the test of the objective's own mistakes does not ask for
  ...completed(RAE_JACOBIAN.rules, {
    powerForgotten: wrong<RaeJacobianRules>('the norm penalised where its square is asked for', {
      measure: j => measure(j, 1),
    }),
    notDifferentiated: wrong<RaeJacobianRules>('the Jacobian held fixed in the square', {
      measure: (j, power) => measure(power === 2 ? detach(j) : j, power),
    }),
  }),
};

/** The mutants of a subject whose penalty on the decoder's Jacobian is wrong in these ways. */
export const wrongJacobian = <Subject extends { readonly jacobian: RaeJacobianRules }>(
  ...names: readonly (keyof typeof JACOBIAN_WRONG)[]
): Record<string, Mutant<Subject>> =>
  each<RaeJacobianRules, Subject>(
    Object.fromEntries(names.map(name => [name, JACOBIAN_WRONG[name]])),
    (subject, rules) => ({ ...subject, jacobian: rules }),
  );
