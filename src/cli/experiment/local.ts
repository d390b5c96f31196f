/** @file The local launcher: runs in parallel, each in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { runFolder } from '../../train/experiment/folder.js';
import type { PlannedRun } from '../../train/experiment/plan.js';
import { isHeld, statusOf } from '../../train/experiment/status.js';
import { EXIT } from '../exit.js';
import type { Message } from './messages.js';

/** Between looks at runs that other processes have. */
const POLL = 1000;

/** What went on since the last event. */
export type Event =
  | { readonly kind: 'started' | 'stopped'; readonly run: PlannedRun }
  | { readonly kind: 'progress'; readonly run: PlannedRun; readonly done: number; readonly total: number }
  /** `done` are complete by now, here or by other processes. */
  | {
      readonly kind: 'finished';
      readonly run: PlannedRun;
      readonly seconds: number;
      readonly done: number;
    }
  | { readonly kind: 'failed'; readonly run: PlannedRun; readonly code: number; readonly error: string }
  /** Nothing is left to start here, and so many runs are with other processes. */
  | { readonly kind: 'waiting'; readonly runs: number };

export interface LaunchOptions {
  readonly plan: readonly PlannedRun[];
  readonly out: string;
  /** Processes in parallel, at most. */
  readonly jobs: number;
  /** The file of the program that does a run. */
  readonly program: string;
  /** Its arguments, without `--only ID`. */
  readonly childArgs: readonly string[];
  readonly signal: AbortSignal;
  readonly onEvent: (event: Event) => void;
}

/** How many runs are complete. */
export const doneOf = (plan: readonly PlannedRun[], out: string): number =>
  plan.filter(run => statusOf(runFolder(out, run.id), run) === 'complete').length;

type Ended = 'complete' | 'interrupted' | 'busy' | { readonly code: number; readonly error: string };

/**
 * Starts runs until none is left: those that other processes have are waited for, and taken over when they
 * are let go. Returns the exit codes of runs that failed. When the signal aborts, the children stop with a
 * checkpoint.
 */
export async function launchLocally(options: LaunchOptions): Promise<readonly number[]> {
  const { plan, out, jobs, signal, onEvent } = options;
  const running = new Map<string, Promise<void>>();
  const failed = new Map<string, number>();
  const start = async (run: PlannedRun): Promise<void> => {
    const began = performance.now();
    onEvent({ kind: 'started', run });
    const ended = await doInChild(run, options);
    running.delete(run.id);
    if (typeof ended === 'object') {
      failed.set(run.id, ended.code);
      onEvent({ kind: 'failed', run, ...ended });
    } else if (ended === 'complete')
      onEvent({
        kind: 'finished',
        run,
        seconds: (performance.now() - began) / 1000,
        done: doneOf(plan, out),
      });
    else onEvent({ kind: 'stopped', run });
  };
  const todo = (): PlannedRun[] =>
    plan.filter(
      run =>
        !failed.has(run.id) && !running.has(run.id) && statusOf(runFolder(out, run.id), run) !== 'complete',
    );
  const stopped = new Promise<void>(resolve => signal.addEventListener('abort', () => resolve()));
  while (!signal.aborted) {
    const left = todo();
    const free = left.filter(run => !isHeld(runFolder(out, run.id)));
    for (const run of free.slice(0, jobs - running.size)) running.set(run.id, start(run));
    if (left.length === 0 && running.size === 0) break;
    if (running.size === 0) onEvent({ kind: 'waiting', runs: left.length });
    const looking = free.length < left.length && running.size < jobs;
    await Promise.race([...running.values(), stopped, ...(looking ? [sleep(POLL)] : [])]);
  }
  await Promise.all(running.values());
  return [...failed.values()];
}

/** One run in a child, which does not hear the terminal's Ctrl-C itself: the launcher passes it on, once. */
async function doInChild(run: PlannedRun, options: LaunchOptions): Promise<Ended> {
  const { program, childArgs, signal, onEvent } = options;
  const child: ChildProcess = fork(program, [...childArgs, '--only', run.id], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  });
  let busy = false;
  let errors = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4000);
  });
  child.on('message', (message: Message) => {
    if (message.kind === 'busy') busy = true;
    else onEvent({ ...message, run });
  });
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  try {
    const [code, by] = await new Promise<[number | null, string | null]>((resolve, reject) => {
      child.once('error', reject);
      // its last message may come after its end
      const silent = new Promise<void>(heard => child.once('disconnect', heard));
      child.once('close', (...ended) => void silent.then(() => resolve(ended)));
    });
    if (code === EXIT.fine) return 'complete';
    if (busy) return 'busy';
    // one that has not come so far as to hear the signal ends by it, with nothing begun
    if (signal.aborted && (code === EXIT.interrupted || by === 'SIGTERM')) return 'interrupted';
    const why = by === null ? lastWord(errors) || `exit code ${code}` : `its process was ended by ${by}`;
    return { code: code ?? EXIT.failed, error: why };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** The last line that is not part of a stack trace. */
const lastWord = (errors: string): string =>
  errors
    .split('\n')
    .filter(line => /^[^\s}]/.test(line))
    .at(-1) ?? '';
