/** @file `flatcheck vectors`: check the vectors of another implementation, make ours for others. */
import { join } from 'node:path';
import { makeFolder } from '../../formats/atomic.js';
import { InputError } from '../../formats/input-error.js';
import { nearest } from '../../formats/nearest.js';
import { printable } from '../../formats/printable.js';
import { type Found, Walk } from '../../formats/walk.js';
import type { Style } from '../../report/table.js';
import { checkVector } from '../../vectors/check.js';
import { makeVector } from '../../vectors/make.js';
import { VECTOR_OBJECTIVES, type VectorObjectiveName } from '../../vectors/metadata.js';
import {
  failureLines,
  type NoVector,
  type Tally,
  VECTOR_HEAD,
  type VectorResult,
  VectorsJson,
  vectorLine,
} from '../../vectors/result.js';
import { readVector, writeVector } from '../../vectors/vector.js';
import { integer, noMore, readArgs } from '../args.js';
import { EXIT, type ExitCode, exitCodeOf, UsageError } from '../exit.js';
import { progressOn } from '../progress.js';
import { styleOf } from '../style.js';

export const usage = `usage: flatcheck vectors check PATH... [--json]
       flatcheck vectors make --objective NAME --count N --seed S --out DIR

check  compares vectors (files, or folders with .safetensors files) with our float64 values; a file that
       several paths or links lead to counts once
  --json            print the result as one JSON document and nothing else
make   writes vectors for another implementation; every third is wrong on purpose and says how
  --objective NAME  ${VECTOR_OBJECTIVES.slice(0, 6).join(', ')},
                    ${VECTOR_OBJECTIVES.slice(6).join(', ')}
  --count N         how many
  --seed S          same seed, same vectors
  --out DIR         folder to write to; made when it is not there

The format is described in docs/vectors.md. Exit codes: 0 all pass, 1 a vector failed, 2 a file is no
vector, 4 a file or folder cannot be read; all others are checked all the same.`;

const SUFFIX = '.safetensors';

const isVectorFile = (name: string): boolean => name.toLowerCase().endsWith(SUFFIX);

/** What is said of each vector as it comes, on stdout. */
interface Listener {
  vector(vector: VectorResult): void;
  end(errors: readonly NoVector[], tally: Tally): void;
}

/** A line a vector; at the end why those that failed did. */
function linesOn(style: Style): Listener {
  const failures: string[] = [];
  let headless = true;
  return {
    vector(vector) {
      if (headless) console.log(style.dim(VECTOR_HEAD));
      headless = false;
      console.log(vector.pass ? vectorLine(vector) : style.bad(vectorLine(vector)));
      if (!vector.pass) failures.push('', ...failureLines(vector));
    },
    end(errors, { passed, failed }) {
      if (headless) return;
      for (const line of failures) console.log(line);
      const rest = errors.length > 0 ? `, ${errors.length} files are no vectors or cannot be read` : '';
      console.log(`${passed} vectors passed, ${failed} failed${rest}`);
    },
  };
}

/**
 * The files that the paths stand for, each once; what goes wrong with one path keeps none of the others back.
 */
function* filesOf(paths: readonly string[]): Generator<Found> {
  const walk = new Walk('vectors', isVectorFile);
  for (const path of paths) {
    let empty = true;
    for (const found of walk.from(path)) {
      empty = false;
      yield found;
    }
    if (empty) {
      const error = new InputError(`vectors: ${path} must hold ${SUFFIX} files, got none - check the path`);
      yield { kind: 'failed', path, error };
    }
  }
}

function check(argv: readonly string[]): ExitCode {
  const { values, positionals } = readArgs('vectors check', argv, { json: { type: 'boolean' } });
  if (positionals.length === 0) throw new UsageError('vectors check: give files or folders, got none');
  const progress = progressOn();
  const listener = values.json
    ? new VectorsJson(text => process.stdout.write(text))
    : linesOn(styleOf(process.stdout));
  const errors: NoVector[] = [];
  const again: string[] = [];
  const tally = { passed: 0, failed: 0 };
  let worst: ExitCode = EXIT.fine;
  const refuse = (file: string, error: unknown): void => {
    const found = exitCodeOf(error);
    if (found === null) throw error;
    if (worst !== EXIT.unavailable) worst = found;
    errors.push({ file, error: printable((error as Error).message) });
  };
  for (const found of filesOf(positionals)) {
    const { path } = found;
    progress.show(`vectors: ${path}`);
    if (found.kind === 'again') again.push(`${path} (met as ${found.first})`);
    else if (found.kind === 'failed') refuse(path, found.error);
    else
      try {
        const vector = { file: path, ...checkVector(readVector(path)) };
        tally[vector.pass ? 'passed' : 'failed']++;
        progress.clear();
        listener.vector(vector);
      } catch (error) {
        refuse(path, error);
      }
  }
  progress.clear();
  listener.end(errors, tally);
  if (again.length > 0) console.error(printable(`vectors: counted once: ${someOf(again)}`));
  for (const { error } of errors) console.error(error);
  return tally.failed > 0 ? EXIT.failed : worst;
}

const SHOWN = 3;

const someOf = (list: readonly string[]): string =>
  list.slice(0, SHOWN).join(', ') + (list.length > SHOWN ? ` and ${list.length - SHOWN} more` : '');

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
