/** @file Long computations a step at a time: they can be interrupted, and go on with the same bits. */

export type State = Readonly<Record<string, Float64Array>>;

export interface Stepper {
  readonly steps: number;
  /** Steps done so far. */
  readonly done: number;
  advance(): void | Promise<void>;
  /** All that the coming steps and the result depend on; copies. */
  state(): State;
  /** Goes on where that state was taken, from a fresh stepper of the same kind. */
  resume(state: State): void;
}

/** What a driven computation may use of its surroundings. */
export interface DriveContext {
  readonly signal: AbortSignal;
  /** The state last saved, or undefined at the start. */
  restore(): State | undefined;
  save(state: State): void;
  progress(done: number, total: number): void;
}

/**
 * Milliseconds between saves at least, and between looks at the signal; saving takes a twentieth of the time
 * at most.
 */
const SAVE_EVERY = 20_000;
const SAVE_SHARE = 20;
const LOOK_EVERY = 50;

/** Runs to the end in a context: from the state last saved, saving now and then and before an abort. */
export async function drive(stepper: Stepper, context: DriveContext): Promise<void> {
  const before = context.restore();
  if (before) stepper.resume(before);
  let [nextSave, lastLook] = [performance.now() + SAVE_EVERY, performance.now()];
  while (stepper.done < stepper.steps) {
    await stepper.advance();
    const now = performance.now();
    if (now - lastLook < LOOK_EVERY && stepper.done < stepper.steps) continue;
    // signals are heard between turns of the event loop only
    await new Promise(resolve => setImmediate(resolve));
    lastLook = performance.now();
    context.progress(stepper.done, stepper.steps);
    if (context.signal.aborted || now > nextSave) {
      context.save(stepper.state());
      const saved = performance.now();
      nextSave = saved + Math.max(SAVE_EVERY, SAVE_SHARE * (saved - now));
    }
    context.signal.throwIfAborted();
  }
}

/** Runs a stepper that does not wait for anything to the end. */
export function finish(stepper: Stepper): void {
  while (stepper.done < stepper.steps) void stepper.advance();
}

/** The entry of a state; an error names the missing one. */
export function entry(state: State, name: string): Float64Array {
  const found = state[name];
  if (found === undefined) throw new Error(`state: "${name}" is missing - it is of another computation`);
  return found;
}
