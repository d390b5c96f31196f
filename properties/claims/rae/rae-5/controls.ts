/** @file RAE-5: what is tested, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import { gradient, jacobian } from '../../../../src/core/derivatives.js';
import { squaredNorm } from '../../../../src/core/objectives/objective.js';
import * as gradients from '../../../../src/core/objectives/rae/gradients.js';
import { RAE_GHOSH_CODE } from '../../../../src/core/objectives/rae/rae-ghosh-code.js';
import { RAE_JACOBIAN } from '../../../../src/core/objectives/rae/rae-jacobian.js';
import { RAE_LOSS_GRADIENT } from '../../../../src/core/objectives/rae/rae-loss-gradient.js';
import { RAE_PYTHAE } from '../../../../src/core/objectives/rae/rae-pythae.js';
import { detach } from '../../../../src/engine/ops.js';
import { mat, wrong } from '../../../kit.js';
import { known } from '../../../subjects/mistaken.js';
import { RULES } from '../../../subjects/rae/step.js';

/** All vectors of signs. */
const signs = (entries: number): number[][] =>
  Array.from({ length: 2 ** entries }, (_, k) =>
    Array.from({ length: entries }, (__, i) => ((k >> i) & 1 ? -1 : 1)),
  );

export const SUBJECT = {
  jacobian: RULES.jacobian,
  lossGradient: RULES.lossGradient,
  ghosh: RULES.ghosh,
  pythae: RULES.pythae,
  /** Vectors v of D entries, equally likely, with E|J'v|^2 = |J|^2. */
  probes: signs,
};
export type Subject = typeof SUBJECT;

export type Variant = 'jacobian' | 'lossGradient' | 'ghosh' | 'pythae';

export const MUTANTS = {
  ...wrong.rules(
    SUBJECT,
    'jacobian',
    known(RAE_JACOBIAN, {
      ghoshForPrinted: 'squaredOutput',
      columnSumsForPrinted: 'columnSums',
      lossForPrinted: 'gradientForJacobian',
      printedUnsquared: 'otherPower',
    }),
  ),
  ...wrong.rules(SUBJECT, 'ghosh', {
    ...known(RAE_GHOSH_CODE, { ghoshSum: 'sumOfSquares' }),
    printedForGhosh: [
      "the Jacobian for the released code's gradient",
      { gradient: point => tf.reshape(jacobian(point.decode, point.z), [point.z.shape[0]!, -1]) },
    ],
    columnSumsForGhosh: [
      'the gradient of the summed output for that of the squared one',
      { gradient: gradients.columnSums },
    ],
    lossForGhosh: [
      'the gradient of the loss for that of the squared output',
      { gradient: gradients.lossGradient },
    ],
    frozenOutput: [
      "J'y without its 2, as if one factor were held fixed",
      {
        gradient: ({ decode, z }) => gradient(code => tf.sum(tf.mul(decode(code), detach(decode(z))), 1), z),
      },
    ],
  }),
  ...wrong.rules(SUBJECT, 'pythae', {
    ...known(RAE_PYTHAE, { atCodeForPythae: 'throughDecoder', pythaeMean: 'meanPenalty' }),
    printedForPythae: [
      'the whole Jacobian through the encoder',
      { gradient: (encode, decode, x) => jacobian(v => decode(encode(v)), x) },
    ],
    squaredForPythae: [
      'the gradient of the squared output through the encoder',
      { gradient: (encode, decode, x) => gradient(v => squaredNorm(decode(encode(v))), x) },
    ],
  }),
  ...wrong.rules(
    SUBJECT,
    'lossGradient',
    known(RAE_LOSS_GRADIENT, { jacobianForLoss: 'jacobianForGradient', squaredLoss: 'squaredPenalty' }),
  ),
  ...wrong.formula(SUBJECT, 'probes', {
    oneProbe: ['v = 1 for a random vector', n => [new Array<number>(n).fill(1)]],
    unitProbes: ['unit vectors of the axes, not scaled by sqrt(D)', n => mat.identity(n)],
    positiveProbes: ['0 and 1 for -1 and 1', n => signs(n).map(v => v.map(x => (x > 0 ? 1 : 0)))],
  }),
};
