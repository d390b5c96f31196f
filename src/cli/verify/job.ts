/** @file What the pool sends to a worker and what comes back. */
import type { ClaimResult } from '../../claims/result.js';

export interface Job {
  readonly id: string;
  readonly seed: number;
  /** Random cases a check draws, instead of its own number. */
  readonly runs?: number;
  /** Multiplies each check's own number of cases. */
  readonly effort?: number;
  /** Only this check, and no mutants: a replay. */
  readonly check?: string;
  readonly path?: string;
  /** It takes gigabytes: not many at once. */
  readonly large?: true;
}

/** A claim's result before the replay token, which needs the source digest, is added. */
export type RawResult = Omit<ClaimResult, 'replay'>;

export type Reply =
  | { readonly ok: true; readonly result: RawResult }
  /** `asked`: the job names a check or a case that is not there, which is the user's mistake. */
  | { readonly ok: false; readonly error: string; readonly asked?: true };
