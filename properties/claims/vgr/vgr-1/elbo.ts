/** @file The evidence lower bound by its definition: densities at sigma points, no objective of core. */
import { scaleUp } from '../../../../src/core/gaussian.js';
import { parameter } from '../../../../src/core/net/network.js';
import { scaleOf } from '../../../../src/core/objectives/objective.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { mat, quad } from '../../../kit.js';
import { type DenseCase, denseNet } from '../../../subjects/energy/dense-cases.js';
import { covariancesOf } from '../../../subjects/network/posterior.js';

/** The owner of this file's program. */
const ELBO = {};

const LOG_TWO_PI = Math.log(2 * Math.PI);

/** Means, codes and decoded codes of all samples at one noise. */
function decodedAt(c: DenseCase, noise: readonly number[]) {
  const net = denseNet(c);
  const { batch } = c.model.shape;
  const program = programOf(ELBO, net, 'decoded', () => ({
    specs: {
      ...Object.fromEntries(Object.entries(net.shapes).map(([name, shape]) => [name, { shape }])),
      x: { shape: [batch, ...net.data] },
      noise: { shape: [batch, net.latent] },
    },
    fn: inputs => {
      const posterior = net.encode(inputs, parameter(inputs, 'x'));
      const z = posterior.mean.add(scaleUp(scaleOf(posterior, 'learned'), parameter(inputs, 'noise')));
      return { z, decoded: net.decode(inputs, z) };
    },
  }));
  const params = Object.entries(c.model.params).map(([name, v]) => [name, Float64Array.from(v)] as const);
  const { z, decoded } = program.run({
    ...Object.fromEntries(params),
    x: Float64Array.from(c.model.x),
    noise: Float64Array.from({ length: batch * net.latent }, (_, k) => noise[k % net.latent]!),
  });
  return { z: z!, decoded: decoded! };
}

const sumOfSquares = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, x) => sum + x * x, 0);

/**
 * -ELBO averaged over the samples: log q(z|x) - log p(z) - log p(x|z) averaged over the sigma points of q.
 * Exact in the first two terms, which are quadratic in z; in the third the same average as the objective
 * takes.
 */
export function negativeElbo(c: DenseCase): number {
  const { batch, net } = c.model.shape;
  const [d, latent] = [net.encoder[0]!, net.latent];
  const points = quad.sigmaPoints(latent);
  const entropies = covariancesOf(c.model).reduce((sum, s) => sum + mat.logDet(s), 0) / batch;
  return points.reduce((sum, { point, weight }) => {
    const { z, decoded } = decodedAt(c, point);
    const logQ = -(latent * LOG_TWO_PI + entropies + sumOfSquares(point)) / 2;
    const logPrior = -(latent * LOG_TWO_PI + sumOfSquares(z) / batch) / 2;
    const error = sumOfSquares(decoded.map((y, i) => y - c.model.x[i]!)) / batch;
    const logLikelihood = -(d * (LOG_TWO_PI + Math.log(c.gamma)) + error / c.gamma) / 2;
    return sum + weight * (logQ - logPrior - logLikelihood);
  }, 0);
}

/**
 * log det and trace of the posterior covariances and |mean|^2, averaged over the samples: parts of eq. (3).
 */
export function posteriorParts(c: DenseCase): { logDet: number; trace: number; energy: number } {
  const { batch, net } = c.model.shape;
  const covariances = covariancesOf(c.model);
  const { z } = decodedAt(c, mat.zeros(net.latent));
  return {
    logDet: covariances.reduce((sum, s) => sum + mat.logDet(s), 0) / batch,
    trace: covariances.reduce((sum, s) => sum + s.reduce((t, row, i) => t + row[i]!, 0), 0) / batch,
    energy: sumOfSquares(z) / batch,
  };
}
