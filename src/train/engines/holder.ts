/**
 * @file What runs stages on an engine, and keeps the state carried from one to the next in the engine's own
 * buffers.
 */
import type { Stage } from '../graphs.js';
import type { Carried } from '../runner.js';

/** Values of the outputs by name; doubles on engine float64. */
export type Outputs = Record<string, Float32Array | Float64Array>;

/**
 * Runs a stage on what is held and the inputs given. Outputs of a held name replace what is held; the others
 * are returned.
 */
export type RunStage = (inputs: Readonly<Record<string, Float32Array | Float64Array>>) => Promise<Outputs>;

export interface Holder {
  /** Makes a stage ready to run; throws where the engine cannot. */
  open(stage: Stage): Promise<RunStage>;
  /** What is held now, to be read before the next run. */
  held(): Carried;
  /** Replaces the values held; names that are not given keep theirs. */
  hold(values: Readonly<Record<string, ArrayLike<number>>>): void;
  close(): Promise<void>;
}

/**
 * Stages by the size of their batch: one is opened when its size is first asked for, and never again, so that
 * a last, smaller batch costs one session a run. What could not be opened is tried again.
 */
export function bySize(
  holder: Pick<Holder, 'open'>,
  stageOf: (size: number) => Stage,
): (size: number) => Promise<RunStage> {
  const opened = new Map<number, Promise<RunStage>>();
  return size => {
    const known = opened.get(size);
    if (known !== undefined) return known;
    const opening = holder.open(stageOf(size));
    opened.set(size, opening);
    opening.catch(() => opened.delete(size));
    return opening;
  };
}

/** The entries of these names. */
export const pick = <T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> =>
  Object.fromEntries(names.map(name => [name, record[name]!]));

/** The entries whose name is among those held, and the others. */
export function split<T>(
  record: Readonly<Record<string, T>>,
  held: object,
): readonly [held: Record<string, T>, others: Record<string, T>] {
  const entries = (wanted: boolean): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(([name]) => Object.hasOwn(held, name) === wanted));
  return [entries(true), entries(false)];
}
