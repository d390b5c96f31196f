/** @file One side of `bench step`: a process that answers each line of JSON with one. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/**
 * One step: seconds by the clock, seconds of processor time over all threads, and the loss at the old
 * parameters.
 */
export interface Step {
  readonly seconds: number;
  readonly processor: number;
  readonly loss: number;
}

export interface Side {
  step(): Promise<Step>;
  /** The most memory the process has held so far, in bytes. */
  peak(): Promise<number>;
  close(): Promise<void>;
}

/** Starts the process with a job; settles when it is ready for steps. */
export async function openSide(command: string, args: readonly string[], job: object): Promise<Side> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = new Promise<void>(resolve => child.once('close', () => resolve()));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await lines.next();
    if (done) throw new Error(`bench: ${args[0]} must answer, got its end - its message is above`);
    return JSON.parse(value);
  };
  await ask(job);
  return {
    step: async () => (await ask({ do: 'step' })) as Step,
    peak: async () => ((await ask({ do: 'peak' })) as { bytes: number }).bytes,
    async close() {
      child.stdin.end();
      await exited;
    },
  };
}
