/** @file What KP-27 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { gaussianKl, type Scale, scaleUp } from '../../../../src/core/gaussian.js';
import { GRAE, GRAE_RULES, type GraeRules } from '../../../../src/core/objectives/grae/grae.js';
import { GRAE_HADAMARD_RULES } from '../../../../src/core/objectives/grae/grae-hadamard.js';
import {
  BETA_VAE_TAYLOR,
  BETA_VAE_TAYLOR_RULES,
  type BetaVaeTaylorRules,
} from '../../../../src/core/objectives/vae/beta-vae-taylor.js';
import { VAE, VAE_RULES, type VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { detach } from '../../../../src/engine/ops.js';
import { type Mutant, mutant } from '../../../kit.js';
import { mistaken } from '../../../subjects/mistaken.js';

export interface Subject {
  readonly vae: VaeRules;
  readonly taylor: BetaVaeTaylorRules;
  readonly grae: GraeRules;
  readonly hadamard: GraeRules;
  /** What the gradients add up to, from the mean of Z_j^2 + S_jj. */
  readonly excess: (second: number, beta: number) => number;
}

const inVae = (s: Subject, vae: VaeRules): Subject => ({ ...s, vae });
const withVae = (change: Partial<VaeRules>) => {
  const vae = { ...VAE_RULES, ...change };
  return (s: Subject): Subject => ({ ...s, vae });
};
const inTaylor = (s: Subject, taylor: BetaVaeTaylorRules): Subject => ({ ...s, taylor });
const withTaylor = (change: Partial<BetaVaeTaylorRules>) => {
  const taylor = { ...BETA_VAE_TAYLOR_RULES, ...change };
  return (s: Subject): Subject => ({ ...s, taylor });
};
const inGrae = (s: Subject, grae: GraeRules): Subject => ({ ...s, grae });
const withGrae = (change: Partial<GraeRules>) => {
  const grae = { ...GRAE_RULES, ...change };
  return (s: Subject): Subject => ({ ...s, grae });
};
const withHadamard = (change: Partial<GraeRules>) => {
  const hadamard = { ...GRAE_HADAMARD_RULES, ...change };
  return (s: Subject): Subject => ({ ...s, hadamard });
};

/** The same covariance, with nothing differentiated through it. */
function held(scale: Scale): Scale {
  return scale.kind === 'cholesky'
    ? { kind: 'cholesky', factor: detach(scale.factor), logDiagonal: detach(scale.logDiagonal) }
    : { ...scale, std: detach(scale.std), logVariance: detach(scale.logVariance) };
}

export const MUTANTS = {
  klSign: mistaken(VAE.mistakes.klLogSign, inVae),
  logDeviation: mistaken(VAE.mistakes.klLogDeviation, inVae),
  priorWithoutHalf: mutant(
    '|h|^2 for |h|^2 / 2 in the KL',
    withVae({ kl: (mean, s) => tf.add(gaussianKl(mean, s), tf.mul(tf.sum(tf.square(mean), 1), 0.5)) }),
  ),
  heldScale: mutant(
    'no gradient through the covariance of the sample',
    withVae({ sample: (mean, s, noise) => tf.add(mean, scaleUp(held(s), noise)) }),
  ),
  heldCode: mistaken(VAE.mistakes.sampleDetached, inVae),
  betaIgnored: mistaken(VAE.mistakes.betaIgnored, inVae),
  taylorWithoutHalf: mutant(
    'the KL of half the weight that tr(A S) / 2 needs',
    withTaylor({ kl: (mean, s) => tf.mul(BETA_VAE_TAYLOR_RULES.kl(mean, s), 0.5) }),
  ),
  taylorFrozenJacobian: mistaken(BETA_VAE_TAYLOR.mistakes.jacobianDetached, inTaylor),
  graeMissingHalf: mistaken(GRAE.mistakes.penaltyWithoutHalf, inGrae),
  graeBetaDropped: mistaken(GRAE.mistakes.betaMissing, inGrae),
  graeFrozenJacobian: mistaken(GRAE.mistakes.jacobianDetached, inGrae),
  graePrior: mutant(
    'no prior on the code in GRAE',
    withGrae({ prior: mean => tf.mul(GRAE_RULES.prior(mean), 0) }),
  ),
  logDetForHadamard: mutant('the log det for the Hadamard bound', s => ({ ...s, hadamard: s.grae })),
  hadamardRows: mutant(
    'rows instead of columns in the Hadamard bound',
    withHadamard({ logDet: a => GRAE_HADAMARD_RULES.logDet(tf.transpose(a, [0, 2, 1])) }),
  ),
  momentWithoutOne: mutant('-beta mean(Z_j^2 + S_jj)', s => ({
    ...s,
    excess: (second, beta) => -beta * second,
  })),
  oppositeSign: mutant('beta (mean(Z_j^2 + S_jj) - 1)', s => ({
    ...s,
    excess: (second, beta) => beta * (second - 1),
  })),
} satisfies Readonly<Record<string, Mutant<Subject>>>;
