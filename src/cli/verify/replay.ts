/** @file Replay tokens: one line that reproduces a case, refused when the code it came from has changed. */

import { CASE_PATH } from '../../claims/checks/search.js';
import { show } from '../../formats/json.js';
import { UsageError } from '../exit.js';

export interface Replay {
  readonly claim: string;
  readonly digest: string;
  readonly seed: number;
  readonly check?: string;
  /** fast-check's path to the shrunk case. */
  readonly path?: string;
}

const PREFIX = 'flat1.';

export const encodeReplay = (replay: Replay): string =>
  PREFIX + Buffer.from(JSON.stringify(replay)).toString('base64url');

const isSeed = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isText = (value: unknown): value is string => typeof value === 'string';

/** @throws UsageError when the text is not a token of ours */
export function decodeReplay(token: string): Replay {
  const wrong = new UsageError(
    `verify: --replay wants a token that a run printed (${PREFIX}...), got '${token.slice(0, 40)}'`,
  );
  if (!token.startsWith(PREFIX)) throw wrong;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(token.slice(PREFIX.length), 'base64url').toString('utf8'));
  } catch {
    throw wrong;
  }
  const { claim, digest, seed, check, path } = (value ?? {}) as Record<string, unknown>;
  if (!isText(claim) || !isText(digest) || !isSeed(seed)) throw wrong;
  if ((check !== undefined && !isText(check)) || (path !== undefined && !isText(path))) throw wrong;
  if (path !== undefined && (check === undefined || !CASE_PATH.test(path)))
    throw new UsageError(
      `verify: --replay wants a case as numbers like 3:0:1 of a check, got ${show(path)} of ${check ?? 'no check'}`,
    );
  return {
    claim,
    digest,
    seed,
    ...(check !== undefined && { check }),
    ...(path !== undefined && { path }),
  };
}

/** @throws UsageError when the claim's code is not the code that printed the token */
export function refuseStale(replay: Replay, current: string): void {
  if (replay.digest !== current)
    throw new UsageError(
      `verify: the replay token is stale: ${replay.claim}, its generators or the engine have changed since it was printed ` +
        `(token ${replay.digest}, now ${current}); run 'flatcheck verify --claim ${replay.claim} --seed ${replay.seed}' instead`,
    );
}
