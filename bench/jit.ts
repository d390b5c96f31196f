/**
 * @file One training step of ordinary tfjs code, compiled by `jit` and run by tfjs itself on its 'cpu'
 * backend, in turns.
 */
import * as tf from '@tensorflow/tfjs';
import { NumberArray } from '../src/engine/jit/array.js';
import { jit } from '../src/engine/jit.js';
import { firstCarried } from '../src/train/first.js';
import { trainingStepOf } from '../src/train/graphs.js';
import type { Ratio } from './peer.js';
import { median, range } from './spread.js';
import { modelOf, OBJECTIVES, RATE } from './step/job.js';

export interface JitBenchOptions {
  readonly width: number;
  readonly batch: number;
  readonly threads: number;
  readonly repetitions: number;
}

const LATENT = 16;

async function timed(work: () => Promise<unknown> | unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1e3;
}

/** Prints seconds a step of both and the ratio of medians. */
export async function jitBench({ width, batch, threads, repetitions }: JitBenchOptions): Promise<{
  ratios: Ratio[];
}> {
  const model = modelOf({ objective: OBJECTIVES.vae, width, batch, threads, latent: LATENT, rate: RATE });
  const { fn, specs } = trainingStepOf(model, batch);
  const carried = firstCarried(model, 1);
  const arrays = Object.fromEntries(
    Object.entries(specs).map(([name, { shape }]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const drawn = Float32Array.from({ length: size }, (_, i) => 0.5 + 0.4 * Math.sin(i));
      const values = name === 'rate' ? Float32Array.of(RATE) : Float32Array.from(carried[name] ?? drawn);
      return [name, new NumberArray(values, shape)] as const;
    }),
  );
  const native = jit(fn, { threads });
  const tensors = Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, array.toTensor()]));
  await tf.setBackend('cpu');
  const compiled = async (): Promise<number> => (await native(arrays)).loss!.item();
  const eager = (): number => tf.tidy(() => fn(tensors).loss!.dataSync()[0]!);
  const [a, b] = [await compiled(), eager()];
  if (!(Math.abs(a - b) <= 1e-4 * Math.abs(b)))
    throw new Error(`bench: jit and tfjs must have the same loss, got ${a} and ${b}`);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let i = 0; i < repetitions; i++) {
    ours.push(await timed(compiled));
    theirs.push(await timed(eager));
  }
  await native.release();
  const ratios = ours.map((seconds, i) => seconds / theirs[i]!);
  console.log(
    `width ${width}, batch ${batch}, ${threads} threads, VAE step with Adam, ${repetitions} repetitions`,
  );
  console.log(`  jit         ${median(ours).toFixed(3)} s`);
  console.log(
    `  tfjs 'cpu'  ${median(theirs).toFixed(3)} s, ${(median(theirs) / median(ours)).toFixed(0)} ` +
      'times as long',
  );
  return {
    ratios: [
      {
        name: 'jit: time of a step over that of tfjs cpu',
        value: median(ours) / median(theirs),
        spread: range(ratios),
      },
    ],
  };
}
