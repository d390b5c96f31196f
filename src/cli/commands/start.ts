/** @file `flatcheck start`: the whole in small. Verify the claims, then train three models side by side. */
import { join } from 'node:path';
import type { ObjectiveSpec } from '../../core/objectives/list.js';
import { checkFileToWrite, makeFolder, writeJson } from '../../formats/atomic.js';
import { openCifar } from '../../formats/cifar.js';
import { columns } from '../../report/table.js';
import { configDigest, ENGINE_CHOICES, type EngineChoice, type TrainConfig } from '../../train/config.js';
import { readFinished } from '../../train/metrics.js';
import type { TrainResult } from '../../train/result.js';
import { noMore, readArgs } from '../args.js';
import { findData } from '../data-folder.js';
import { readEngine, withEngine } from '../engine-flag.js';
import { attempt, combined, EXIT, type ExitCode } from '../exit.js';
import { firstLook, OBJECTIVES, STEPS } from '../first-look.js';
import type { Program } from '../program.js';
import type { Registry } from '../registry.js';
import { trainWithProgress } from '../training.js';
import { certify } from '../verify/certify.js';
import { printVerify, verifyExit, verifyWithProgress } from '../verify/print.js';

export const usage = `usage: flatcheck start [options]

  --data DIR   CIFAR-10 in the official binary layout, or part of it (default: $CIFAR10_DIR, else what
               'flatcheck data get cifar10' brought; without any, a small set of generated images)
  --out DIR    where results go (default: runs/start)
  --engine E   what trains: ${ENGINE_CHOICES.join(', ')} (default: onnx-cpu)

Verifies every claim, then trains a VAE, SAMBA and an RAE with the same small convolutional network, and
prints a table. Run again, it takes up what was stopped.`;

const SEED = 1;
const GENERATED =
  'GENERATED images, made up by a formula: the numbers below say nothing about real ones (see --data)';

interface Trained {
  readonly result: TrainResult;
  readonly folder: string;
  readonly seconds: number;
  /** Validation loss by step. */
  readonly losses: readonly (readonly [number, number])[];
}

async function trainOne(
  config: TrainConfig,
  { out, folder: dataFolder, registry }: StartOptions,
): Promise<Trained> {
  const folder = join(out, `${config.objective.name}-${configDigest(config).slice(0, 8)}`);
  const began = performance.now();
  const result = await trainWithProgress(config, { folder, dataFolder, registry, unverified: false });
  const losses: (readonly [number, number])[] = [];
  if (result.status === 'complete')
    for (const line of readFinished(join(folder, 'metrics.jsonl'), result.metrics, 'start'))
      if (line.kind === 'validation') losses.push([line.step, line.numbers.loss!]);
  return { result, folder, seconds: (performance.now() - began) / 1000, losses };
}

function print(trained: readonly Trained[]): void {
  const rows = trained.map(({ result, losses, seconds }) => [
    result.objective,
    losses.map(([step, loss]) => `${loss.toFixed(4)} (${step})`).join(' '),
    result.validation?.numbers['measure.squaredErrorAtMean']?.toFixed(3) ?? '',
    seconds.toFixed(1),
  ]);
  const head = ['objective', 'validation loss (at step)', '|x - f(mu)|^2', 'seconds'];
  console.log(`\n${columns([head, ...rows]).join('\n')}`);
}

/** What `start` does, and how much of it: all of it from the command line, a part in tests. */
export interface StartOptions {
  readonly out: string;
  /** CIFAR-10; generated images without it. */
  readonly folder: string | undefined;
  readonly registry: Registry;
  /** The ids of those to verify. */
  readonly claims: readonly string[];
  readonly objectives: readonly ObjectiveSpec[];
  readonly steps: number;
  readonly engine?: EngineChoice | undefined;
}

export async function start(options: StartOptions): Promise<ExitCode> {
  const { out, folder, registry, claims, objectives, steps, engine } = options;
  if (folder !== undefined) openCifar(folder); // wrong files are said before the verification, not after
  makeFolder('start', out);
  for (const name of ['verification.json', 'result.json']) checkFileToWrite('start', join(out, name));

  const verified = await verifyWithProgress({ ids: claims, registry, seed: SEED });
  printVerify(verified);
  const written = await attempt(() => writeJson('start', join(out, 'verification.json'), verified));
  if (verifyExit(verified) !== EXIT.fine) return combined(verifyExit(verified), written);
  await certify(verified, registry);

  console.log(`\ntraining on ${folder === undefined ? GENERATED : `CIFAR-10 from ${folder}`}`);
  const data = folder === undefined ? 'generated' : 'cifar10';
  const trained: Trained[] = [];
  for (const objective of objectives) {
    const one = await trainOne(withEngine(firstLook(objective, data, SEED, steps), engine), options);
    if (one.result.status === 'interrupted') return EXIT.interrupted;
    trained.push(one);
  }
  print(trained);
  const runs = trained.map(({ result, folder: where, losses }) => ({ folder: where, losses, ...result }));
  const kept = await attempt(() => writeJson('start', join(out, 'result.json'), { schema: 1, runs }));
  console.log(`\nverification: ${join(out, 'verification.json')}\ntraining:     ${join(out, 'result.json')}`);
  return combined(written, kept);
}

export async function run(argv: readonly string[], { registry }: Program): Promise<ExitCode> {
  const { values, positionals } = readArgs('start', argv, {
    data: { type: 'string' },
    out: { type: 'string' },
    engine: { type: 'string' },
  });
  noMore('start', positionals, 0);
  return await start({
    out: values.out ?? join('runs', 'start'),
    folder: findData('cifar10', values.data),
    registry,
    claims: [...registry.claims.keys()],
    objectives: OBJECTIVES,
    steps: STEPS,
    engine: readEngine('start', values.engine),
  });
}
