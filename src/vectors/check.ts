/** @file The verdict on a vector. */
import { compare, disagreeing, type Errors, worst } from './compare.js';
import { type Diagnosis, diagnose } from './diagnose.js';
import { evaluate } from './evaluate.js';
import type { VectorObjectiveName } from './metadata.js';
import type { Vector } from './vector.js';

export interface VectorCheck {
  readonly id: string;
  readonly objective: VectorObjectiveName;
  /** False for a vector that is wrong on purpose. */
  readonly valid: boolean;
  /** Whether a valid vector agrees, or an invalid one is rejected. */
  readonly pass: boolean;
  readonly maxRelativeError: number;
  /** The tensor with the largest error. */
  readonly worst: string;
  readonly errors: Errors;
  /** The tensors that do not agree. */
  readonly disagreeing: readonly string[];
  readonly flaw?: string;
  /** For a vector that should agree and does not. */
  readonly diagnosis?: Diagnosis;
}

/** Ours against theirs. What overflows in ours cannot be judged: it fails, meant to be right or not. */
export function checkVector(vector: Vector): VectorCheck {
  const errors = compare(evaluate(vector), vector.expected);
  const [tensor, error] = worst(errors);
  const apart = disagreeing(errors);
  const { id, flaw } = vector;
  const valid = flaw === undefined;
  return {
    id,
    objective: vector.model.objective.name,
    valid,
    pass: valid ? apart.length === 0 : apart.length > 0 && Number.isFinite(error),
    maxRelativeError: error,
    worst: tensor,
    errors,
    disagreeing: apart,
    ...(flaw !== undefined && { flaw }),
    ...(valid && apart.length > 0 && { diagnosis: diagnose(vector, errors) }),
  };
}
