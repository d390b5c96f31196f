/**
 * @file Reading back what `flatcheck verify --json-file` and `flatcheck vectors check --json` wrote; counters
 * are counted again.
 */
import type { VerifyResult } from '../../claims/result.js';
import { InputError } from '../../formats/input-error.js';
import { contradiction, twice } from '../../gate/consistent.js';
import type { VectorRow } from '../../gate/figures.js';
import { LIMIT } from '../../vectors/compare.js';
import { readOwnFile } from './own-file.js';
import { type Known, registryDigest, vouchedDigest } from './sources.js';

/**
 * @throws InputError naming the place in the file that is no result of schema 1, or that contradicts another
 */
export function readResult(command: string, path: string, { claims }: Known): VerifyResult {
  const what = "result of 'flatcheck verify --json-file'";
  const result = readOwnFile<VerifyResult>(command, path, 'result', what);
  const flaw = contradiction(result);
  if (flaw !== undefined) throw new InputError(`${command}: ${path} contradicts itself: ${flaw}`);
  const stranger = result.claims.find(claim => !claims.has(claim.id));
  if (stranger !== undefined)
    throw new InputError(`${command}: ${path} has claim ${stranger.id}, which is not in the registry`);
  return result;
}

/** @throws InputError where a result is of other claims, code, packages or another Node than those here */
export function refuseForeign(command: string, path: string, { run }: VerifyResult, known: Known): void {
  const here = { registry: registryDigest(known), digest: vouchedDigest(known) };
  for (const field of ['registry', 'digest'] as const)
    if (run[field] !== here[field])
      throw new InputError(
        `${command}: ${path} is of other ${field === 'registry' ? 'claims' : 'code, packages or Node'}: ${field} ` +
          `${run[field]}, here ${here[field]} - run flatcheck verify again`,
      );
}

interface Vectors {
  readonly vectors: readonly (VectorRow & { readonly flaw?: string })[];
  readonly errors?: readonly { readonly file: string }[];
  readonly passed: number;
  readonly failed: number;
}

/** What a row says that its own numbers do not. */
function flawOfVector({
  valid,
  pass,
  errors,
  disagreeing,
  maxRelativeError,
  flaw,
}: Vectors['vectors'][number]) {
  if (valid !== (flaw === undefined))
    return valid ? 'is valid and has a flaw' : 'is not valid and has no flaw';
  const apart = Object.keys(errors).filter(name => errors[name] === null || !(errors[name]! < LIMIT));
  if (JSON.stringify(apart) !== JSON.stringify(disagreeing))
    return `disagrees in [${disagreeing.join(', ')}] where its errors say [${apart.join(', ')}]`;
  const all = Object.values(errors);
  const largest = all.includes(null) ? null : Math.max(...(all as number[]));
  if (largest !== maxRelativeError)
    return `has the largest error ${maxRelativeError} where its errors say ${largest}`;
  const passes = valid ? apart.length === 0 : apart.length > 0 && largest !== null;
  return pass === passes ? undefined : `says pass: ${pass} where its errors say ${passes}`;
}

/**
 * @throws InputError where the file is no such result, contradicts itself, or has files that were no vectors
 */
export function readVectors(command: string, path: string): readonly VectorRow[] {
  const result = readOwnFile<Vectors>(
    command,
    path,
    'vectors-result',
    "result of 'flatcheck vectors check --json'",
  );
  const refuse = (flaw: string): never => {
    throw new InputError(`${command}: ${path} contradicts itself: ${flaw}`);
  };
  const { vectors, errors = [] } = result;
  const double = twice(vectors.map(vector => vector.id));
  if (double !== undefined) refuse(`vector ${double} is there twice`);
  for (const vector of vectors) {
    const flaw = flawOfVector(vector);
    if (flaw !== undefined) refuse(`vector ${vector.id} ${flaw}`);
  }
  const passed = vectors.filter(vector => vector.pass).length;
  if (result.passed !== passed) refuse(`passed must be ${passed} by what is listed, got ${result.passed}`);
  const failed = vectors.length - passed;
  if (result.failed !== failed) refuse(`failed must be ${failed} by what is listed, got ${result.failed}`);
  if (errors[0] !== undefined)
    throw new InputError(
      `${command}: ${path} has ${errors.length} files that are no vectors: ${errors[0].file}`,
    );
  return vectors;
}
