/** @file The limits in beta of GRAE's log det: a trace for large beta, a log det for small. */
import fc from 'fast-check';
import { order } from '../../../../src/claims/checks/order.js';
import { violates } from '../../../../src/claims/checks/violates.js';
import { ladder } from '../../../../src/claims/order/case.js';
import { inverse } from '../../../../src/theory/numerics/cholesky.js';
import { svd } from '../../../../src/theory/numerics/eigen.js';
import { gram, identity, type Matrix, trace } from '../../../../src/theory/numerics/matrix.js';
import { normal } from '../../../arbitraries/numbers.js';
import { plainRecord } from '../../../arbitraries/record.js';
import { vector } from '../../../arbitraries/vector.js';
import { jacobians, type LocalCase } from '../../../subjects/vae/local-cases.js';
import type { Subject } from './controls.js';
import { frobenius, graePenalty, gramNorm, raeAt } from './losses.js';

interface SpectrumCase {
  readonly jacobian: Matrix;
  readonly mean: readonly number[];
}

/** Full column rank, or fewer data than latents. */
const spectra = (sizes: readonly (readonly [number, number])[]): fc.Arbitrary<SpectrumCase> =>
  fc.oneof(
    ...sizes.map(([data, d]) =>
      plainRecord({ jacobian: jacobians(data, d), mean: vector(d, normal()) }).filter(
        ({ jacobian }) => svd(jacobian, d).values.at(Math.min(data, d) - 1)! > 1 / 8,
      ),
    ),
  );

const localOf = ({ jacobian, mean }: SpectrumCase, beta: number): LocalCase => ({
  weight: jacobian,
  bias: jacobian.map(() => 0),
  mean,
  x: jacobian.map(row => row.reduce((sum, x, k) => sum + x * mean[k]!, 0)),
  beta,
  covariance: identity(mean.length),
});

export const largeBeta = order<SpectrumCase, Subject>({
  says: 'for beta to infinity RAE minus GRAE is |J^T J|_F^2 / (4 beta): the first Taylor term is the limit of a strong prior',
  given: {
    arbitrary: spectra([
      [3, 2],
      [4, 3],
      [2, 3],
    ]),
  },
  order: 1,
  measure: (c, rules) => {
    const d = c.mean.length;
    const top = svd(c.jacobian, d).values[0]! ** 2;
    return {
      ladder: ladder(
        Array.from({ length: 9 }, (_, k) => 2 ** -(4 + k) / top),
        t => {
          const local = localOf(c, 1 / t);
          const residual = raeAt(local, rules).term('penalty') / 2 - graePenalty(local, rules);
          return { residual, scale: frobenius(c.jacobian) * (1 + t * top) };
        },
      ),
      constant: gramNorm(c.jacobian, d) / 4,
    };
  },
});

export const smallBeta = order<SpectrumCase, Subject>({
  says: 'for beta to 0, where eq. (13) is derived, the log det is beta/2 (log det J^T J - d log beta) up to beta^2 tr (J^T J)^-1 / 2: a log det, not a trace',
  given: {
    arbitrary: spectra([
      [3, 2],
      [4, 3],
      [3, 1],
    ]),
  },
  order: 2,
  measure: (c, rules) => {
    const d = c.mean.length;
    const a = gram(c.jacobian);
    const least = svd(c.jacobian, d).values.at(-1)! ** 2;
    const leading = svd(c.jacobian, d).values.reduce((sum, s) => sum + 2 * Math.log(s), 0);
    return {
      ladder: ladder(
        Array.from({ length: 9 }, (_, k) => least * 2 ** -(4 + k)),
        beta => {
          const logs = (beta / 2) * (leading - d * Math.log(beta));
          const residual = graePenalty(localOf(c, beta), rules) - logs;
          return { residual, scale: 4 * beta * d * (1 + Math.abs(Math.log(beta)) + Math.abs(leading)) };
        },
      ),
      constant: trace(inverse(a)) / 2,
    };
  },
});

export const regime = violates<SpectrumCase, Subject>({
  says: 'where eq. (13) is derived the first term is no approximation: at beta = 1e-4 times the least squared singular value it is more than a thousand times the log det term',
  given: {
    arbitrary: spectra([
      [3, 2],
      [4, 3],
      [3, 1],
    ]),
  },
  runs: 20,
  measure: (c, rules) => {
    const local = localOf(c, 1e-4 * svd(c.jacobian, c.mean.length).values.at(-1)! ** 2);
    const claimed = raeAt(local, rules).term('penalty') / 2;
    const actual = graePenalty(local, rules);
    return { claimed, actual, by: claimed - 1000 * actual, scale: claimed };
  },
});
