/** @file The end of an experiment as the terminal shows it. */
import { join } from 'node:path';
import type { ExperimentResult } from '../../claims/experiment/model.js';
import { armKey, armLabel, armsOf, runLabel } from '../../claims/experiment/summary.js';
import { columns } from '../../report/table.js';
import type { Choice } from './choose.js';

/** Columns of a table that a terminal has room for. */
const MOST = 5;

const number = (x: number): string =>
  x !== 0 && (Math.abs(x) < 1e-3 || Math.abs(x) >= 1e5) ? x.toExponential(2) : x.toPrecision(4);

/** Arms with how many runs each has, and the mean of each quantity with its interval. */
function armTable({ runs, summaries, quantities }: ExperimentResult, main: readonly string[]): string[] {
  const rows = armsOf(runs).map(arm => {
    const planned = runs.filter(run => armKey(run.arm) === armKey(arm));
    const done = planned.filter(run => run.status === 'complete').length;
    const cells = main.map(name => {
      const found = summaries.find(one => one.quantity === name && armKey(one.arm) === armKey(arm));
      if (found === undefined) return '';
      const { mean, low, high } = found;
      return Number.isFinite(low + high) ? `${number(mean)} [${number(low)}, ${number(high)}]` : number(mean);
    });
    return [armLabel(arm), `${done}/${planned.length}`, ...cells];
  });
  return columns([['arm', 'seeds', ...main.map(name => quantities[name]?.label ?? name)], ...rows]);
}

const indented = (text: string, by: string): string[] => text.split('\n').map(line => `${by}${line}`);

/**
 * How far it is, the arms, the statements with their judgement; while runs are missing, only the statements
 * that are settled.
 */
export function experimentLines(result: ExperimentResult, main: readonly string[]): string[] {
  const { runs, statements, setting } = result;
  const done = runs.filter(run => run.status === 'complete').length;
  const damaged = runs.filter(run => run.status === 'damaged');
  const told =
    done < runs.length ? statements.filter(({ outcome }) => outcome !== 'cannot-tell') : statements;
  const open = statements.length - told.length;
  const spread = runs.length > armsOf(runs).length;
  return [
    `${result.name}, scale ${setting.scale}, convention ${setting.convention}: ${done} of ${runs.length} runs complete`,
    `trained on ${setting.data}`,
    ...damaged.map(run => `DAMAGED and left out: ${runLabel(run)}: ${run.damage}`),
    ...(setting.generated ? ['GENERATED images: the numbers say nothing about real ones'] : []),
    ...(done === 0 ? [] : ['', ...armTable(result, main)]),
    ...(done > 0 && spread ? ['means with 95 % intervals over seeds'] : []),
    ...told.flatMap(({ id, says, outcome, why, published }) => [
      '',
      `${outcome.toUpperCase()} ${id}: ${says}`,
      ...indented(why, '  '),
      ...(published === undefined
        ? []
        : [
            `  the authors' own runs: ${published.outcome.toUpperCase()} (${published.source})`,
            ...indented(published.why, '    '),
          ]),
    ]),
    ...(open > 0
      ? ['', `${open} of ${statements.length} statements cannot be told before all runs are complete`]
      : []),
  ];
}

/** Prints those lines, then where everything lies. */
export function printExperiment(result: ExperimentResult, { out, experiment }: Choice, page: string): void {
  const main = experiment.main ?? Object.keys(experiment.quantities).slice(0, MOST);
  for (const line of experimentLines(result, main)) console.log(line);
  console.log(`\nresult: ${join(out, 'result.json')}`);
  console.log(`report: ${page}`);
}
