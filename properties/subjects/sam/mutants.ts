/**
 * @file Negative controls of the SAMBA claims: known mistakes in the code that trains, under the names of the
 * claims.
 */
import type { Mutant } from '../../../src/claims/claim.js';
import type { Mistake } from '../../../src/core/objectives/define.js';
import {
  RAE_LOSS_GRADIENT,
  type RaeLossGradientRules,
} from '../../../src/core/objectives/rae/rae-loss-gradient.js';
import { SAMBA, type SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { mistaken } from '../mistaken.js';

type WrongSamba = Readonly<Record<string, Mistake<SambaRules>>>;
type WrongRae = Readonly<Record<string, Mistake<RaeLossGradientRules>>>;

const each = <Rules, Subject>(
  wrong: Readonly<Record<string, Mistake<Rules>>>,
  put: (subject: Subject, rules: Rules) => Subject,
): Record<string, Mutant<Subject>> =>
  Object.fromEntries(Object.entries(wrong).map(([name, mistake]) => [name, mistaken(mistake, put)]));

/** The mutants of a subject whose SAMBA step is wrong. */
export const inSamba = <Subject extends { readonly samba: SambaRules }>(wrong: WrongSamba) =>
  each<SambaRules, Subject>(wrong, (subject, rules) => ({ ...subject, samba: rules }));

/** The mutants of a subject whose RAE is wrong. */
export const inRae = <Subject extends { readonly rae: RaeLossGradientRules }>(wrong: WrongRae) =>
  each<RaeLossGradientRules, Subject>(wrong, (subject, rules) => ({ ...subject, rae: rules }));

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

const SAMBA_MUTANTS = { ...DETACH_MUTANTS, ...LENGTH_MUTANTS, ...DIRECTION_MUTANTS };

type Names<Wrong> = readonly (keyof Wrong & string)[];
const picked = <Wrong>(
  all: Readonly<Record<string, Wrong>>,
  names: readonly string[],
): Record<string, Wrong> => Object.fromEntries(names.map(name => [name, all[name]!]));

/** Of all these, those of the names given. */
export const wrongSamba = <Subject extends { readonly samba: SambaRules }>(
  ...names: Names<typeof SAMBA_MUTANTS>
) => inSamba<Subject>(picked(SAMBA_MUTANTS, names));
export const wrongRae = <Subject extends { readonly rae: RaeLossGradientRules }>(
  ...names: Names<typeof PENALTY_MUTANTS>
) => inRae<Subject>(picked(PENALTY_MUTANTS, names));
