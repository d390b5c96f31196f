/** @file The result of checking vectors: what `flatcheck vectors check --json` prints. */
import type { VectorCheck } from './check.js';
import { VECTOR_OBJECTIVES } from './metadata.js';

/** A check with the file it came from. */
export interface VectorResult extends VectorCheck {
  readonly file: string;
}

/** A file that is not a vector, or that could not be read. */
export interface NoVector {
  readonly file: string;
  readonly error: string;
}

/** How many of each there are. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** All that is said of a set of vectors. */
export interface VectorsResult extends Tally {
  readonly schema: 1;
  readonly vectors: readonly VectorResult[];
  /** Files that are no vectors; absent when there are none. */
  readonly errors?: readonly NoVector[];
}

/**
 * A `VectorsResult` as JSON text, piece by piece: however many vectors there are, one at a time is in memory,
 * and each is on its way before the next is looked at.
 */
export class VectorsJson {
  private empty = true;

  constructor(private readonly write: (text: string) => void) {
    write('{\n "schema": 1,\n "vectors": [');
  }

  vector(vector: VectorResult): void {
    const text = JSON.stringify(vector, null, 1).replaceAll('\n', '\n  ');
    this.write(`${this.empty ? '' : ','}\n  ${text}`);
    this.empty = false;
  }

  end(errors: readonly NoVector[], { passed, failed }: Tally): void {
    const rest: Omit<VectorsResult, 'schema' | 'vectors'> = {
      ...(errors.length > 0 && { errors }),
      passed,
      failed,
    };
    this.write(`${this.empty ? '' : '\n '}],${JSON.stringify(rest, null, 1).slice(1)}\n`);
  }
}

const inWords = (error: number): string => (Number.isFinite(error) ? error.toExponential(1) : 'not finite');

const AS_IT_SHOULD_BE = 'rejected, as it should be';

/** Cells padded to widths that are known before the first vector is. */
const row = (
  ...cells: readonly [verdict: string, id: string, objective: string, error: string, tensor: string]
) =>
  cells
    .map((cell, column) => cell.padEnd(WIDTHS[column]!))
    .join('  ')
    .trimEnd();

const WIDTHS = [
  AS_IT_SHOULD_BE.length,
  32,
  Math.max(...VECTOR_OBJECTIVES.map(name => name.length)),
  'largest error'.length,
  0,
];

export const VECTOR_HEAD = row('verdict', 'vector', 'objective', 'largest error', 'in');

/** One vector's line, under `VECTOR_HEAD`. */
export function vectorLine(vector: VectorResult): string {
  const { pass, id, objective, maxRelativeError, worst, flaw } = vector;
  const verdict = pass ? (flaw === undefined ? 'pass' : AS_IT_SHOULD_BE) : 'FAIL';
  return row(verdict, id, objective, inWords(maxRelativeError), worst.replace(/^expect\./, ''));
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
    ...(diagnosis?.untried === undefined
      ? []
      : [`  ${diagnosis.untried} known mistakes were not tried: a smaller vector takes less time`]),
  ];
}
