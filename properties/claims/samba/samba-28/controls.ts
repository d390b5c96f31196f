/** @file What SAMBA-28 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { gaussianKl } from '../../../../src/core/gaussian.js';
import { SAMBA } from '../../../../src/core/objectives/samba/samba.js';
import { VAE_RULES } from '../../../../src/core/objectives/vae/vae.js';
import { constant, detach } from '../../../../src/engine/ops.js';
import { sambaVariances, vaeVariances } from '../../../../src/theory/closed/stationary-variance.js';
import { type mat, wrong } from '../../../kit.js';
import { PENALTY_RULES, PENALTY_WRONG } from '../../../subjects/sam/covariance.js';
import { DETACH_MUTANTS, wrongSamba } from '../../../subjects/sam/mutants.js';
import { KL_WRONG } from '../../../subjects/vae/elbo-mutants.js';

export const SUBJECT = {
  /** The step that trains, its direction detached, and the same without detaching. */
  samba: SAMBA.rules,
  live: DETACH_MUTANTS.noDetach.rules,
  /** sqrt(d) |sigma o grad L| */
  penalty: PENALTY_RULES,
  kl: gaussianKl,
  vae: VAE_RULES,
  /** Where sigma^2 comes to rest, from the gradient and from the diagonal of the Hessian. */
  rest: (g: mat.Vector, beta: number): mat.Vector => sambaVariances(g, beta),
  restOfVae: (curvatures: mat.Vector, beta: number): mat.Vector => vaeVariances(curvatures, beta),
};
export type Subject = typeof SUBJECT;

export const MUTANTS = {
  ...wrongSamba<Subject>('noDetach', 'detachNormOnly', 'detachDirectionOnly', 'signFlip', 'noSecondStep'),
  ...wrongSamba<Subject>('unnormalised', 'rootDimensionMissing', 'dimensionForRoot'),
  ...wrongSamba<Subject>('covarianceForRoot', 'covarianceMissing'),
  ...wrong.rules(SUBJECT, 'samba', {
    pathCut: [
      'the path through the covariance is cut',
      { outer: (s, eta) => tf.mul(detach(s.kind === 'cholesky' ? s.logDiagonal : s.std), eta) },
    ],
  }),
  ...wrong.formula(SUBJECT, 'live', {
    liveDetached: ['the live step is detached', SUBJECT.samba],
    liveNormHeld: ['only the norm is held fixed', DETACH_MUTANTS.detachNormOnly.rules],
  }),
  ...wrong.rules(SUBJECT, 'penalty', PENALTY_WRONG, ['penaltyUnwhitened', 'penaltySquared', 'penaltyHalved']),
  ...wrong.formula(SUBJECT, 'kl', {
    klHalfDropped: ['the KL without its 1/2', KL_WRONG.halfDropped.rules.kl],
    klTraceDropped: ['the KL without tr Sigma', KL_WRONG.traceDropped.rules.kl],
    klConstant: [
      'a KL that is off by a constant',
      (mean, scale) => tf.add(gaussianKl(mean, scale), constant(1)),
      'Only gradients are compared; a constant has none.',
    ],
  }),
  ...wrong.formula(SUBJECT, 'rest', {
    rootMissingAtRest: ['c without sqrt(d)', (g, beta) => SUBJECT.rest(g, beta * Math.sqrt(g.length))],
    slopeAtRest: [
      '|g_i| for g_i^2 at rest',
      (g, beta) =>
        SUBJECT.rest(
          Array.from(g, x => Math.sqrt(Math.abs(x))),
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
