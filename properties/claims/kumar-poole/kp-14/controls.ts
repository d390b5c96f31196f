/** @file What KP-14 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { type Mutant, mutant } from '../../../../src/claims/claim.js';
import { GRAE_RULES, type GraeRules } from '../../../../src/core/objectives/grae/grae.js';
import {
  BETA_VAE_TAYLOR_RULES,
  type BetaVaeTaylorRules,
} from '../../../../src/core/objectives/vae/beta-vae-taylor.js';
import { constant, detach } from '../../../../src/engine/ops.js';
import { graeCovariance } from '../../../../src/theory/closed/grae.js';
import { inverse } from '../../../../src/theory/numerics/cholesky.js';
import { combine, gram, identity, type Matrix } from '../../../../src/theory/numerics/matrix.js';

export interface Subject {
  readonly grae: GraeRules;
  readonly taylor: BetaVaeTaylorRules;
  /** Eq. (11): the covariance that is optimal for a Jacobian. */
  readonly covariance: (jacobian: Matrix, beta: number, d: number) => Matrix;
}

export const SUBJECT: Subject = {
  grae: GRAE_RULES,
  taylor: BETA_VAE_TAYLOR_RULES,
  covariance: graeCovariance,
};

const withGrae = (change: Partial<GraeRules>) => {
  const grae = { ...SUBJECT.grae, ...change };
  return (s: Subject): Subject => ({ ...s, grae });
};
const withTaylor = (change: Partial<BetaVaeTaylorRules>) => {
  const taylor = { ...SUBJECT.taylor, ...change };
  return (s: Subject): Subject => ({ ...s, taylor });
};
const withCovariance =
  (covariance: Subject['covariance']) =>
  (s: Subject): Subject => ({ ...s, covariance });

const swap = (a: tf.Tensor): tf.Tensor => tf.transpose(a, [0, 2, 1]);

export const MUTANTS = {
  missingHalf: mutant('GRAE with beta log det', withGrae({ prefactor: beta => beta })),
  missingBeta: mutant(
    'GRAE with log det / 2, no beta in front',
    withGrae({ prefactor: () => constant(0.5) }),
  ),
  betaSquared: mutant('A / beta^2 inside the log det', withGrae({ scaled: (j, beta) => tf.div(j, beta) })),
  betaDropped: mutant('A instead of A / beta inside the log det', withGrae({ scaled: j => j })),
  betaInverted: mutant(
    'beta A inside the log det',
    withGrae({ scaled: (j, beta) => tf.mul(j, tf.sqrt(beta)) }),
  ),
  firstOrder: mutant(
    'tr(A) / beta for the log det: its gradient is J, not J S',
    withGrae({ logDet: a => tf.sum(tf.square(a), [1, 2]) }),
  ),
  log10: mutant(
    'decimal logarithm',
    withGrae({ logDet: a => tf.mul(GRAE_RULES.logDet(a), constant(Math.LOG10E)) }),
  ),
  frozenJacobian: mutant(
    'no gradient through the Jacobian',
    withGrae({ jacobian: at => detach(GRAE_RULES.jacobian(at)) }),
  ),
  noPrior: mutant('no prior on the code', withGrae({ prior: mean => tf.mul(GRAE_RULES.prior(mean), 0) })),
  priorWithoutHalf: mutant(
    '|h|^2 for |h|^2 / 2',
    withGrae({ prior: mean => tf.mul(GRAE_RULES.prior(mean), 2) }),
  ),
  sylvester: mutant(
    "JJ' instead of J'J inside the log det",
    withGrae({ logDet: a => GRAE_RULES.logDet(swap(a)) }),
    "Sylvester: det(I + J'J/beta) = det(I + JJ'/beta) for every J, so value and all derivatives are the same.",
  ),
  taylorWithoutHalf: mutant('tr(A S) for tr(A S) / 2', withTaylor({ prefactor: () => 1 })),
  taylorFactorIgnored: mutant('tr A for tr(A S)', withTaylor({ spread: j => j })),
  taylorFactorTransposed: mutant(
    "J L' for J L",
    withTaylor({
      spread: (j, s) => (s.kind === 'cholesky' ? tf.matMul(j, s.factor, false, true) : j),
    }),
  ),
  taylorFrozenJacobian: mutant(
    'no gradient through the Jacobian of the Taylor objective',
    withTaylor({ jacobian: at => detach(BETA_VAE_TAYLOR_RULES.jacobian(at)) }),
  ),
  klWithoutDimension: mutant(
    'KL without - d / 2',
    withTaylor({ kl: (mean, s) => tf.add(BETA_VAE_TAYLOR_RULES.kl(mean, s), mean.shape[1]! / 2) }),
  ),
  klSign: mutant(
    'KL with the log det added',
    withTaylor({
      kl: (mean, s) =>
        s.kind === 'cholesky'
          ? tf.add(BETA_VAE_TAYLOR_RULES.kl(mean, s), tf.mul(tf.sum(s.logDiagonal, 1), 2))
          : BETA_VAE_TAYLOR_RULES.kl(mean, s),
    }),
  ),
  noIdentity: mutant(
    'S = beta (A + 1e-3)^-1: the identity of the prior forgotten',
    withCovariance((j, beta, d) => inverse(combine(1 / beta, gram(j, d), 1e-3 / beta, identity(d)))),
  ),
  covarianceBetaDropped: mutant(
    'S = (I + A)^-1',
    withCovariance((j, _, d) => graeCovariance(j, 1, d)),
  ),
  covarianceBetaSquared: mutant(
    'S = (I + A / beta^2)^-1',
    withCovariance((j, beta, d) => graeCovariance(j, beta ** 2, d)),
  ),
  diagonalOnly: mutant(
    'S = 1 / diag(I + A / beta)',
    withCovariance((j, beta, d) =>
      gram(j, d).map((row, i) => row.map((x, k) => (i === k ? 1 / (1 + x / beta) : 0))),
    ),
  ),
} satisfies Readonly<Record<string, Mutant<Subject>>>;
