/**
 * @file What both sides of `bench step` are told: network, objective, and the file with parameters and batch.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fill, stream } from '../../src/claims/random.js';
import { resnetAutoencoder } from '../../src/core/net/resnet.js';
import { type ObjectiveSpec, objectiveOf } from '../../src/core/objectives/list.js';
import { adam } from '../../src/core/optimiser.js';
import { sizeOf } from '../../src/engine/graph/graph.js';
import { writeAtomic } from '../../src/formats/atomic.js';
import { imageBatch } from '../../src/formats/images.js';
import { encodeSafetensors, readSafetensors, type SafeTensor } from '../../src/formats/safetensors.js';
import { firstCarried } from '../../src/train/first.js';
import { generatedImages } from '../../src/train/generated.js';
import { carriedShapes } from '../../src/train/graphs.js';
import type { Model } from '../../src/train/model.js';
import type { Batch, Carried } from '../../src/train/runner.js';

/** Everything is fixed but what is measured; `file` is written by `withFile`. */
export interface Job {
  readonly objective: ObjectiveSpec;
  readonly width: number;
  readonly latent: number;
  readonly batch: number;
  readonly threads: number;
  readonly rate: number;
  readonly file: string;
}

export const LATENT = 256;
export const RATE = 1e-4;
const SEED = 1;
const SIZE = 32;

/** The objectives that can be measured, with hyper-parameters near those of the experiments. */
export const OBJECTIVES = {
  vae: { name: 'vae', rec: 'mean', beta: 1e-3, variance: { fixed: 0.01 } },
  samba: { name: 'samba', rec: 'mean', beta: 1e-3, variance: { fixed: 0.01 } },
  'rae-loss-gradient': { name: 'rae-loss-gradient', rec: 'mean', beta: 1e-3, lambda: 0.1 },
  'vae-sam-rae': { name: 'vae-sam-rae', klCoeff: 1e-3, alpha2: 0.01 },
} as const satisfies Readonly<Record<string, ObjectiveSpec>>;

/** The ResNet-18 autoencoder of the experiments with Adam. */
export const modelOf = ({ objective, width, latent }: Omit<Job, 'file'>): Model => ({
  net: resnetAutoencoder({ width, latent, activation: 'relu' }),
  objective: objectiveOf(objective),
  optimiser: adam(),
});

function batchOf(model: Model, batch: number): Batch {
  const indices = Array.from({ length: batch }, (_, i) => i);
  const noise = new Float32Array(batch * model.net.latent);
  return {
    x: imageBatch(generatedImages(batch, SIZE, SEED), indices),
    noise: fill(noise, 'normal', stream(SEED, 'bench-step')),
  };
}

/** Calls `use` with the job whose file holds first parameters and a batch; the file is gone afterwards. */
export async function withFile<T>(job: Omit<Job, 'file'>, use: (job: Job) => Promise<T>): Promise<T> {
  const model = modelOf(job);
  const { x, noise } = batchOf(model, job.batch);
  const carried = firstCarried(model, SEED);
  const tensors = new Map<string, SafeTensor>();
  for (const [name, shape] of Object.entries(carriedShapes(model)))
    if (!name.startsWith('state.'))
      tensors.set(name, { dtype: 'F32', shape, data: Float32Array.from(carried[name]!) });
  tensors.set('x', { dtype: 'F32', shape: [job.batch, ...model.net.data], data: x });
  tensors.set('noise', { dtype: 'F32', shape: [job.batch, job.latent], data: noise! });
  const folder = mkdtempSync(join(tmpdir(), 'flatcheck-bench-'));
  try {
    const file = join(folder, 'job.safetensors');
    writeAtomic('bench', file, ...encodeSafetensors({ metadata: new Map(), tensors }));
    return await use({ ...job, file });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What our side reads back from the job's file. */
export function readJob(job: Job): { readonly model: Model; readonly start: Carried; readonly batch: Batch } {
  const model = modelOf(job);
  const { tensors } = readSafetensors(job.file);
  const numbers = (name: string): Float32Array | undefined =>
    tensors.get(name)?.data as Float32Array | undefined;
  const start = Object.fromEntries(
    Object.entries(carriedShapes(model)).map(([name, shape]) => [
      name,
      numbers(name) ?? new Float32Array(sizeOf(shape)),
    ]),
  );
  const batch = { x: numbers('x')!, ...(model.objective.usesNoise && { noise: numbers('noise')! }) };
  return { model, start, batch };
}
