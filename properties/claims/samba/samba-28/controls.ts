/** @file What SAMBA-28 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { gaussianKl } from '../../../../src/core/gaussian.js';
import { SAMBA_RULES, type SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import { VAE_RULES, type VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { scaledNorm } from '../../../../src/core/perturbation.js';
import { constant, detach } from '../../../../src/engine/ops.js';
import { sambaVariances, vaeVariances } from '../../../../src/theory/closed/stationary-variance.js';
import { type Mutant, type mat, mutant, wrong } from '../../../kit.js';
import { PENALTY_RULES, type PenaltyRules } from '../../../subjects/sam/covariance.js';
import { DETACH_MUTANTS, DIRECTION_MUTANTS, inSamba, LENGTH_MUTANTS } from '../../../subjects/sam/mutants.js';
import { KL_WRONG } from '../../../subjects/vae/elbo-mutants.js';

export interface Subject {
  /** The step that trains, its direction detached. */
  readonly samba: SambaRules;
  /** The same without detaching. */
  readonly live: SambaRules;
  /** sqrt(d) |sigma o grad L| */
  readonly penalty: PenaltyRules;
  readonly kl: SambaRules['kl'];
  readonly vae: VaeRules;
  /** Where sigma^2 comes to rest, from the gradient and from the diagonal of the Hessian. */
  readonly rest: (g: mat.Vector, beta: number) => mat.Vector;
  readonly restOfVae: (curvatures: mat.Vector, beta: number) => mat.Vector;
}

const { rootDimensionMissing, dimensionForRoot, unnormalised, covarianceForRoot, covarianceMissing } =
  LENGTH_MUTANTS;
const { noDetach, detachNormOnly, detachDirectionOnly } = DETACH_MUTANTS;

const otherPenalty = (says: string, change: Partial<PenaltyRules>) => {
  const penalty = { ...PENALTY_RULES, ...change };
  return mutant<Subject>(says, s => ({ ...s, penalty }));
};

const HELD: SambaRules = {
  ...SAMBA_RULES,
  outer: (s, eta) => tf.mul(detach(s.kind === 'cholesky' ? s.logDiagonal : s.std), eta),
};

export const SUBJECT: Subject = {
  samba: SAMBA_RULES,
  live: noDetach.rules,
  penalty: PENALTY_RULES,
  kl: gaussianKl,
  vae: VAE_RULES,
  rest: sambaVariances,
  restOfVae: vaeVariances,
};

export const MUTANTS: Readonly<Record<string, Mutant<Subject>>> = {
  ...inSamba<Subject>({ noDetach, detachNormOnly, detachDirectionOnly }),
  ...inSamba<Subject>({ unnormalised, rootDimensionMissing, dimensionForRoot }),
  ...inSamba<Subject>({ covarianceForRoot, covarianceMissing }),
  ...inSamba<Subject>({
    signFlip: DIRECTION_MUTANTS.signFlip,
    noSecondStep: DIRECTION_MUTANTS.noSecondStep,
  }),
  ...wrong.formula(SUBJECT, 'samba', {
    pathCut: ['the path through the covariance is cut', HELD],
  }),
  ...wrong.formula(SUBJECT, 'live', {
    liveDetached: ['the live step is detached', SUBJECT.samba],
    liveNormHeld: ['only the norm is held fixed', detachNormOnly.rules],
  }),
  penaltyUnwhitened: otherPenalty('|g| in the penalty', { measure: (_s, g) => scaledNorm(g) }),
  penaltySquared: otherPenalty('the squared norm in the penalty', {
    measure: (s, g) => tf.square(PENALTY_RULES.measure(s, g)),
  }),
  penaltyHalved: otherPenalty('half of the penalty', { radius: d => Math.sqrt(d) / 2 }),
  ...wrong.formula(SUBJECT, 'kl', {
    klHalfDropped: ['the KL without its 1/2', KL_WRONG.halfDropped.rules.kl],
    klTraceDropped: ['the KL without tr Sigma', KL_WRONG.traceDropped.rules.kl],
    klConstant: [
      'a KL that is off by a constant',
      (m, of) => tf.add(gaussianKl(m, of), constant(1)),
      'Only gradients are compared; a constant has none.',
    ],
  }),
  ...wrong.formula(SUBJECT, 'rest', {
    rootMissingAtRest: ['c without sqrt(d)', (g, beta) => SUBJECT.rest(g, beta * Math.sqrt(g.length))],
    slopeAtRest: [
      '|g_i| for g_i^2 at rest',
      (g, beta) =>
        SUBJECT.rest(
          g.map(x => Math.sqrt(Math.abs(x))),
          beta,
        ),
    ],
    curvatureAtRest: ["the VAE's rule for SAMBA", SUBJECT.restOfVae],
  }),
  ...wrong.formula(SUBJECT, 'restOfVae', {
    betaAtRest: ["the VAE's rest without beta", h => SUBJECT.restOfVae(h, 1)],
    slopeForCurvature: ['half of the curvature at rest', (h, beta) => SUBJECT.restOfVae(h, 2 * beta)],
  }),
};
