/** @file The limits in beta of GRAE's log det: a trace for large beta, a log det for small. */
import { check, draw, fc, mat } from '../../../kit.js';
import { jacobians, type LocalCase } from '../../../subjects/vae/local-cases.js';
import type { Subject } from './controls.js';
import { frobenius, graePenalty, gramNorm, raeAt } from './losses.js';

/** Data and latents: full column rank, or fewer data than latents. */
type Size = readonly [data: number, latent: number];

const spectra = (...sizes: readonly Size[]) =>
  fc.oneof(
    ...sizes.map(([data, d]) =>
      draw
        .record({ jacobian: jacobians(data, d), mean: draw.vector(d, draw.normal()) })
        .filter(({ jacobian }) => mat.svd(jacobian, d).values.at(Math.min(data, d) - 1)! > 1 / 8),
    ),
  );
type SpectrumCase = draw.Of<ReturnType<typeof spectra>>;

const localOf = ({ jacobian, mean }: SpectrumCase, beta: number): LocalCase => ({
  weight: jacobian,
  bias: jacobian.map(() => 0),
  mean,
  x: jacobian.map(row => mat.dot(row, mean)),
  beta,
  covariance: mat.identity(mean.length),
});

export const largeBeta = check.order<SpectrumCase, Subject>({
  says: 'for beta to infinity RAE minus GRAE is |J^T J|_F^2 / (4 beta): the first Taylor term is the limit of a strong prior',
  given: spectra([3, 2], [4, 3], [2, 3]),
  order: 1,
  measure: (c, rules) => {
    const d = c.mean.length;
    const top = mat.svd(c.jacobian, d).values[0]! ** 2;
    return {
      ladder: check.ladder(check.dyadic(1 / top, 4, 12), t => {
        const local = localOf(c, 1 / t);
        const residual = raeAt(local, rules).term('penalty') / 2 - graePenalty(local, rules);
        return { residual, scale: frobenius(c.jacobian) * (1 + t * top) };
      }),
      constant: gramNorm(c.jacobian, d) / 4,
    };
  },
});

export const smallBeta = check.order<SpectrumCase, Subject>({
  says: 'for beta to 0, where eq. (13) is derived, the log det is beta/2 (log det J^T J - d log beta) up to beta^2 tr (J^T J)^-1 / 2: a log det, not a trace',
  given: spectra([3, 2], [4, 3], [3, 1]),
  order: 2,
  measure: (c, rules) => {
    const d = c.mean.length;
    const a = mat.gram(c.jacobian);
    const least = mat.svd(c.jacobian, d).values.at(-1)! ** 2;
    const leading = mat.svd(c.jacobian, d).values.reduce((sum, s) => sum + 2 * Math.log(s), 0);
    return {
      ladder: check.ladder(check.dyadic(least, 4, 12), beta => {
        const logs = (beta / 2) * (leading - d * Math.log(beta));
        const residual = graePenalty(localOf(c, beta), rules) - logs;
        return { residual, scale: 4 * beta * d * (1 + Math.abs(Math.log(beta)) + Math.abs(leading)) };
      }),
      constant: mat.trace(mat.inverse(a)) / 2,
    };
  },
});

export const regime = check.violates<SpectrumCase, Subject>({
  says: 'where eq. (13) is derived the first term is no approximation: at beta = 1e-4 times the least squared singular value it is more than a thousand times the log det term',
  given: spectra([3, 2], [4, 3], [3, 1]),
  runs: 20,
  measure: (c, rules) => {
    const local = localOf(c, 1e-4 * mat.svd(c.jacobian, c.mean.length).values.at(-1)! ** 2);
    const claimed = raeAt(local, rules).term('penalty') / 2;
    const actual = graePenalty(local, rules);
    return { claimed, actual, by: claimed - 1000 * actual, scale: claimed };
  },
});
