/** @file A subject and options for testing checks by themselves. */
import fc from 'fast-check';
import type { Check, CheckOptions } from '../../../src/claims/claim.js';
import type { CheckResult } from '../../../src/claims/result.js';

export const options: CheckOptions = { seed: 1, effort: 1, quick: false };

/** A number of [1, 2^20), drawn uniformly. */
export const given = { arbitrary: fc.integer({ min: 1, max: 2 ** 20 - 1 }) };

/** The subject of a check under test: what is applied to the case. */
export type Subject = (x: number) => number;

export const identity: Subject = x => x;

export function run(
  check: Check<Subject>,
  subject: Subject = identity,
  more: Partial<CheckOptions> = {},
): CheckResult {
  return check.run('toy', subject, { ...options, ...more });
}
