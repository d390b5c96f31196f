/** @file `flatcheck report RUNS...`: the page, figures and tables of experiments, from their folders. */
import { basename, join, resolve } from 'node:path';
import { checkFolderToWrite } from '../../formats/atomic.js';
import { readArgs } from '../args.js';
import { combined, EXIT, type ExitCode, sayError, UsageError } from '../exit.js';
import { recollect } from '../experiment/recollect.js';
import { writeReport } from '../experiment/write-report.js';
import type { Program } from '../program.js';

export const usage = `usage: flatcheck report RUNS... [options]

  RUNS         output folders of 'flatcheck experiment', also of one that is still running
  --out DIR    where the report goes (default: RUNS/report); with several RUNS, a folder in it for each
  --json       print the results as one JSON document and nothing else

Reads the runs again, renews RUNS/result.json, and writes index.html, every figure as SVG and PNG, runs.csv,
metrics.csv and tensorboard/ (tensorboard --logdir RUNS/report/tensorboard). A run whose files are not as they were
written is listed as damaged and left out; the exit code is then 1.`;

export async function run(argv: readonly string[], { registry }: Program): Promise<ExitCode> {
  const { values, positionals } = readArgs('report', argv, {
    out: { type: 'string' },
    json: { type: 'boolean' },
  });
  if (positionals.length === 0)
    throw new UsageError('report: give the folder of an experiment, got none (flatcheck report --help)');
  const names = positionals.map(out => basename(resolve(out)));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (values.out !== undefined && twice !== undefined)
    throw new UsageError(
      `report: with --out the folders must have different names, got '${twice}' twice - report them one by one`,
    );
  if (values.out !== undefined) checkFolderToWrite('report --out', values.out);
  const results = [];
  const codes: ExitCode[] = [];
  for (const [i, out] of positionals.entries()) {
    const result = await recollect(
      out,
      registry,
      message => console.error(message),
      error => codes.push(sayError(error)),
    );
    const folder =
      values.out === undefined
        ? join(out, 'report')
        : positionals.length === 1
          ? values.out
          : join(values.out, names[i]!);
    const { page, code } = await writeReport(result, out, folder);
    codes.push(code);
    const done = result.runs.filter(({ status }) => status === 'complete').length;
    const damaged = result.runs.filter(({ status }) => status === 'damaged').length;
    const left = damaged === 0 ? '' : `, ${damaged} damaged and left out`;
    if (!values.json) console.log(`${result.name}: ${done} of ${result.runs.length} runs${left}, ${page}`);
    results.push(result);
  }
  if (values.json) console.log(JSON.stringify(results.length === 1 ? results[0] : results, null, 1));
  if (results.some(({ runs }) => runs.some(({ status }) => status === 'damaged'))) codes.push(EXIT.failed);
  return combined(EXIT.fine, ...codes);
}
