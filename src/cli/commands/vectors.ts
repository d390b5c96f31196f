/** @file `flatcheck vectors`: check the vectors of another implementation, make ours for others. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../formats/atomic.js';
import { unavailable } from '../../formats/files.js';
import { InputError } from '../../formats/input-error.js';
import { nearest } from '../../formats/nearest.js';
import { printable } from '../../formats/printable.js';
import { columns } from '../../report/table.js';
import { checkVector } from '../../vectors/check.js';
import { makeVector } from '../../vectors/make.js';
import { VECTOR_OBJECTIVES, type VectorObjectiveName } from '../../vectors/metadata.js';
import {
  failureLines,
  type NoVector,
  VECTOR_HEAD,
  type VectorResult,
  type VectorsResult,
  vectorCells,
  vectorsResult,
} from '../../vectors/result.js';
import { readVector, writeVector } from '../../vectors/vector.js';
import { integer, noMore, readArgs } from '../args.js';
import { EXIT, type ExitCode, UsageError } from '../exit.js';
import { progressOn } from '../progress.js';
import { styleOf } from '../style.js';

export const usage = `usage: flatcheck vectors check PATH... [--json]
       flatcheck vectors make --objective NAME --count N --seed S --out DIR

check  compares vectors (files, or folders with .safetensors files) with our float64 values
  --json            print the result as one JSON document and nothing else
make   writes vectors for another implementation; every third is wrong on purpose and says how
  --objective NAME  ${VECTOR_OBJECTIVES.slice(0, 6).join(', ')},
                    ${VECTOR_OBJECTIVES.slice(6).join(', ')}
  --count N         how many
  --seed S          same seed, same vectors
  --out DIR         folder to write to; made when it is not there

The format is described in docs/vectors.md. Exit codes: 0 all pass, 1 a vector failed, 2 a file is no vector.`;

const SUFFIX = '.safetensors';

/** The files that a path stands for; a folder's in the order of their names. */
function filesOf(path: string): string[] {
  try {
    if (!statSync(path).isDirectory()) return [path];
    const files = readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith(SUFFIX))
      .sort();
    if (files.length === 0)
      throw new InputError(`vectors: ${path} must hold ${SUFFIX} files, got none - check the path`);
    return files.map(name => join(path, name));
  } catch (error) {
    throw unavailable('vectors', path, error);
  }
}

function print(result: VectorsResult): void {
  const style = styleOf(process.stdout);
  const [head, ...lines] = columns([VECTOR_HEAD, ...result.vectors.map(vectorCells)]);
  console.log(style.dim(head!));
  for (const [i, line] of lines.entries()) console.log(result.vectors[i]!.pass ? line : style.bad(line));
  for (const vector of result.vectors)
    if (!vector.pass) console.log(['', ...failureLines(vector)].join('\n'));
  const errors = result.errors?.length ?? 0;
  console.log(
    `${result.passed} vectors passed, ${result.failed} failed${errors > 0 ? `, ${errors} files are no vectors` : ''}`,
  );
}

function check(argv: readonly string[]): ExitCode {
  const { values, positionals } = readArgs('vectors check', argv, { json: { type: 'boolean' } });
  if (positionals.length === 0) throw new UsageError('vectors check: give files or folders, got none');
  const progress = progressOn();
  const vectors: VectorResult[] = [];
  const errors: NoVector[] = [];
  for (const file of positionals.flatMap(filesOf)) {
    progress.show(`vectors: ${file}`);
    try {
      vectors.push({ file, ...checkVector(readVector(file)) });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      errors.push({ file, error: printable(error.message) });
    }
  }
  progress.clear();
  const result = vectorsResult(vectors, errors);
  if (values.json) process.stdout.write(`${JSON.stringify(result, null, 1)}\n`);
  else if (vectors.length > 0) print(result);
  for (const { error } of errors) console.error(error);
  if (result.failed > 0) return EXIT.failed;
  return errors.length > 0 ? EXIT.usage : EXIT.fine;
}

function objectiveNamed(name: string): VectorObjectiveName {
  const found = VECTOR_OBJECTIVES.find(known => known === name);
  if (found !== undefined) return found;
  const near = nearest(name, VECTOR_OBJECTIVES);
  throw new UsageError(
    `vectors make: no objective '${name}'${near ? `; did you mean '${near}'?` : ''} (there are ${VECTOR_OBJECTIVES.join(', ')})`,
  );
}

function make(argv: readonly string[]): ExitCode {
  const { values, positionals } = readArgs('vectors make', argv, {
    objective: { type: 'string' },
    count: { type: 'string' },
    seed: { type: 'string' },
    out: { type: 'string' },
  });
  noMore('vectors make', positionals, 0);
  const { objective, count, seed, out } = values;
  if (objective === undefined || count === undefined || seed === undefined || out === undefined)
    throw new UsageError('vectors make: --objective NAME, --count N, --seed S and --out DIR are all needed');
  const name = objectiveNamed(objective);
  const [n, s] = [integer('vectors make', 'count', count, 1), integer('vectors make', 'seed', seed, 0)];
  makeFolder('vectors', out);
  const progress = progressOn();
  let wrong = 0;
  for (let index = 0; index < n; index++) {
    progress.show(`vectors: ${index} of ${n}`);
    const vector = makeVector(name, s, index);
    writeVector(join(out, `${vector.id}${SUFFIX}`), vector);
    if (vector.flaw !== undefined) wrong++;
  }
  progress.clear();
  console.log(`wrote ${n} vectors to ${out}, ${wrong} of them wrong on purpose`);
  return EXIT.fine;
}

export async function run(argv: readonly string[]): Promise<ExitCode> {
  const [verb, ...rest] = argv;
  switch (verb) {
    case 'check':
      return check(rest);
    case 'make':
      return make(rest);
    default:
      throw new UsageError(
        `vectors: the first argument must be 'check' or 'make', got '${verb ?? ''}' (flatcheck vectors check PATH)`,
      );
  }
}
