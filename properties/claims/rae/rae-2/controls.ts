/** @file RAE-2: what is tested, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { type Mutant, mutant } from '../../../../src/claims/claim.js';
import { RAE_RULES, type RaeRules } from '../../../../src/core/objectives/rae/rae.js';
import {
  RAE_GHOSH_CODE_RULES,
  type RaeGhoshCodeRules,
} from '../../../../src/core/objectives/rae/rae-ghosh-code.js';
import {
  RAE_JACOBIAN_RULES,
  type RaeJacobianRules,
} from '../../../../src/core/objectives/rae/rae-jacobian.js';
import { RAE_L2_RULES, type RaeL2Rules } from '../../../../src/core/objectives/rae/rae-l2.js';
import { RAE_PYTHAE_RULES, type RaePythaeRules } from '../../../../src/core/objectives/rae/rae-pythae.js';

export interface Subject {
  readonly rae: RaeRules;
  readonly ghosh: RaeGhoshCodeRules;
  readonly pythae: RaePythaeRules;
  readonly jacobian: RaeJacobianRules;
  readonly l2: RaeL2Rules;
  /** Weight decay as the authors' code has it: not on the decoder's first layer. */
  readonly scopedL2: RaeL2Rules;
  /** The best loss along the rescaling of a solution, beyond its reconstruction error. */
  readonly best: (prior: number, penalty: number) => number;
}

/** The first layer of the decoder has no kernel_regularizer in the released code. */
const SCOPED_L2_RULES: RaeL2Rules = {
  ...RAE_L2_RULES,
  decay: params =>
    RAE_L2_RULES.decay(
      Object.fromEntries(Object.entries(params).filter(([name]) => !name.startsWith(FIRST))),
    ),
};

const FIRST = 'decoder.0.';

export const SUBJECT: Subject = {
  rae: RAE_RULES,
  ghosh: RAE_GHOSH_CODE_RULES,
  pythae: RAE_PYTHAE_RULES,
  jacobian: RAE_JACOBIAN_RULES,
  l2: RAE_L2_RULES,
  scopedL2: SCOPED_L2_RULES,
  best: (prior, penalty) => 2 * Math.sqrt(prior * penalty),
};

export const change = <K extends keyof Subject>(
  key: K,
  says: string,
  rules: Partial<Subject[K]>,
): Mutant<Subject> => {
  const changed = { ...SUBJECT[key], ...rules };
  return mutant<Subject>(says, s => ({ ...s, [key]: changed }));
};

const whole = (z: tf.Tensor): tf.Tensor => tf.sum(tf.square(z), 1);

export const MUTANTS: Readonly<Record<string, Mutant<Subject>>> = {
  withoutHalf: change('rae', 'beta |z|^2', { prior: whole }),
  signedPrior: change('rae', 'the penalty on the codes with the wrong sign', {
    prior: z => tf.neg(RAE_RULES.prior(z)),
  }),
  scaleFreePrior: change('rae', 'a penalty on codes divided by their norm', {
    prior: z => tf.div(RAE_RULES.prior(z), whole(z)),
  }),
  decayEverywhere: mutant('weight decay on all of the decoder in place of the released scope', s => ({
    ...s,
    scopedL2: s.l2,
  })),
  decayScoped: mutant('weight decay in the released scope in place of all of the decoder', s => ({
    ...s,
    l2: s.scopedL2,
  })),
  decayHalf: change('l2', 'half of the sum of squares', {
    decay: params => tf.mul(RAE_L2_RULES.decay(params), 0.5),
  }),
  jacobianPower: change('jacobian', 'the norm of the Jacobian for its square', {
    measure: matrix => RAE_JACOBIAN_RULES.measure(matrix, 1),
  }),
  jacobianMean: change('jacobian', 'the mean of the squared entries of the Jacobian', {
    measure: matrix => tf.mean(tf.square(matrix), [1, 2]),
  }),
  ghoshSum: change('ghosh', 'the sum over the latents for their mean', { measure: whole }),
  pythaeAtCode: change('pythae', 'the gradient with respect to the code for that to the data', {
    gradient: (encode, decode, x) => RAE_PYTHAE_RULES.gradient(z => z, decode, encode(x)),
  }),
  sumForProduct: mutant('the arithmetic mean for the geometric one', s => ({
    ...s,
    best: (b, g) => b + g,
  })),
  rootOfProduct: mutant('sqrt(B G) without its 2', s => ({ ...s, best: (b, g) => Math.sqrt(b * g) })),
};
