/**
 * @file What a VAE step of the ResNet-18 autoencoder costs by width, batch size and threads, beside the
 * machine's matrix products.
 */
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { openOnnx } from '../src/engine/onnx/session.js';
import { trace } from '../src/engine/trace.js';
import { stepOperations } from './operations.js';
import { median, range } from './spread.js';
import { LATENT, OBJECTIVES, RATE, withFile } from './step/job.js';
import { openSide } from './step/side.js';

export interface CostOptions {
  readonly widths: readonly number[];
  readonly batches: readonly number[];
  readonly threads: readonly number[];
  readonly repetitions: number;
  /** A cell that is expected to take longer a step is extrapolated from the largest smaller batch. */
  readonly longest: number;
}

export interface CostCell {
  readonly width: number;
  readonly batch: number;
  readonly threads: number;
  /** Seconds a step. */
  readonly median: number;
  /** Largest less smallest; absent where extrapolated. */
  readonly spread?: number;
  /**
   * Multiplications and additions of the convolutions as they are defined, a second, over those of a large
   * matrix product.
   */
  readonly ofPeak: number;
  readonly extrapolated: boolean;
}

const OURS = fileURLToPath(new URL('./step/ours.js', import.meta.url));
const SIZE = 1024;

/** Operations a second of a product of two 1024x1024 matrices: the best of several. */
async function peak(threads: number): Promise<number> {
  const shape = [SIZE, SIZE];
  const graph = trace(({ a, b }) => ({ y: tf.matMul(a!, b!) }), { a: { shape }, b: { shape } });
  const program = await openOnnx(graph, { threads });
  const inputs = { a: new Float32Array(SIZE * SIZE).fill(0.5), b: new Float32Array(SIZE * SIZE).fill(0.25) };
  const seconds: number[] = [];
  for (let i = 0; i < 12; i++) {
    const start = performance.now();
    await program.run(inputs);
    seconds.push((performance.now() - start) / 1e3);
  }
  await program.release();
  return (2 * SIZE ** 3) / Math.min(...seconds);
}

async function secondsOf(width: number, batch: number, threads: number, repetitions: number) {
  const job = { objective: OBJECTIVES.vae, width, batch, threads, latent: LATENT, rate: RATE };
  return withFile(job, async written => {
    const side = await openSide(process.execPath, [OURS], written);
    try {
      await side.step();
      const all: number[] = [];
      for (let i = 0; i < repetitions; i++) all.push((await side.step()).seconds);
      return all;
    } finally {
      await side.close();
    }
  });
}

/** Measures cell by cell, and prints the table as it grows. */
export async function cost(options: CostOptions): Promise<{ ratios: []; cells: CostCell[] }> {
  const cells: CostCell[] = [];
  console.log('| width | batch | threads | seconds a step | spread | of the GEMM peak |');
  console.log('|---|---|---|---|---|---|');
  for (const threads of options.threads) {
    const best = await peak(threads);
    for (const width of options.widths) {
      let last: { batch: number; seconds: number } | undefined;
      for (const batch of options.batches.toSorted((a, b) => a - b)) {
        const expected = last && (last.seconds * batch) / last.batch;
        const extrapolated = expected !== undefined && expected > options.longest;
        const all = extrapolated ? [] : await secondsOf(width, batch, threads, options.repetitions);
        const seconds = extrapolated ? expected : median(all);
        if (!extrapolated) last = { batch, seconds };
        const cell: CostCell = {
          ...{ width, batch, threads, median: seconds, extrapolated },
          ...(!extrapolated && { spread: range(all) }),
          ofPeak: stepOperations(width, batch) / seconds / best,
        };
        cells.push(cell);
        const spread = cell.spread === undefined ? 'extrapolated' : cell.spread.toFixed(3);
        console.log(
          `| ${width} | ${batch} | ${threads} | ${seconds.toFixed(3)} | ${spread} | ` +
            `${(100 * cell.ofPeak).toFixed(0)} % |`,
        );
      }
    }
    console.log(`GEMM peak, ${threads} threads: ${(best / 1e9).toFixed(0)} GFLOP/s`);
  }
  return { ratios: [], cells };
}
