/** @file A training run as loss curves: ours, and PyTorch's from the same parameters and batches. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fill, stream } from '../../src/claims/random.js';
import { writeAtomic } from '../../src/formats/atomic.js';
import { encodeSafetensors, type SafeTensor } from '../../src/formats/safetensors.js';
import { parseConfig, type TrainConfig } from '../../src/train/config.js';
import { openData } from '../../src/train/data.js';
import { firstCarried } from '../../src/train/first.js';
import { type Model, modelOf } from '../../src/train/model.js';
import { openRunner } from '../../src/train/open-runner.js';
import type { Batch, Carried } from '../../src/train/runner.js';
import { runPeer } from '../peer.js';

export interface Setting {
  readonly objective: keyof typeof OBJECTIVES;
  readonly activation: 'relu' | 'softplus';
  readonly width: number;
  readonly batch: number;
  readonly steps: number;
  /** Of the first parameters, the order of the batches and the noise. */
  readonly seed: number;
  /** Folder of CIFAR-10. */
  readonly data: string;
}

/** FORMAT's names; the numbers are those of golden/pytorch-nets/make.py. */
export const OBJECTIVES = {
  vae: { name: 'vae', rec: 'mean', beta: 0.1, variance: { fixed: 0.01 } },
  samba: { name: 'samba', rec: 'mean', beta: 0.1, variance: { fixed: 0.01 } },
  'rae-loss-gradient': { name: 'rae-loss-gradient', rec: 'mean', beta: 0.1, lambda: 0.5 },
} as const;

export const LATENT = 64;

/** What beta KL comes to at a mean of zero: no parameter changes it. */
const FIXED = 0.1 * 0.5 * LATENT * (0.01 - 1 - Math.log(0.01));
export const CONSTANT = { vae: FIXED, samba: FIXED, 'rae-loss-gradient': 0 } as const;

export const RATE = 1e-3;
/** Loss by step, the step's own batch before its update. */
export type Curve = readonly number[];

export interface Run {
  readonly setting: Setting;
  readonly model: Model;
  readonly start: Carried;
  batch(step: number): Required<Batch>;
}

export function prepare(setting: Setting): Run {
  const { objective, activation, width, batch, steps, seed, data: folder } = setting;
  const config: TrainConfig = parseConfig(
    {
      objective: OBJECTIVES[objective],
      net: { kind: 'resnet18', width, latent: LATENT, activation },
      data: { kind: 'cifar10', folder },
      optimiser: { name: 'adam', rate: RATE },
      batchSize: batch,
      steps,
      seed,
      validation: { fraction: 0 },
    },
    'bench/curves',
  );
  const data = openData(config);
  const model = modelOf(config, data.images.shape);
  return {
    setting,
    model,
    start: firstCarried(model, seed),
    batch: step => ({
      x: data.training(step),
      noise: fill(new Float32Array(batch * LATENT), 'normal', stream(seed, 'noise', step)),
    }),
  };
}

/** Our curve; `rate` other than RATE makes it a negative control. */
export async function ours(
  run: Run,
  threads: number,
  steps = run.setting.steps,
  rate = RATE,
): Promise<Curve> {
  const { model, start, setting } = run;
  const options = { engine: 'onnx-cpu', threads, batchSize: setting.batch, measures: {} } as const;
  const runner = await openRunner(model, start, options);
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { x, noise } = run.batch(step);
    const { loss } = await runner.step(model.objective.usesNoise ? { x, noise } : { x }, rate);
    losses.push(loss!);
  }
  await runner.close();
  return losses;
}

/** A way of running PyTorch: threads, type, and what else changes its rounding (see the peer). */
export type Way = `${number}:float32` | `${number}:float64` | `${number}:float32:${'plain' | 'reversed'}`;

/** PyTorch's curves, in a folder that is gone afterwards; undefined where there is no torch. */
export function torchCurves(run: Run, ways: readonly Way[]): readonly Curve[] | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'flatcheck-curves-'));
  const { setting, model, start } = run;
  const tensors = Object.entries(model.net.shapes).map(([name, shape]): [string, SafeTensor] => [
    name,
    { dtype: 'F32', shape, data: start[`param.${name}`] as Float32Array },
  ]);
  const bytes = (part: 'x' | 'noise') =>
    Array.from({ length: setting.steps }, (_, step) => new Uint8Array(run.batch(step)[part].slice().buffer));
  try {
    const file = encodeSafetensors({ metadata: new Map(), tensors: new Map(tensors) });
    writeAtomic('curves', join(folder, 'start.safetensors'), ...file);
    writeAtomic('curves', join(folder, 'x.bin'), ...bytes('x'));
    writeAtomic('curves', join(folder, 'noise.bin'), ...bytes('noise'));
    const { objective, activation, width, steps } = setting;
    const args = [folder, objective, activation, width, LATENT, steps, RATE, ...ways].map(String);
    return runPeer('torch_curves.py', args)?.losses as readonly Curve[] | undefined;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
