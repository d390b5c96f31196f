/** @file What KP-22 is tested on, and its negative controls. */
import * as tf from '@tensorflow/tfjs';
import type { GraeRules } from '../../../../src/core/objectives/grae/grae.js';
import { makeRaeJacobian, type RaeJacobianRules } from '../../../../src/core/objectives/rae/rae-jacobian.js';
import { type Sampling, sampling } from '../../../../src/studies/noisy-step.js';
import { type Mutant, type mat, mutant } from '../../../kit.js';

export interface Subject {
  readonly grae: GraeRules;
  readonly rae: RaeJacobianRules;
  /** The coefficient of |J|_F^2. */
  readonly lambda: number;
  /** The first Taylor term for observations with -H_p. */
  readonly firstTerm: (jacobian: mat.Matrix, precision: mat.Matrix) => number;
  /** Bounds of what is left of the series after so many terms, for x = s^2 / beta of each singular value. */
  readonly remainder: (ratios: readonly number[], terms: number) => readonly [number, number];
}

/** Core's RAE with lambda |J|_F^2. */
export const raeJacobian = ({ rae, lambda }: Subject): Sampling =>
  sampling(
    rae,
    makeRaeJacobian(rae),
    ({ beta }) => ({ rec: 'half' as const, beta: beta!, lambda, power: 2 as const }),
    `${lambda}`,
  );

export const MUTANTS = {
  withoutHalf: mutant<Subject>('|J|_F^2 for 1/2 |J|_F^2', s => ({ ...s, lambda: 1 })),
  unsquared: mutant<Subject>('the norm of J for its square', s => ({
    ...s,
    rae: { ...s.rae, measure: matrix => s.rae.measure(matrix, 1) },
  })),
  raePrior: mutant<Subject>('beta |h|^2 in the RAE', s => ({
    ...s,
    rae: { ...s.rae, prior: mean => tf.mul(s.rae.prior(mean), 2) },
  })),
  raeColumns: mutant<Subject>('only the first column of J', s => ({
    ...s,
    rae: {
      ...s.rae,
      jacobian: at => {
        const j = s.rae.jacobian(at);
        return tf.slice(j, [0, 0, 0], [j.shape[0]!, j.shape[1]!, 1]);
      },
    },
  })),
  betaKept: mutant<Subject>('log det(I + A) with beta in front: beta does not cancel', s => ({
    ...s,
    grae: { ...s.grae, scaled: j => j },
  })),
  graeMissingHalf: mutant<Subject>('beta log det', s => ({
    ...s,
    grae: { ...s.grae, prefactor: beta => beta },
  })),
  firstOrderForLogDet: mutant<Subject>('the trace in the place of the log det', s => ({
    ...s,
    grae: { ...s.grae, logDet: a => tf.sum(tf.square(a), [1, 2]) },
  })),
  firstTermDoubled: mutant<Subject>('-tr(J^T H_p J) without the half', s => ({
    ...s,
    firstTerm: (j, precision) => 2 * s.firstTerm(j, precision),
  })),
  hessianSquared: mutant<Subject>('H_p for its root', s => ({
    ...s,
    firstTerm: (j, precision) =>
      s.firstTerm(
        j,
        precision.map(row => row.map((_, k) => row.reduce((sum, x, i) => sum + x * precision[i]![k]!, 0))),
      ),
  })),
  hessianIgnored: mutant<Subject>('1/2 |J|_F^2 whatever H_p is', s => ({
    ...s,
    firstTerm: (j, precision) =>
      s.firstTerm(
        j,
        precision.map((row, i) => row.map((_, k) => (i === k ? 1 : 0))),
      ),
  })),
  remainderOfTheNextTerm: mutant<Subject>('a remainder of one order more', s => ({
    ...s,
    remainder: (ratios, terms) => s.remainder(ratios, terms + 1),
  })),
  remainderVanishes: mutant<Subject>(
    'a remainder that shrinks for every x, as if the series converged',
    s => ({
      ...s,
      remainder: (ratios, terms) =>
        s.remainder(
          ratios.map(x => Math.min(1, x)),
          terms,
        ),
    }),
  ),
} satisfies Readonly<Record<string, Mutant<Subject>>>;
