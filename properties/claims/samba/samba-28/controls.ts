/** @file What SAMBA-28 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { type Mutant, mutant } from '../../../../src/claims/claim.js';
import { gaussianKl } from '../../../../src/core/gaussian.js';
import { SAMBA_RULES, type SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import { VAE_RULES, type VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { scaledNorm } from '../../../../src/core/perturbation.js';
import { constant, detach } from '../../../../src/engine/ops.js';
import { sambaVariances, vaeVariances } from '../../../../src/theory/closed/stationary-variance.js';
import type { Vector } from '../../../../src/theory/numerics/matrix.js';
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
  readonly rest: (g: Vector, beta: number) => Vector;
  readonly restOfVae: (curvatures: Vector, beta: number) => Vector;
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
  pathCut: mutant('the path through the covariance is cut', s => ({ ...s, samba: HELD })),
  liveDetached: mutant('the live step is detached', s => ({ ...s, live: s.samba })),
  liveNormHeld: mutant('only the norm is held fixed', s => ({ ...s, live: detachNormOnly.rules })),
  penaltyUnwhitened: otherPenalty('|g| in the penalty', { measure: (_s, g) => scaledNorm(g) }),
  penaltySquared: otherPenalty('the squared norm in the penalty', {
    measure: (s, g) => tf.square(PENALTY_RULES.measure(s, g)),
  }),
  penaltyHalved: otherPenalty('half of the penalty', { radius: d => Math.sqrt(d) / 2 }),
  klHalfDropped: mutant('the KL without its 1/2', s => ({ ...s, kl: KL_WRONG.halfDropped.rules.kl })),
  klTraceDropped: mutant('the KL without tr Sigma', s => ({ ...s, kl: KL_WRONG.traceDropped.rules.kl })),
  klConstant: mutant(
    'a KL that is off by a constant',
    s => ({ ...s, kl: (m, of) => tf.add(gaussianKl(m, of), constant(1)) }),
    'Only gradients are compared; a constant has none.',
  ),
  rootMissingAtRest: mutant('c without sqrt(d)', s => ({
    ...s,
    rest: (g, beta) => s.rest(g, beta * Math.sqrt(g.length)),
  })),
  slopeAtRest: mutant('|g_i| for g_i^2 at rest', s => ({
    ...s,
    rest: (g, beta) =>
      s.rest(
        g.map(x => Math.sqrt(Math.abs(x))),
        beta,
      ),
  })),
  curvatureAtRest: mutant("the VAE's rule for SAMBA", s => ({ ...s, rest: s.restOfVae })),
  betaAtRest: mutant("the VAE's rest without beta", s => ({ ...s, restOfVae: h => s.restOfVae(h, 1) })),
  slopeForCurvature: mutant('half of the curvature at rest', s => ({
    ...s,
    restOfVae: (h, beta) => s.restOfVae(h, 2 * beta),
  })),
};
