/** @file `flatcheck gate`: a run against the baseline; exit 1 where something regressed or is missing. */

import { existsSync } from 'node:fs';
import { writeAtomic } from '../../formats/atomic.js';
import { readText } from '../../formats/files.js';
import { InputError } from '../../formats/input-error.js';
import { isObject, parseJson } from '../../formats/json.js';
import { type Baseline, readBaseline, updated } from '../../gate/baseline.js';
import { compare, type Row, stops } from '../../gate/compare.js';
import { benchFigures, type Figures, figuresOf, vectorFigures } from '../../gate/figures.js';
import { columns } from '../../report/table.js';
import { noMore, readArgs } from '../args.js';
import { EXIT, type ExitCode, UsageError } from '../exit.js';
import { readResult } from '../verify/read-result.js';

export const usage = `usage: flatcheck gate --baseline FILE --current FILE [--update --reason TEXT]

  --baseline F   the figures to hold (golden/baseline.json)
  --current F    a report of 'flatcheck verify --json-file F'
  --vectors F    also what 'flatcheck vectors check PATH --json' printed
  --bench F      also ratios that 'npm run bench -- NAME --json-file F' measured
  --update       write a new baseline from the current report
  --reason TEXT  why; kept in the baseline's history

Exit code 1 where an order, a constant, a kill count or a case count regressed, or where a claim is missing.`;

const MOST_BYTES = 1 << 28;

function openBaseline(path: string): Baseline {
  const baseline = readBaseline(parseJson(readText('gate', path, MOST_BYTES), path));
  if (typeof baseline === 'string')
    throw new InputError(`gate: ${path} is no baseline: ${baseline} - make one with --update`);
  return baseline;
}

interface VectorRow {
  readonly id: string;
  readonly pass: boolean;
  readonly maxRelativeError?: number;
}

interface Ratio {
  readonly name: string;
  readonly value: number;
  readonly spread: number;
}

const isVector = (entry: unknown): entry is VectorRow =>
  isObject(entry) &&
  typeof entry.id === 'string' &&
  typeof entry.pass === 'boolean' &&
  (entry.maxRelativeError === undefined ||
    entry.maxRelativeError === null ||
    typeof entry.maxRelativeError === 'number');

const isRatio = (entry: unknown): entry is Ratio =>
  isObject(entry) &&
  typeof entry.name === 'string' &&
  Number.isFinite(entry.value) &&
  Number.isFinite(entry.spread);

/** The list under one key of a JSON file, all of whose entries are what they should be. */
function readList<Entry>(
  path: string,
  key: string,
  is: (entry: unknown) => entry is Entry,
): readonly Entry[] {
  const value = parseJson(readText('gate', path, MOST_BYTES), path);
  const list = isObject(value) ? value[key] : undefined;
  if (!Array.isArray(list) || !list.every(is))
    throw new InputError(
      `gate: ${path} must be JSON with a list "${key}" of the kind that flatcheck writes, got something else`,
    );
  return list;
}

function print(rows: readonly Row[]): void {
  const count = (change: Row['change']): number => rows.filter(row => row.change === change).length;
  const telling = rows.filter(row => row.change !== 'unchanged');
  if (telling.length > 0)
    console.log(columns(telling.map(({ change, name, why }) => [change, name, why])).join('\n'));
  const kinds = ['unchanged', 'improved', 'new', 'regressed', 'missing'] as const;
  console.log(kinds.map(kind => `${count(kind)} ${kind}`).join(', '));
}

export async function run(argv: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs('gate', argv, {
    baseline: { type: 'string' },
    current: { type: 'string' },
    vectors: { type: 'string' },
    bench: { type: 'string' },
    update: { type: 'boolean' },
    reason: { type: 'string' },
  });
  noMore('gate', positionals, 0);
  const { baseline: path, current, reason } = values;
  if (path === undefined || current === undefined)
    throw new UsageError('gate: --baseline FILE and --current FILE are both needed');
  if (values.update !== (reason === undefined ? undefined : true) || reason?.trim() === '')
    throw new UsageError('gate: --update and --reason TEXT go together: say why the baseline changes');
  const result = readResult('gate', current);
  const figures: Figures = {
    ...figuresOf(result),
    ...(values.vectors !== undefined && vectorFigures(readList(values.vectors, 'vectors', isVector))),
    ...(values.bench !== undefined && benchFigures(readList(values.bench, 'ratios', isRatio))),
  };
  const previous = values.update && !existsSync(path) ? null : openBaseline(path);
  const rows = compare(previous?.figures ?? {}, figures);
  print(rows);
  if (!values.update) return rows.some(stops) ? EXIT.failed : EXIT.fine;
  if (result.failed + result.inconclusive > 0)
    throw new UsageError(
      `gate: a baseline is made from a run where all claims pass; ${current} has ${result.failed} failed and ${result.inconclusive} inconclusive`,
    );
  writeAtomic('gate', path, `${JSON.stringify(updated(previous, figures, reason!), null, 1)}\n`);
  console.log(`wrote ${path}: ${Object.keys(figures).length} figures`);
  return EXIT.fine;
}
