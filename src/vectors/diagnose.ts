/** @file What a wrong vector looks like: found by making the known mistakes one by one. */
import { compare, disagreeing, type Errors, LIMIT, worst } from './compare.js';
import { evaluateMistaken, mistakeNames } from './evaluate.js';
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
}

/** A mistake comes close when it leaves at most this, and a hundredth of the error without it. */
const CLOSE = 1e-4;
const GAIN = 100;

function suspect(vector: Vector, mistake: string): Suspect | null {
  const outputs = evaluateMistaken(vector, mistake);
  if (outputs === null) return null;
  const { says } = MISTAKES[vector.model.objective.name][mistake]!;
  return { mistake, says, error: worst(compare(outputs, vector.expected))[1] };
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

/** Why a vector whose values have these errors may be wrong. */
export function diagnose(vector: Vector, errors: Errors): Diagnosis {
  const all = mistakeNames(vector.model.objective.name)
    .map(mistake => suspect(vector, mistake))
    .filter(found => found !== null)
    .sort((a, b) => a.error - b.error);
  const consistent = all.filter(({ error }) => error < LIMIT);
  const close = all.filter(({ error }) => error < CLOSE && error * GAIN < worst(errors)[1]).slice(0, 1);
  const remark = note(vector, errors);
  return {
    suspects: consistent.length > 0 ? consistent : close,
    ...(remark !== undefined && { note: remark }),
  };
}
