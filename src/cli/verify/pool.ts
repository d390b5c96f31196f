/** @file Runs jobs on worker processes, one claim each at a time. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
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
    if (!reply.ok) throw new Error(`${job.id}: ${reply.error}`);
    return reply.result;
  } finally {
    stop.abort();
  }
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
  const queue = [...jobs];
  const pool = Array.from({ length: Math.min(workers, jobs.length) }, start);
  try {
    await Promise.all(
      pool.map(async worker => {
        for (let job = queue.shift(); job !== undefined; job = queue.shift())
          done(job, await ask(worker, job));
      }),
    );
  } finally {
    for (const worker of pool) worker.kill();
  }
}
