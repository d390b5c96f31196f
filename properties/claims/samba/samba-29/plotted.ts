/** @file What the released code logs as the norm of the decoder Jacobian, on a case. */
import { pointAt } from '../../../../src/core/objectives/objective.js';
import { VAE_SAM_RAE } from '../../../../src/core/objectives/vae-sam/vae-sam-rae.js';
import { plottedSmoothness } from '../../../../src/core/smoothness.js';
import { LOG_RULES } from '../../../../src/theory/published/samba-logs.js';
import { mat } from '../../../kit.js';
import * as ae from '../../../subjects/autoencoder.js';
import { average, sampleNorms } from '../../../subjects/sam/released.js';

type Case = ae.AutoencoderCase;

export const SUBJECT = {
  /** G, of which the released code takes the norms. */
  released: VAE_SAM_RAE.rules,
  logs: LOG_RULES,
  /** The number of samples that G_i is divided by. */
  batch: (size: number): number => size,
  /** The same where the variance may be learned, as the experiments measure it. */
  smoothness: plottedSmoothness,
};
export type Subject = typeof SUBJECT;

/** G_i of every sample, according to core. */
function releasedGradients(c: Case, rules: Subject['released']): Float64Array[] {
  const program = ae.networkProgram(rules, c.shape, 'released gradient', ({ net, params, x }) => ({
    gradient: rules.gradient(pointAt(net, params, x, 'mean', net.encode(params, x).mean)),
  }));
  return ae.rowsOf(program.run(ae.inputsOf(c)).gradient!, c.shape.batch);
}

/** What is plotted before the logarithm, for a fixed standard deviation. */
export function plotted(c: Case, { released, logs }: Subject): number {
  const d = c.shape.net.latent;
  const scales = releasedGradients(c, released).map(g => logs.scale(d, c.alpha * ae.norm(g)));
  return logs.plotted(1 / logs.average(scales), c.alpha, d);
}

export const harmonicMean = (values: mat.Vector): number => 1 / average(values.map(x => 1 / x));
export const geometricMean = (values: mat.Vector): number => Math.exp(average(values.map(Math.log)));

/** Round-off of a norm of a gradient, relative to it. */
export function relative(c: Case): number {
  const perEntry = c.x.length / c.shape.batch;
  return 1 + (ae.roundOff(c, ae.atCode(c)) * c.shape.batch) / (perEntry * Math.min(...sampleNorms(c)));
}

/** The same network for codes c times as long: mu_c = c mu, f_c(z) = f(z / c). */
export function stretched(c: Case, factor: number): Case {
  const by = { 'mu.weight': factor, 'mu.bias': factor, 'decoder.0.weight': 1 / factor };
  const moved = Object.entries(by).map(([name, times]) => [name, mat.scale(times, c.params[name]!)]);
  return { ...c, params: { ...c.params, ...Object.fromEntries(moved) } };
}
