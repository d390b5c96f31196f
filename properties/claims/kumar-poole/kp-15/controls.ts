/** @file What KP-15 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { gradient, jacobian } from '../../../../src/core/derivatives.js';
import { GRAE, GRAE_RULES, type GraeRules } from '../../../../src/core/objectives/grae/grae.js';
import { VAE, VAE_RULES, type VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { graeCovariance } from '../../../../src/theory/closed/grae.js';
import { type Mutant, mat, quad, wrong } from '../../../kit.js';
import { mistaken } from '../../../subjects/mistaken.js';
import { optimum } from '../../../subjects/vae/smooth-cases.js';

/** log det(I + H) of symmetric matrices [B, d, d], by elimination. */
function logDetShifted(h: tf.Tensor): tf.Tensor {
  const [batch, d] = h.shape as [number, number, number];
  const pivot = tf.slice(h, [0, 0, 0], [batch, 1, 1]);
  const log = tf.log1p(tf.reshape(pivot, [batch]));
  if (d === 1) return log;
  const row = tf.slice(h, [0, 0, 1], [batch, 1, d - 1]);
  const outer = tf.div(tf.matMul(row, row, true), tf.add(pivot, 1));
  return tf.add(log, logDetShifted(tf.sub(tf.slice(h, [0, 1, 1], [batch, d - 1, d - 1]), outer)));
}

/** Core's GRAE with A - R, the Hessian of the reconstruction loss, where A stood. */
const FULL_HESSIAN_RULES: GraeRules = {
  ...GRAE_RULES,
  jacobian: at => jacobian(z => gradient(at.loss, z), at.z),
  scaled: (hessian, beta) => tf.div(hessian, beta),
  logDet: logDetShifted,
};

/** Enough nodes for the widest posterior of a ladder and the steepest sine. */
const NODES = 16;
const rules = new Map([1, 2].map(d => [d, quad.gaussianPoints(d, NODES)]));

export const SUBJECT = {
  vae: VAE_RULES,
  grae: GRAE_RULES,
  /** GRAE with the full Hessian, eq. (10). */
  full: FULL_HESSIAN_RULES,
  /** Noises with weights that average the objective to rounding. */
  points: (d: number): readonly quad.WeightedPoint[] => rules.get(d)!,
  /** The covariance at which the beta-VAE is taken. */
  covariance: optimum,
  /** The beta^2 coefficient of beta-VAE minus eq. (10), from L_ijkl M_ij M_kl. */
  second: (quartic: number) => quartic / 8,
  /** The beta coefficient of beta-VAE minus GRAE. */
  first: (a: mat.Matrix, hessian: mat.Matrix) => (mat.logDet(hessian) - mat.logDet(a)) / 2,
};
export type Subject = typeof SUBJECT;

const inVae = (s: Subject, vae: VaeRules): Subject => ({ ...s, vae });
const inGrae = (s: Subject, grae: GraeRules): Subject => ({ ...s, grae });

export const MUTANTS = {
  ...wrong.formula(SUBJECT, 'full', {
    gaussNewton: ['R dropped from eq. (10): it becomes GRAE', SUBJECT.grae],
  }),
  ...wrong.rules(SUBJECT, 'full', {
    curvatureSign: [
      'A + R for A - R in eq. (10)',
      {
        jacobian: at => {
          const j = GRAE_RULES.jacobian(at);
          return tf.sub(tf.mul(tf.matMul(j, j, true), 2), SUBJECT.full.jacobian(at));
        },
      },
    ],
  }),
  ...wrong.formula(SUBJECT, 'first', {
    secondOrderClaimed: ['no term of first order in beta, as the approximation is usually quoted', () => 0],
    frozenFirst: [
      '-tr(R A^-1) / 2 for the first coefficient, as if S stayed at eq. (11)',
      (a, hessian) => -mat.traceOfProduct(mat.combine(1, a, -1, hessian), mat.inverse(a)) / 2,
    ],
  }),
  ...wrong.formula(SUBJECT, 'second', {
    quarter: ['1/4 for 1/8', quartic => quartic / 4],
    twentyFourth: ['1/24 for 1/8', quartic => quartic / 24],
  }),
  ...wrong.formula(SUBJECT, 'covariance', {
    frozenCovariance: [
      'the covariance of eq. (11) in place of the optimal one',
      (c, beta) => graeCovariance(c.jacobian, beta),
    ],
  }),
  ...wrong.formula(SUBJECT, 'points', {
    oneSample: [
      'one noise instead of the average',
      d => [{ point: Array.from({ length: d }, (_, i) => Math.cos(i + 1)), weight: 1 }],
    ],
  }),
  missingHalf: mistaken(GRAE.mistakes.penaltyWithoutHalf, inGrae),
  betaDropped: mistaken(GRAE.mistakes.betaMissing, inGrae),
  ...wrong.rules(SUBJECT, 'grae', {
    noPrior: ['no prior on the code', { prior: mean => tf.mul(GRAE_RULES.prior(mean), 0) }],
  }),
  covarianceForRoot: mistaken(VAE.mistakes.varianceForDeviation, inVae),
  noNoise: mistaken(VAE.mistakes.noNoise, inVae),
  betaIgnored: mistaken(VAE.mistakes.betaIgnored, inVae),
  klWithoutDimension: mistaken(VAE.mistakes.klWithoutDimension, inVae),
} satisfies Readonly<Record<string, Mutant<Subject>>>;
