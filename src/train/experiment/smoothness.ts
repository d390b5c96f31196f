/**
 * @file Smoothness of a trained decoder over the validation records, with the errors of what is estimated.
 */

import { stream } from '../../claims/random.js';
import { mean, standardDeviation } from '../../claims/statistics.js';
import { lossGradientNorm, probedJacobian } from '../../core/smoothness.js';
import { sizeOf } from '../../engine/graph/graph.js';
import { openEvaluator, overValidation, recordsSpec } from './evaluate.js';
import type { Trained } from './experiment.js';

export interface Smoothness {
  /** Mean over records of |grad_z mse_i|, and its standard error over records. */
  readonly lossGradientNorm: number;
  readonly lossGradientError: number;
  /**
   * Root of the mean over records of |J_i|_F^2, estimated by probes; its standard error over records and
   * probes.
   */
  readonly decoderJacobian: number;
  readonly decoderJacobianError: number;
  /** The part of that error that more probes would reduce. */
  readonly decoderJacobianProbeError: number;
}

/** The squared norm of each record by each probe, [records][probes]. */
interface Sampled {
  readonly squares: readonly (readonly number[])[];
  readonly gradients: readonly number[];
}

/** Root of the mean of the squares, with errors by the delta method; records and probes are independent. */
export function rootWithErrors(squares: readonly (readonly number[])[]): {
  readonly root: number;
  readonly error: number;
  readonly probeError: number;
} {
  const perRecord = squares.map(mean);
  const root = Math.sqrt(mean(perRecord));
  const records = squares.length;
  const probes = squares[0]?.length ?? 0;
  // the spread of the records' own means holds that of their probes
  const error = standardDeviation(perRecord) / Math.sqrt(records);
  const withinRecord = mean(squares.map(values => standardDeviation(values) ** 2));
  const probeError = Math.sqrt(withinRecord / (probes * records));
  return { root, error: error / (2 * root), probeError: probeError / (2 * root) };
}

/** Signs, each of probability 1/2. */
function signs(count: number, seed: number, ...labels: readonly (string | number)[]): Float32Array {
  const random = stream(seed, ...labels);
  const out = new Float32Array(count);
  let word = 0;
  for (let i = 0; i < count; i++) {
    if (i % 32 === 0) word = random.uint32();
    out[i] = (word >>> (i % 32)) & 1 ? 1 : -1;
  }
  return out;
}

/** Measures on all validation records, with so many probes each. */
export async function smoothnessOf(trained: Trained, probes: number): Promise<Smoothness> {
  const { squares, gradients } = await sample(trained, probes);
  const { root, error, probeError } = rootWithErrors(squares);
  return {
    lossGradientNorm: mean(gradients),
    lossGradientError: standardDeviation(gradients) / Math.sqrt(gradients.length),
    decoderJacobian: root,
    decoderJacobianError: error,
    decoderJacobianProbeError: probeError,
  };
}

async function sample(trained: Trained, probes: number): Promise<Sampled> {
  const { model, config } = trained;
  const jacobian = await openEvaluator(
    trained,
    (net, params, { x, probe }) => ({ square: probedJacobian(net, params, x!, probe!) }),
    batch => ({ ...recordsSpec(trained, batch), probe: { shape: [batch, ...model.net.data] } }),
  );
  const gradient = await openEvaluator(
    trained,
    (net, params, { x }) => ({ norm: lossGradientNorm(net, params, x!) }),
    batch => recordsSpec(trained, batch),
  );
  const squares: number[][] = [];
  const gradients: number[] = [];
  try {
    await overValidation(trained, async (start, count, x) => {
      gradients.push(...(await gradient.run(count, { x })).norm!);
      const rows: number[][] = Array.from({ length: count }, () => []);
      for (let k = 0; k < probes; k++) {
        const probe = signs(count * sizeOf(model.net.data), config.seed, 'probe', start, k);
        const { square } = await jacobian.run(count, { x, probe });
        rows.forEach((row, i) => {
          row.push(square![i]!);
        });
      }
      squares.push(...rows);
    });
  } finally {
    await gradient.close();
    await jacobian.close();
  }
  return { squares, gradients };
}
