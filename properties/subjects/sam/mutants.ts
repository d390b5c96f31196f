/** @file Negative controls of the SAMBA claims: one rule of the code that trains is replaced, nothing else is copied. */
import * as tf from '@tensorflow/tfjs';
import { type Mutant, mutant } from '../../../src/claims/claim.js';
import { jacobian } from '../../../src/core/derivatives.js';
import { scaleUp } from '../../../src/core/gaussian.js';
import { squaredNorm } from '../../../src/core/objectives/objective.js';
import {
  RAE_LOSS_GRADIENT_RULES,
  type RaeLossGradientRules,
} from '../../../src/core/objectives/rae/rae-loss-gradient.js';
import { SAMBA_RULES, type SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { scaledNorm } from '../../../src/core/perturbation.js';
import { constant, detach } from '../../../src/engine/ops.js';

/** A whole set of rules with one wrong; made once, so that every check of a claim meets the same object and trace. */
interface Wrong<Rules> {
  readonly says: string;
  readonly rules: Rules;
}

type WrongSamba = Readonly<Record<string, Wrong<SambaRules>>>;
type WrongRae = Readonly<Record<string, Wrong<RaeLossGradientRules>>>;

const samba = (says: string, replaced: Partial<SambaRules>): Wrong<SambaRules> => ({
  says,
  rules: { ...SAMBA_RULES, ...replaced },
});

const rae = (says: string, replaced: Partial<RaeLossGradientRules>): Wrong<RaeLossGradientRules> => ({
  says,
  rules: { ...RAE_LOSS_GRADIENT_RULES, ...replaced },
});

function each<Rules, Subject>(
  wrong: Readonly<Record<string, Wrong<Rules>>>,
  put: (subject: Subject, rules: Rules) => Subject,
): Record<string, Mutant<Subject>> {
  return Object.fromEntries(
    Object.entries(wrong).map(([name, { says, rules }]) => [
      name,
      mutant(says, subject => put(subject, rules)),
    ]),
  );
}

/** The mutants of a subject whose SAMBA step is wrong. */
export const inSamba = <Subject extends { readonly samba: SambaRules }>(wrong: WrongSamba) =>
  each<SambaRules, Subject>(wrong, (subject, rules) => ({ ...subject, samba: rules }));

/** The mutants of a subject whose RAE is wrong. */
export const inRae = <Subject extends { readonly rae: RaeLossGradientRules }>(wrong: WrongRae) =>
  each<RaeLossGradientRules, Subject>(wrong, (subject, rules) => ({ ...subject, rae: rules }));

const wholeNorm = (x: tf.Tensor): tf.Tensor => tf.reshape(scaledNorm(tf.reshape(x, [1, x.size])), [1, 1]);

/** Wrong in how the direction is held fixed. */
export const DETACH_MUTANTS = {
  noDetach: samba('the direction is differentiated', { detach: (w, norm) => [w, norm] }),
  detachNormOnly: samba('only the norm is held fixed', { detach: (w, norm) => [w, detach(norm)] }),
  detachDirectionOnly: samba('only the direction is held fixed, its norm is differentiated', {
    detach: (w, norm) => [detach(w), norm],
  }),
} satisfies WrongSamba;

/** The direction is made of the gradient itself; for Sigma = alpha^2 I that is the same one. */
const raw: Partial<SambaRules> = { whiten: (_scale, g) => g };

/** Wrong in the length of the step. */
export const LENGTH_MUTANTS = {
  rawGradient: samba('the gradient itself for its direction', { ...raw, normalise: w => w }),
  rawDividedBySquare: samba('g / |g|^2 for the direction', {
    ...raw,
    normalise: (w, norm) => tf.div(SAMBA_RULES.normalise(w, norm), norm),
  }),
  rawEpsilon: samba('1e-3 is added to |g|', {
    ...raw,
    norm: w => tf.add(SAMBA_RULES.norm(w), constant(1e-3)),
  }),
  unnormalised: samba('the whitened gradient is not normalised', { normalise: w => w }),
  dividedBySquare: samba('the whitened gradient is divided by its squared norm', {
    normalise: (w, norm) => tf.div(SAMBA_RULES.normalise(w, norm), norm),
  }),
  rootDimensionMissing: samba('the factor sqrt(d) is missing', { radius: () => constant(1) }),
  dimensionForRoot: samba('d for sqrt(d)', { radius: d => constant(d) }),
  halfRadius: samba('the factor 1/2 that the appendix absorbs into rho', {
    radius: d => constant(Math.sqrt(d) / 2),
  }),
  covarianceForRoot: samba('Sigma for its square root', {
    outer: (scale, eta) => scaleUp(scale, scaleUp(scale, eta)),
  }),
  covarianceMissing: samba('the square root of Sigma is missing', { outer: (_scale, eta) => eta }),
  largestEntryNorm: samba('the largest entry for the Euclidean norm', {
    norm: w => tf.max(tf.abs(w), 1, true),
  }),
  absoluteSumNorm: samba('the sum of absolute values for the Euclidean norm', {
    norm: w => tf.sum(tf.abs(w), 1, true),
  }),
  epsilonInDenominator: samba('1e-3 is added to the norm of the whitened gradient', {
    norm: w => tf.add(SAMBA_RULES.norm(w), constant(1e-3)),
  }),
  batchNorm: samba('one norm for the whole batch', {
    norm: w => tf.tile(wholeNorm(w), [w.shape[0]!, 1]),
  }),
} satisfies WrongSamba;

/** Wrong in the direction of the step, or in where the gradient is taken. */
export const DIRECTION_MUTANTS = {
  signFlip: samba('downhill instead of uphill', { point: (mean, step) => tf.sub(mean, step) }),
  signStep: samba('the sign of each entry for the direction', {
    normalise: w => tf.div(tf.sign(w), constant(Math.sqrt(w.shape[1]!))),
  }),
  noSecondStep: samba('the gradient is taken at the unperturbed code', { point: mean => mean }),
} satisfies WrongSamba;

/** Wrong in what the RAE penalises. */
export const PENALTY_MUTANTS = {
  squaredPenalty: rae('the squared norm is penalised', { norm: squaredNorm }),
  frozenDenominator: rae('g.g / |g_0|: only the denominator is held fixed', {
    norm: g => tf.div(squaredNorm(g), detach(scaledNorm(g))),
  }),
  halfPenalty: rae('half of the norm is penalised', { norm: g => tf.mul(scaledNorm(g), constant(0.5)) }),
  literalJacobian: rae('the Frobenius norm of the decoder Jacobian is penalised', {
    gradient: at => jacobian(at.decode, at.z),
  }),
  literalJacobianSquared: rae('the squared Frobenius norm of the decoder Jacobian is penalised', {
    gradient: at => jacobian(at.decode, at.z),
    norm: squaredNorm,
  }),
  constantPenalty: rae('the penalty is not differentiated', { norm: g => detach(scaledNorm(g)) }),
  batchPenalty: rae('one norm of the gradient of the batch mean, as in the released code', {
    norm: g =>
      tf.div(tf.reshape(tf.tile(wholeNorm(g), [g.shape[0]!, 1]), [g.shape[0]!]), constant(g.shape[0]!)),
  }),
} satisfies WrongRae;
