/**
 * @file `flatcheck gate`: a run against the baseline; exit 1 where something regressed, is missing or is not
 * held.
 */
import { existsSync } from 'node:fs';
import type { VerifyResult } from '../../claims/result.js';
import { writeAtomic } from '../../formats/atomic.js';
import { readText } from '../../formats/files.js';
import { InputError } from '../../formats/input-error.js';
import { isObject, parseJson } from '../../formats/json.js';
import { type Baseline, baselineText, otherRun, updated } from '../../gate/baseline.js';
import { compare, type Row, stops } from '../../gate/compare.js';
import { twice } from '../../gate/consistent.js';
import { benchFigures, type Figures, figuresOf, type Ratio, vectorFigures } from '../../gate/figures.js';
import { columns } from '../../report/table.js';
import { noMore, readArgs } from '../args.js';
import { EXIT, type ExitCode, UsageError } from '../exit.js';
import type { Program } from '../program.js';
import { readOwnFile } from '../verify/own-file.js';
import { readResult, readVectors, refuseForeign } from '../verify/read-result.js';

export const usage = `usage: flatcheck gate --baseline FILE --current FILE [--update --reason TEXT]

  --baseline F   the figures to hold (golden/baseline.json)
  --current F    a report of 'flatcheck verify --json-file F'
  --vectors F    also what 'flatcheck vectors check PATH --json' printed
  --bench F      also ratios that 'npm run bench -- NAME --json-file F' measured
  --update       write a new baseline from the current report
  --reason TEXT  why; kept in the baseline's history

Exit code 1 where an order, a constant or an interval regressed, where a check demands less (tolerance, cases, ladder), where
a check or a mutant is gone or is not in the baseline yet; 2 where a file contradicts itself or is of other code.`;

/** The vectors' figures of a baseline. */
const OF_VECTORS = /^vector /;

const openBaseline = (path: string): Baseline =>
  readOwnFile('gate', path, 'baseline', "baseline of 'flatcheck gate --update'");

/** The baseline that is to be replaced, which may be of an older form. */
function openPrevious(path: string): Pick<Baseline, 'history' | 'figures'> {
  const { history, figures } = (parseJson(readText('gate', path, 1 << 28), path) ?? {}) as Partial<Baseline>;
  if (!Array.isArray(history) || !history.every(reason => typeof reason === 'string') || !isObject(figures))
    throw new InputError(
      `gate: ${path} is no baseline: it must have history and figures - move it away to begin anew`,
    );
  return { history, figures };
}

/** Whether a baseline has figures of this kind. */
const holds = ({ figures }: Pick<Baseline, 'figures'>, prefix: string): boolean =>
  Object.keys(figures).some(name => name.startsWith(prefix));

function print(rows: readonly Row[]): void {
  const count = (change: Row['change']): number => rows.filter(row => row.change === change).length;
  const telling = rows.filter(row => row.change !== 'unchanged');
  if (telling.length > 0)
    console.log(columns(telling.map(({ change, name, why }) => [change, name, why])).join('\n'));
  const kinds = ['unchanged', 'improved', 'new', 'regressed', 'missing'] as const;
  console.log(kinds.map(kind => `${count(kind)} ${kind}`).join(', '));
}

export async function run(argv: readonly string[], { registry }: Program): Promise<ExitCode> {
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
  const result = readResult('gate', current, registry);
  refuseForeign('gate', current, result, registry);
  if (result.run.shard !== undefined)
    throw new InputError(`gate: ${current} is one shard of a run - put all together first (flatcheck merge)`);
  if (result.run.runs !== undefined || result.run.effort !== undefined || result.run.replayed)
    throw new InputError(
      `gate: ${current} is of a run with --runs, --deep or --replay, got other cases than the claims' own - run flatcheck verify`,
    );
  const figures: Figures = {
    ...figuresOf(result),
    ...(values.vectors !== undefined && vectorFigures(readVectors('gate', values.vectors))),
    ...(values.bench !== undefined && benchFigures(readRatios(values.bench))),
  };
  if (values.update) return update(path, result, figures, reason!, [...registry.claims.keys()]);
  const baseline = openBaseline(path);
  const other = otherRun(baseline, result.run);
  if (other !== undefined) throw new InputError(`gate: ${current} is of another run: ${other}`);
  const rows = compare(baseline.figures, figures);
  print(rows);
  const bad = result.failed + result.inconclusive;
  if (bad > 0) console.log(`${result.failed} claims failed, ${result.inconclusive} inconclusive`);
  if (bad === 0 && !rows.some(stops)) return EXIT.fine;
  if (rows.some(stops))
    console.error('gate: shut; where the change is meant: flatcheck gate ... --update --reason TEXT');
  return EXIT.failed;
}

function readRatios(path: string): readonly Ratio[] {
  const { ratios } = readOwnFile<{ ratios: readonly Ratio[] }>(
    'gate',
    path,
    'ratios',
    'list of ratios of npm run bench',
  );
  const double = twice(ratios.map(ratio => ratio.name));
  if (double !== undefined) throw new InputError(`gate: ${path} has ratio '${double}' twice`);
  return ratios;
}

function update(
  path: string,
  result: VerifyResult,
  figures: Figures,
  reason: string,
  ids: readonly string[],
): ExitCode {
  const bad = result.failed + result.inconclusive;
  if (bad > 0)
    throw new UsageError(
      `gate: a baseline is made from a run where all claims pass, got ${result.failed} failed and ${result.inconclusive} inconclusive`,
    );
  const wrong = Object.entries(figures).find(
    ([name, of]) => OF_VECTORS.test(name) && of.kind === 'outcome' && of.value === 'fail',
  );
  if (wrong !== undefined)
    throw new UsageError(`gate: a baseline is made from vectors that all pass, got a failure of ${wrong[0]}`);
  const previous = existsSync(path) ? openPrevious(path) : null;
  if (previous !== null) {
    const lost = ids.find(id => holds(previous, `${id} /`) && !result.claims.some(claim => claim.id === id));
    if (lost !== undefined)
      throw new UsageError(
        `gate: the baseline holds ${lost}, of which this run has nothing - run flatcheck verify`,
      );
    for (const [kind, flag] of [
      ['vector', 'vectors'],
      ['bench', 'bench'],
    ] as const)
      if (holds(previous, `${kind} `) && !Object.keys(figures).some(name => name.startsWith(`${kind} `)))
        throw new UsageError(
          `gate: the baseline holds figures of --${flag}, which would be lost - give --${flag} FILE`,
        );
    print(compare(previous.figures, figures));
  }
  writeAtomic('gate', path, baselineText(updated(previous, result.run, figures, reason)));
  console.log(`wrote ${path}: ${Object.keys(figures).length} figures`);
  return EXIT.fine;
}
