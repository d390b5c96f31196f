/** @file RAE-5: what is tested, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { type Mutant, mutant } from '../../../../src/claims/claim.js';
import { gradient, jacobian } from '../../../../src/core/derivatives.js';
import { squaredNorm } from '../../../../src/core/objectives/objective.js';
import {
  RAE_GHOSH_CODE_RULES,
  type RaeGhoshCodeRules,
} from '../../../../src/core/objectives/rae/rae-ghosh-code.js';
import {
  RAE_JACOBIAN_RULES,
  type RaeJacobianRules,
} from '../../../../src/core/objectives/rae/rae-jacobian.js';
import {
  RAE_LOSS_GRADIENT_RULES,
  type RaeLossGradientRules,
} from '../../../../src/core/objectives/rae/rae-loss-gradient.js';
import { RAE_PYTHAE_RULES, type RaePythaeRules } from '../../../../src/core/objectives/rae/rae-pythae.js';
import { detach } from '../../../../src/engine/ops.js';
import { identity, type Vector } from '../../../../src/theory/numerics/matrix.js';

export interface Subject {
  readonly jacobian: RaeJacobianRules;
  readonly lossGradient: RaeLossGradientRules;
  readonly ghosh: RaeGhoshCodeRules;
  readonly pythae: RaePythaeRules;
  /** Vectors v of D entries, equally likely, with E|J'v|^2 = |J|^2. */
  readonly probes: (entries: number) => readonly Vector[];
}

/** All vectors of signs. */
export const signs = (entries: number): number[][] =>
  Array.from({ length: 2 ** entries }, (_, k) =>
    Array.from({ length: entries }, (__, i) => ((k >> i) & 1 ? -1 : 1)),
  );

export const SUBJECT: Subject = {
  jacobian: RAE_JACOBIAN_RULES,
  lossGradient: RAE_LOSS_GRADIENT_RULES,
  ghosh: RAE_GHOSH_CODE_RULES,
  pythae: RAE_PYTHAE_RULES,
  probes: signs,
};

export type Variant = 'jacobian' | 'lossGradient' | 'ghosh' | 'pythae';

const change = <K extends Variant>(key: K, says: string, rules: Partial<Subject[K]>): Mutant<Subject> => {
  const changed = { ...SUBJECT[key], ...rules };
  return mutant<Subject>(says, s => ({ ...s, [key]: changed }));
};

const columnSums: RaeJacobianRules['jacobian'] = ({ decode, z }) =>
  tf.expandDims(
    gradient(code => tf.sum(decode(code), 1), z),
    1,
  );

export const MUTANTS: Readonly<Record<string, Mutant<Subject>>> = {
  ghoshForPrinted: change('jacobian', 'the gradient of the squared output for the Jacobian', {
    jacobian: point => tf.expandDims(RAE_GHOSH_CODE_RULES.gradient(point), 1),
  }),
  columnSumsForPrinted: change('jacobian', 'the gradient of the summed output for the Jacobian', {
    jacobian: columnSums,
  }),
  lossForPrinted: change('jacobian', 'the gradient of the loss for the Jacobian', {
    jacobian: point => tf.expandDims(RAE_LOSS_GRADIENT_RULES.gradient(point), 1),
  }),
  printedUnsquared: change('jacobian', '|J| for |J|^2', { measure: j => RAE_JACOBIAN_RULES.measure(j, 1) }),
  printedForGhosh: change('ghosh', "the Jacobian for the released code's gradient", {
    gradient: point => tf.reshape(jacobian(point.decode, point.z), [point.z.shape[0]!, -1]),
  }),
  columnSumsForGhosh: change('ghosh', 'the gradient of the summed output for that of the squared one', {
    gradient: point => tf.squeeze(columnSums(point), [1]),
  }),
  lossForGhosh: change('ghosh', 'the gradient of the loss for that of the squared output', {
    gradient: point => gradient(point.loss, point.z),
  }),
  frozenOutput: change('ghosh', "J'y without its 2, as if one factor were held fixed", {
    gradient: ({ decode, z }) => gradient(code => tf.sum(tf.mul(decode(code), detach(decode(z))), 1), z),
  }),
  ghoshSum: change('ghosh', 'the sum over the latents for their mean', { measure: squaredNorm }),
  atCodeForPythae: change('pythae', 'the gradient with respect to the code: without the encoder', {
    gradient: (encode, decode, x) => gradient(z => tf.sum(decode(z), 1), encode(x)),
  }),
  printedForPythae: change('pythae', 'the whole Jacobian through the encoder', {
    gradient: (encode, decode, x) => jacobian(v => decode(encode(v)), x),
  }),
  squaredForPythae: change('pythae', 'the gradient of the squared output through the encoder', {
    gradient: (encode, decode, x) => gradient(v => squaredNorm(decode(encode(v))), x),
  }),
  pythaeMean: change('pythae', 'the mean over the data entries for their sum', {
    measure: g => tf.mean(tf.square(g), 1),
  }),
  jacobianForLoss: change('lossGradient', 'the Jacobian for the gradient of the loss', {
    gradient: point => jacobian(point.decode, point.z),
  }),
  squaredLoss: change('lossGradient', 'the squared norm of the gradient of the loss', {
    norm: squaredNorm,
  }),
  oneProbe: mutant('v = 1 for a random vector', s => ({
    ...s,
    probes: n => [new Array<number>(n).fill(1)],
  })),
  unitProbes: mutant('unit vectors of the axes, not scaled by sqrt(D)', s => ({
    ...s,
    probes: n => identity(n),
  })),
  positiveProbes: mutant('0 and 1 for -1 and 1', s => ({
    ...s,
    probes: n => signs(n).map(v => v.map(x => (x > 0 ? 1 : 0))),
  })),
};
