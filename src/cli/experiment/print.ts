/** @file The end of an experiment as the terminal shows it. */
import { join } from 'node:path';
import { columns } from '../../report/table.js';
import type { ExperimentResult } from '../../theory/experiment/model.js';
import type { Choice } from './choose.js';

/** Statements with their judgement, then where everything lies. */
export function printExperiment(result: ExperimentResult, { out }: Choice): void {
  const count = (status: string): number => result.runs.filter(run => run.status === status).length;
  console.log(`${result.name}: ${count('complete')} of ${result.runs.length} runs complete`);
  if (result.setting.generated) console.log('GENERATED images: the numbers say nothing about real ones');
  if (result.statements.length > 0) {
    const rows = result.statements.map(({ id, outcome, why }) => [id, outcome, why]);
    console.log(`\n${columns([['statement', 'our runs', 'because'], ...rows]).join('\n')}`);
  }
  console.log(`\nresult: ${join(out, 'result.json')}`);
}
