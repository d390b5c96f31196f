/** @file Runs jobs on worker processes, one claim each at a time. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../exit.js';
import type { Job, RawResult, Reply } from './job.js';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

/** Workers run uninstrumented: coverage slows numeric loops four times. */
function start(): ChildProcess {
  const { NODE_V8_COVERAGE: _, ...env } = process.env;
  return fork(WORKER, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
}

async function ask(worker: ChildProcess, job: Job): Promise<RawResult> {
  const stop = new AbortController();
  try {
    worker.send(job);
    const [message] = await Promise.race([
      once(worker, 'message', { signal: stop.signal }),
      once(worker, 'exit', { signal: stop.signal }).then(([code, signal]) => {
        throw new Error(`${job.id}: its worker process ended early (${signal ?? `exit code ${code}`})`);
      }),
    ]);
    const reply = message as Reply;
    if (!reply.ok && reply.asked) throw new UsageError(`verify: ${job.id}: ${reply.error}`);
    if (!reply.ok) throw new Error(`${job.id}: ${reply.error}`);
    return reply.result;
  } finally {
    stop.abort();
  }
}

/** What a large job may take. */
const LARGE_BYTES = 4 * 2 ** 30;

/** As many large jobs as fit in half of the memory; one at the least. */
const largeAtOnce = (): number => Math.max(1, Math.floor(totalmem() / 2 / LARGE_BYTES));

/** Hands out jobs: large ones first, for they take longest, and no more than `limit` of these at a time. */
export function handOut<J extends Pick<Job, 'id' | 'large'>>(jobs: readonly J[], limit: number) {
  const large = jobs.filter(job => job.large);
  const others = jobs.filter(job => !job.large);
  let running = 0;
  return {
    /** Undefined when there is none for this worker any more: those at the large ones go on with them. */
    next(): J | undefined {
      const job = running < limit ? (large.shift() ?? others.shift()) : others.shift();
      if (job?.large) running++;
      return job;
    },
    done(job: J): void {
      if (job.large) running--;
    },
  };
}

/**
 * Runs every job and hands over each result as it comes.
 * @param workers - number of processes; the machine's parallelism by default
 * @throws the first error of a worker, after the others were stopped
 */
export async function runJobs(
  jobs: readonly Job[],
  done: (job: Job, result: RawResult) => void,
  workers = availableParallelism(),
): Promise<void> {
  const queue = handOut(jobs, largeAtOnce());
  const pool = Array.from({ length: Math.min(workers, jobs.length) }, start);
  try {
    await Promise.all(
      pool.map(async worker => {
        for (let job = queue.next(); job !== undefined; job = queue.next()) {
          done(job, await ask(worker, job));
          queue.done(job);
        }
      }),
    );
  } finally {
    for (const worker of pool) worker.kill();
  }
}
