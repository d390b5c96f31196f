/**
 * @file Progress of many runs: one line rewritten in place on a terminal, a line for each finished run
 * elsewhere.
 */
import { runLabel } from '../../claims/experiment/summary.js';
import type { PlannedRun } from '../../train/experiment/plan.js';
import { progressOn } from '../progress.js';
import { timeLeft } from '../time-left.js';
import type { Event } from './local.js';

/** Shows the events of a launcher on stderr. `done` runs were complete before. */
export class Display {
  private readonly line = progressOn();
  private readonly began = performance.now();
  /** Share of each running run that is done, and of it what was done before it began here. */
  private readonly shares = new Map<string, { run: PlannedRun; before: number; now: number; text: string }>();
  private finishedHere = 0;
  private failed = 0;
  private saidWaiting = false;

  constructor(
    private readonly name: string,
    private done: number,
    private readonly total: number,
  ) {}

  show(event: Event): void {
    switch (event.kind) {
      case 'started':
        this.shares.set(event.run.id, { run: event.run, before: -1, now: 0, text: 'start' });
        break;
      case 'progress':
        this.advance(event.run, event.done, event.total);
        break;
      case 'finished':
        this.finishedHere += 1 - Math.max(0, this.shares.get(event.run.id)?.before ?? 0);
        this.shares.delete(event.run.id);
        this.done = event.done;
        this.say(`${this.head()}: ${runLabel(event.run)} (${event.seconds.toFixed(0)} s)`);
        break;
      case 'failed':
        this.shares.delete(event.run.id);
        this.failed++;
        this.sayAlways(`${this.name}: ${runLabel(event.run)} failed: ${event.error}`);
        break;
      case 'stopped':
        this.shares.delete(event.run.id);
        break;
      case 'waiting':
        if (!this.saidWaiting)
          this.sayAlways(`${this.name}: ${event.runs} runs are with other processes; waiting for them`);
        this.saidWaiting = true;
        break;
    }
    this.redraw();
  }

  clear(): void {
    this.line.clear();
  }

  private advance(run: PlannedRun, done: number, total: number): void {
    const share = this.shares.get(run.id);
    if (share === undefined) return;
    share.now = total > 0 ? done / total : 0;
    if (share.before < 0) share.before = share.now;
    share.text = `step ${done}/${total}`;
  }

  private head(): string {
    const failed = this.failed > 0 ? `, ${this.failed} failed` : '';
    return `${this.name}: ${this.done} of ${this.total} runs done${failed}`;
  }

  private redraw(): void {
    const shares = [...this.shares.values()];
    const running = shares.map(({ run, text }) => `${text} of ${runLabel(run)}`);
    this.line.show([`${this.head()}, ${shares.length} running`, ...this.left(), ...running].join('; '));
  }

  /** From the shares of runs done since the beginning, once there is enough to go by. */
  private left(): string[] {
    const shares = [...this.shares.values()];
    const here = shares.reduce((sum, { before, now }) => sum + now - Math.max(0, before), this.finishedHere);
    if (here < 0.05) return [];
    const todo = this.total - this.done - this.failed - shares.reduce((sum, { now }) => sum + now, 0);
    const seconds = (performance.now() - this.began) / 1000;
    return [`${timeLeft((seconds * todo) / here)} left`];
  }

  private say(text: string): void {
    if (!process.stderr.isTTY) console.error(text);
  }

  private sayAlways(text: string): void {
    this.line.clear();
    console.error(text);
  }
}
