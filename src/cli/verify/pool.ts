/** @file Runs jobs on worker processes, one claim each at a time. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../exit.js';
import type { Job, RawResult, Reply } from './job.js';
import { lostResult } from './lost.js';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

/** What a worker process runs, and with which arguments. */
interface Worker {
  readonly module: string;
  /** URLs of the modules that list the claims. */
  readonly registries: readonly string[];
}

/** Workers run uninstrumented: coverage slows numeric loops four times. */
function start({ module, registries }: Worker): ChildProcess {
  const { NODE_V8_COVERAGE: _, ...env } = process.env;
  return fork(module, registries, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'], execArgv: [] });
}

/** A worker process that is there no more, with what it was last asked. */
class WorkerEnded extends Error {}

async function ask(worker: ChildProcess, job: Job): Promise<Reply> {
  const stop = new AbortController();
  const { signal } = stop;
  const ended = (why: string): never => {
    throw new WorkerEnded(`its worker process ended early (${why})`);
  };
  try {
    if (!worker.connected) ended('before it was asked');
    const answer = Promise.race([
      once(worker, 'message', { signal }).then(([message]) => message as Reply),
      once(worker, 'exit', { signal }).then(([code, by]) => ended(by ?? `exit code ${code}`)),
    ]);
    // the reason why a message cannot be sent comes as the 'error' event or as its exit
    worker.send(job, () => {});
    return await answer;
  } catch (error) {
    if (error instanceof WorkerEnded) throw error;
    return ended((error as Error).message); // it could not be started, or not be reached
  } finally {
    stop.abort();
  }
}

/** One place of the pool: a worker process, and another one where that has died. */
class Place {
  private worker: ChildProcess | undefined;

  constructor(private readonly runs: Worker) {}

  /**
   * A claim whose worker dies is run once more, in a new one; after that, or when it throws, it has failed.
   */
  async run(job: Job): Promise<RawResult> {
    let reason = '';
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        this.worker ??= start(this.runs);
        const reply = await ask(this.worker, job);
        if (reply.ok) return reply.result;
        if (reply.asked) throw new UsageError(`verify: ${job.id}: ${reply.error}`);
        return await lostResult(job.id, this.runs.registries, reply.error);
      } catch (error) {
        if (!(error instanceof WorkerEnded)) throw error;
        reason = error.message;
        this.stop();
      }
    }
    return await lostResult(job.id, this.runs.registries, `${reason}, twice`);
  }

  stop(): void {
    this.worker?.kill();
    this.worker = undefined;
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
 * Runs every job and hands over each result as it comes, also that of a claim whose run did not come to its
 * end.
 * @param registries - URLs of the modules that list the claims
 * @param workers - number of processes; the machine's parallelism by default
 * @param module - what a worker process runs
 */
export async function runJobs(
  jobs: readonly Job[],
  done: (job: Job, result: RawResult) => void,
  registries: readonly string[],
  workers = availableParallelism(),
  module = WORKER,
): Promise<void> {
  const queue = handOut(jobs, largeAtOnce());
  const worker = { module, registries };
  const pool = Array.from({ length: Math.min(workers, jobs.length) }, () => new Place(worker));
  try {
    await Promise.all(
      pool.map(async place => {
        for (let job = queue.next(); job !== undefined; job = queue.next()) {
          done(job, await place.run(job));
          queue.done(job);
        }
      }),
    );
  } finally {
    for (const place of pool) place.stop();
  }
}
