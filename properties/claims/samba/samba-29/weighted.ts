/**
 * @file What figure 4 plots, where the variance is learned: gradients multiplied by the mean standard
 * deviations.
 */
import * as tf from '@tensorflow/tfjs';
import type { DiagonalScale } from '../../../../src/core/gaussian.js';
import { scaledNorm } from '../../../../src/core/perturbation.js';
import { lossGradient, plottedSmoothness } from '../../../../src/core/smoothness.js';
import { check, mat, type wrong } from '../../../kit.js';
import * as ae from '../../../subjects/autoencoder.js';
import { covariancesOf } from '../../../subjects/network/posterior.js';
import { scaledInputs } from '../../../subjects/sam/covariance.js';
import { average } from '../../../subjects/sam/released.js';
import { harmonicMean, relative } from './plotted.js';

type Smoothness = typeof plottedSmoothness;

/** |s G_i| of every sample, s the mean over the batch of the standard deviations. */
function weightedNorms(c: ae.AutoencoderCase): number[] {
  const { batch } = c.shape;
  const deviations = covariancesOf(c).map(sigma => sigma.map((row, k) => Math.sqrt(row[k]!)));
  const mean = mat.scale(1 / batch, deviations.reduce(mat.add));
  // of the mean over samples and entries
  const share = 1 / c.x.length;
  return ae
    .rowsOf(ae.atCode(c).gradient, batch)
    .map(row => mat.norm(mean.map((s, k) => s * share * row[k]!)));
}

export const weighted = check.equals({
  says: 'where the variance is learned, as in figure 4, it is the harmonic mean of |s G_i|, s the mean standard deviations: half of these halve it at the same codes and decoder',
  given: ae.everyShape(ae.SHAPES.learned.filter(({ net }) => net.posterior === 'diagonal')),
  runs: 16,
  measure: (c, { smoothness }: { readonly smoothness: Smoothness }) => {
    const program = ae.networkProgram(smoothness, c.shape, 'smoothness', ({ net, params, x }) => ({
      value: smoothness(net, params, x),
    }));
    const at = (factor: number): number => program.run(scaledInputs(c, factor)).value![0]!;
    const expected = harmonicMean(weightedNorms(c));
    const scale = average(weightedNorms(c)) * relative(c);
    return check.agree({ whole: [at(1), expected], half: [2 * at(1 / 2), expected] }, scale);
  },
});

/** The harmonic mean, or another, of gradients multiplied by `weight`. */
const made =
  (
    weight: (scale: DiagonalScale) => tf.Tensor,
    mean = (norms: tf.Tensor): tf.Tensor => tf.div(1, tf.mean(tf.div(1, norms))),
  ): Smoothness =>
  (net, params, x) => {
    const { scale } = net.encode(params, x);
    if (scale.kind !== 'diagonal') return plottedSmoothness(net, params, x);
    const g = tf.div(lossGradient(net, params, x), x.shape[0]!);
    return mean(scaledNorm(tf.mul(weight(scale), g)));
  };

const meanStd = ({ std }: DiagonalScale): tf.Tensor => tf.mean(std, 0, true);

export const WEIGHTED_WRONG = {
  unweighted: ['with a learned variance not weighted', made(({ std }) => tf.onesLike(std))],
  weightedBySample: ["weighted by each sample's own standard deviations", made(({ std }) => std)],
  weightedByVariance: ['weighted by the mean variances', made(({ std }) => tf.mean(tf.square(std), 0, true))],
  weightedArithmetic: ['with a learned variance the arithmetic mean', made(meanStd, norms => tf.mean(norms))],
} as const satisfies Record<string, wrong.Wrong<Smoothness>>;
