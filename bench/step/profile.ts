/** @file Where a step's time goes, by ONNX Runtime's own clock. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOnnx } from '../../src/engine/onnx/session.js';
import { graphOf, trainingStepOf } from '../../src/train/graphs.js';
import { type Job, readJob } from './job.js';

/** The share of each operator in the time of all, largest first. */
export interface Share {
  readonly op: string;
  readonly share: number;
  /** Nodes a step. */
  readonly nodes: number;
}

/** The entries of a profile that we read. */
interface Event {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args: { readonly op_name?: string };
}

const STEPS = 3;

/** Shares over a few steps, in a session that is measured, and slower for it. */
export async function profileOf(job: Job): Promise<Share[]> {
  const { model, start, batch } = readJob(job);
  const folder = mkdtempSync(join(tmpdir(), 'flatcheck-profile-'));
  try {
    const program = await openOnnx(graphOf(trainingStepOf(model, job.batch)), {
      threads: job.threads,
      profile: join(folder, 'step'),
    });
    for (let step = 0; step < STEPS; step++)
      await program.run({ ...start, ...batch, rate: Float32Array.of(job.rate) });
    await program.release();
    const [file] = readdirSync(folder);
    return sharesOf(JSON.parse(readFileSync(join(folder, file!), 'utf8')) as Event[]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function sharesOf(events: readonly Event[]): Share[] {
  const kernels = events.filter(({ cat, name }) => cat === 'Node' && name.endsWith('_kernel_time'));
  const total = kernels.reduce((sum, { dur }) => sum + dur, 0);
  const ops = [...new Set(kernels.map(({ args }) => args.op_name ?? '?'))];
  return ops
    .map(op => {
      const all = kernels.filter(({ args }) => (args.op_name ?? '?') === op);
      return {
        op,
        share: all.reduce((sum, { dur }) => sum + dur, 0) / total,
        nodes: all.length / STEPS,
      };
    })
    .sort((a, b) => b.share - a.share);
}
