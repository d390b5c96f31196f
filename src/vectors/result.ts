/** @file The result of checking vectors: what `flatcheck vectors check --json` prints. */
import type { VectorCheck } from './check.js';

/** A check with the file it came from. */
export interface VectorResult extends VectorCheck {
  readonly file: string;
}

/** A file that is not a vector. */
export interface NoVector {
  readonly file: string;
  readonly error: string;
}

export interface VectorsResult {
  readonly schema: 1;
  readonly vectors: readonly VectorResult[];
  /** Files that are no vectors; absent when there are none. */
  readonly errors?: readonly NoVector[];
  readonly passed: number;
  readonly failed: number;
}

export function vectorsResult(vectors: readonly VectorResult[], errors: readonly NoVector[]): VectorsResult {
  const passed = vectors.filter(vector => vector.pass).length;
  return {
    schema: 1,
    vectors,
    ...(errors.length > 0 && { errors }),
    passed,
    failed: vectors.length - passed,
  };
}

const inWords = (error: number): string => (Number.isFinite(error) ? error.toExponential(1) : 'not finite');

export const VECTOR_HEAD = ['verdict', 'vector', 'objective', 'largest error', 'in'] as const;

/** One vector's cells, under `VECTOR_HEAD`. */
export function vectorCells(vector: VectorResult): string[] {
  const { pass, id, objective, maxRelativeError, worst, flaw } = vector;
  const verdict = pass ? (flaw === undefined ? 'pass' : 'rejected, as it should be') : 'FAIL';
  return [verdict, id, objective, inWords(maxRelativeError), worst.replace(/^expect\./, '')];
}

/** Why a vector failed, line by line. */
export function failureLines(vector: VectorResult): string[] {
  const { file, id, flaw, disagreeing, errors, diagnosis } = vector;
  const head = `${id} (${file})`;
  if (flaw !== undefined) {
    const finite = Number.isFinite(vector.maxRelativeError);
    return [
      head,
      finite
        ? `  accepted although it is wrong on purpose: ${flaw}`
        : '  cannot be judged: what we compute overflows',
    ];
  }
  const suspects = diagnosis?.suspects ?? [];
  return [
    head,
    ...disagreeing.map(name => `  ${name}: relative error ${inWords(errors[name]!)}`),
    ...suspects.map(({ says, error }) => `  consistent with ${says} (leaves ${inWords(error)})`),
    ...(diagnosis?.note === undefined ? [] : [`  ${diagnosis.note}`]),
    ...(suspects.length === 0 && diagnosis?.note === undefined
      ? ['  none of the known mistakes explains it']
      : []),
  ];
}
