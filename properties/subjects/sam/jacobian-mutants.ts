/** @file Negative controls of the penalty on the decoder's Jacobian, named as in the claims. */
import { completed, wrong } from '../../../src/core/objectives/define.js';
import { RAE_JACOBIAN, type RaeJacobianRules } from '../../../src/core/objectives/rae/rae-jacobian.js';
import { detach } from '../../../src/engine/ops.js';
import type { Mutant } from '../../kit.js';
import { mistaken } from '../mistaken.js';

const { columnSums, constantPenalty: jacobianHeld, halfDetached, largestEntry } = RAE_JACOBIAN.mistakes;
const { alwaysSquared, batchNorm } = RAE_JACOBIAN.mistakes;
const { measure } = RAE_JACOBIAN.rules;

const JACOBIAN_WRONG = {
  summedOutputs: columnSums,
  alwaysSquared,
  largestEntry,
  batchNorm,
  jacobianHeld,
  halfHeld: halfDetached,
  // wrong for the square alone, which the test of the objective's own mistakes does not ask for
  ...completed(RAE_JACOBIAN.rules, {
    powerForgotten: wrong<RaeJacobianRules>('the norm penalised where its square is asked for', {
      measure: j => measure(j, 1),
    }),
    notDifferentiated: wrong<RaeJacobianRules>('the Jacobian held fixed in the square', {
      measure: (j, power) => measure(power === 2 ? detach(j) : j, power),
    }),
  }),
};

/** The mutants of a subject whose penalty on the decoder's Jacobian is wrong in these ways. */
export const wrongJacobian = <Subject extends { readonly jacobian: RaeJacobianRules }>(
  ...names: readonly (keyof typeof JACOBIAN_WRONG)[]
): Record<string, Mutant<Subject>> =>
  Object.fromEntries(
    names.map(name => [
      name,
      mistaken<RaeJacobianRules, Subject>(JACOBIAN_WRONG[name], (subject, jacobian) => ({
        ...subject,
        jacobian,
      })),
    ]),
  );
