/** @file What a wrong vector looks like: found by making the known mistakes one by one. */
import { InputError } from '../formats/input-error.js';
import { collectGarbage } from './collect-garbage.js';
import { compare, disagreeing, type Errors, LIMIT, worst } from './compare.js';
import { evaluateMistaken, mistakeNames } from './evaluate.js';
import type { Outputs } from './mistakes/mistake.js';
import { MISTAKES } from './mistakes.js';
import type { Vector } from './vector.js';

/** A known mistake that explains the values. */
interface Suspect {
  readonly mistake: string;
  /** Completes "consistent with ...". */
  readonly says: string;
  /** The largest relative error that is left when the mistake is made. */
  readonly error: number;
}

export interface Diagnosis {
  /** All mistakes under which every tensor agrees; else the one that comes close, if one does. */
  readonly suspects: readonly Suspect[];
  /** What can be said without a suspect. */
  readonly note?: string;
  /** How many of the known mistakes were not tried, for want of time. */
  readonly untried?: number;
}

/**
 * Seconds of the processor, whatever else it does, for the mistakes of one vector: enough for all of a small
 * one.
 */
const SECONDS = 2;

/** A mistake comes close when it leaves at most this, and a hundredth of the error without it. */
const CLOSE = 1e-4;
const GAIN = 100;

function suspect(vector: Vector, mistake: string): Suspect | null {
  const outputs = mistaken(vector, mistake);
  if (outputs === null) return null;
  const { says } = MISTAKES[vector.model.objective.name][mistake]!;
  return { mistake, says, error: worst(compare(outputs, vector.expected))[1] };
}

function mistaken(vector: Vector, mistake: string): Outputs | null {
  try {
    return evaluateMistaken(vector, mistake);
  } catch (error) {
    if (error instanceof InputError) return null;
    throw error;
  }
}

/** Doubles that all happen to be floats were computed or stored as floats. */
const singlePrecision = ({ expected }: Vector): boolean =>
  Object.values(expected).every(({ data }) => data.every(value => Math.fround(value) === value));

function note(vector: Vector, errors: Errors): string | undefined {
  if (singlePrecision(vector) && worst(errors)[1] < CLOSE)
    return 'every expected value is a float32 number: computed or stored in single precision';
  const apart = disagreeing(errors);
  if (apart.length === 1) return `only ${apart[0]} disagrees, all else is right`;
  return undefined;
}

const spent = (since: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
};

/**
 * Why a vector whose values have these errors may be wrong; a mistake that takes too much memory explains
 * nothing.
 */
export function diagnose(vector: Vector, errors: Errors, seconds = SECONDS): Diagnosis {
  const names = mistakeNames(vector.model.objective.name);
  const start = process.cpuUsage();
  const all: Suspect[] = [];
  let tried = 0;
  for (; tried < names.length && spent(start) < seconds; tried++) {
    collectGarbage();
    const found = suspect(vector, names[tried]!);
    if (found !== null) all.push(found);
  }
  all.sort((a, b) => a.error - b.error);
  const consistent = all.filter(({ error }) => error < LIMIT);
  const close = all.filter(({ error }) => error < CLOSE && error * GAIN < worst(errors)[1]).slice(0, 1);
  const remark = note(vector, errors);
  return {
    suspects: consistent.length > 0 ? consistent : close,
    ...(remark !== undefined && { note: remark }),
    ...(tried < names.length && { untried: names.length - tried }),
  };
}
