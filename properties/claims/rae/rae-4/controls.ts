/** @file RAE-4: what is tested, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { type Mutant, mutant } from '../../../../src/claims/claim.js';
import { scaleUp } from '../../../../src/core/gaussian.js';
import {
  RAE_JACOBIAN_RULES,
  type RaeJacobianRules,
} from '../../../../src/core/objectives/rae/rae-jacobian.js';
import { RAE_L2_RULES, type RaeL2Rules } from '../../../../src/core/objectives/rae/rae-l2.js';
import { VAE_RULES, type VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import type { Vector } from '../../../../src/theory/numerics/matrix.js';

export interface Subject {
  /** Weights and biases, as core decays them. */
  readonly l2: RaeL2Rules;
  /** Weights alone: what noise amounts to. */
  readonly kernels: RaeL2Rules;
  readonly jacobian: RaeJacobianRules;
  readonly vae: VaeRules;
  /** A bound of |J|^2 by the squared norms of all layers. */
  readonly product: (squares: Vector) => number;
  /** A bound of that by their sum alone. */
  readonly power: (squares: Vector) => number;
  /** Our lambda for PyTorch's weight_decay. */
  readonly fromTorch: (weightDecay: number) => number;
}

const isKernel = (name: string): boolean => name.startsWith('decoder.') && name.endsWith('.weight');

const decayOf =
  (keep: (name: string) => boolean): RaeL2Rules['decay'] =>
  params =>
    RAE_L2_RULES.decay(Object.fromEntries(Object.entries(params).filter(([name]) => keep(name))));

export const SUBJECT: Subject = {
  l2: RAE_L2_RULES,
  kernels: { ...RAE_L2_RULES, decay: decayOf(isKernel) },
  jacobian: RAE_JACOBIAN_RULES,
  vae: VAE_RULES,
  product: squares => squares.reduce((a, b) => a * b, 1),
  power: squares => (squares.reduce((a, b) => a + b, 0) / squares.length) ** squares.length,
  fromTorch: weightDecay => weightDecay / 2,
};

const change = <K extends keyof Subject>(
  key: K,
  says: string,
  rules: Partial<Subject[K]>,
): Mutant<Subject> => {
  const changed = { ...SUBJECT[key], ...rules };
  return mutant<Subject>(says, s => ({ ...s, [key]: changed }));
};

export const MUTANTS: Readonly<Record<string, Mutant<Subject>>> = {
  halfDecay: change('kernels', 'half of the sum of squares', {
    decay: params => tf.mul(SUBJECT.kernels.decay(params), 0.5),
  }),
  biasesDecayed: mutant('the biases too, where noise is asked for', s => ({ ...s, kernels: s.l2 })),
  biasesSpared: mutant('weights alone, where core decays all of the decoder', s => ({
    ...s,
    l2: s.kernels,
  })),
  unsquared: change('l2', 'the norm for its square', {
    decay: params => tf.sqrt(RAE_L2_RULES.decay(params)),
  }),
  halfCore: change('l2', 'half of the sum of squares in core', {
    decay: params => tf.mul(RAE_L2_RULES.decay(params), 0.5),
  }),
  encoderToo: change('l2', 'the encoder too', {
    decay: params => tf.addN(Object.values(params).map(w => tf.sum(tf.square(w)))),
  }),
  meanJacobian: change('jacobian', 'the mean of the squared entries of J', {
    measure: j => tf.mean(tf.square(j), [1, 2]),
  }),
  varianceForDeviation: change('vae', 'noise times s^2', {
    sample: (mean, spread, noise) => tf.add(mean, scaleUp(spread, scaleUp(spread, noise))),
  }),
  lastLayer: mutant('the last layer alone for the product', s => ({
    ...s,
    product: squares => squares.at(-1)!,
  })),
  rootOfProduct: mutant('norms for squared norms in the product', s => ({
    ...s,
    product: squares => Math.sqrt(SUBJECT.product(squares)),
  })),
  sumForPower: mutant('the mean of the |W|^2 for its power', s => ({
    ...s,
    power: squares => squares.reduce((a, b) => a + b, 0) / squares.length,
  })),
  torchUnhalved: mutant('lambda = weight_decay', s => ({ ...s, fromTorch: decay => decay })),
};
