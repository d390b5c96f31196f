/** @file `flatcheck report RUNS`: figures, tables and one page of an experiment's runs. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readText } from '../../formats/files.js';
import { InputError, UnavailableError } from '../../formats/input-error.js';
import { isObject, parseJson, show } from '../../formats/json.js';
import type { ExperimentResult, Summary } from '../../theory/experiment/model.js';
import { noMore, readArgs } from '../args.js';
import { EXIT, type ExitCode, UsageError } from '../exit.js';
import { writeReport } from '../experiment/report-files.js';

export const usage = `usage: flatcheck report RUNS... [options]

  RUNS       the folder of an experiment, as 'flatcheck experiment' leaves it; or several
  --out DIR  where the report goes (default: RUNS/report; of several, DIR/<name of the folder>)
  --json     print the results as one JSON document and nothing else

Writes index.html (one page, needs no network), every figure as SVG and PNG, runs.csv, metrics.csv, and tensorboard/.`;

/** JSON has no NaN: what is not a number comes back as null. */
const number = (value: unknown): number => (typeof value === 'number' ? value : Number.NaN);

const withNaN = (summary: Summary): Summary => ({
  ...summary,
  mean: number(summary.mean),
  deviation: number(summary.deviation),
  iqm: number(summary.iqm),
  low: number(summary.low),
  high: number(summary.high),
});

const LISTS = ['runs', 'summaries', 'comparisons', 'figures', 'statements'] as const;

function readResult(folder: string): ExperimentResult {
  const path = join(folder, 'result.json');
  if (!existsSync(path))
    throw new UnavailableError(
      `report: ${folder} holds no result.json - give the folder of an experiment (flatcheck experiment NAME --out DIR)`,
    );
  const value = parseJson(readText('report', path, 1 << 28), `report: ${path}`);
  const missing = LISTS.find(name => !isObject(value) || !Array.isArray(value[name]));
  if (!isObject(value) || value.schema !== 1 || missing !== undefined || !isObject(value.setting))
    throw new InputError(
      `report: ${path} must be the result of an experiment, got ${missing === undefined ? show(value) : `no ${missing}`} - give the folder of an experiment`,
    );
  const result = value as unknown as ExperimentResult;
  return {
    ...result,
    summaries: result.summaries.map(withNaN),
    comparisons: result.comparisons.map(one => ({
      ...one,
      ours: withNaN(one.ours),
      published: withNaN(one.published),
    })),
  };
}

export async function run(argv: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs('report', argv, {
    out: { type: 'string' },
    json: { type: 'boolean' },
  });
  if (positionals.length === 0)
    throw new UsageError('report: give the folder of an experiment, got none (flatcheck report --help)');
  noMore('report', positionals, 100);
  const results = positionals.map(folder => [folder, readResult(folder)] as const);
  for (const [folder, result] of results) {
    const out =
      values.out === undefined || results.length === 1 ? values.out : join(values.out, basename(folder));
    const page = writeReport(result, folder, out);
    if (!values.json) console.log(`${result.name}: ${page}`);
  }
  if (values.json)
    console.log(JSON.stringify(results.length === 1 ? results[0]![1] : results.map(([, result]) => result)));
  return EXIT.fine;
}
