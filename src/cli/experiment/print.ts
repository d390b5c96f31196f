/** @file The end of an experiment as the terminal shows it. */
import { join } from 'node:path';
import { columns } from '../../report/table.js';
import type { ExperimentResult } from '../../theory/experiment/model.js';
import { armKey, armLabel, armsOf } from '../../theory/experiment/summary.js';
import type { Choice } from './choose.js';

/** Columns of a table that a terminal has room for. */
const MOST = 5;

const number = (x: number): string =>
  x !== 0 && (Math.abs(x) < 1e-3 || Math.abs(x) >= 1e5) ? x.toExponential(2) : x.toPrecision(4);

/** Arms with how many runs each has, and the mean of each quantity with its interval. */
function armTable({ runs, summaries, quantities }: ExperimentResult, main: readonly string[]): string[] {
  const rows = armsOf(runs).map(arm => {
    const of = runs.filter(run => armKey(run.arm) === armKey(arm));
    const done = of.filter(run => run.status === 'complete').length;
    const cells = main.map(name => {
      const found = summaries.find(one => one.quantity === name && armKey(one.arm) === armKey(arm));
      if (found === undefined) return '';
      const { mean, low, high } = found;
      return Number.isFinite(low + high) ? `${number(mean)} [${number(low)}, ${number(high)}]` : number(mean);
    });
    return [armLabel(arm), `${done}/${of.length}`, ...cells];
  });
  return columns([['arm', 'seeds', ...main.map(name => quantities[name]?.label ?? name)], ...rows]);
}

/** The arms, the statements with their judgement, then where everything lies. */
export function printExperiment(result: ExperimentResult, { out, experiment }: Choice, page: string): void {
  const { runs, statements, setting } = result;
  const done = runs.filter(run => run.status === 'complete').length;
  console.log(
    `${result.name}, scale ${setting.scale}, convention ${setting.convention}: ${done} of ${runs.length} runs complete`,
  );
  console.log(`trained on ${setting.data}`);
  if (setting.generated) console.log('GENERATED images: the numbers say nothing about real ones');
  const main = experiment.main ?? Object.keys(experiment.quantities).slice(0, MOST);
  console.log(`\n${armTable(result, main).join('\n')}`);
  if (runs.length > done || runs.length > armsOf(runs).length)
    console.log('means with 95 % intervals over seeds');
  for (const { id, says, outcome, why } of statements)
    console.log(`\n${outcome.toUpperCase()} ${id}: ${says}\n  ${why}`);
  console.log(`\nresult: ${join(out, 'result.json')}`);
  console.log(`report: ${page}`);
}
