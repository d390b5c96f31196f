/** @file `flatcheck train CONFIG.json`: one training run, resumable. */
import { basename } from 'node:path';
import { columns } from '../../report/table.js';
import { ENGINE_CHOICES, readConfig } from '../../train/config.js';
import { describe } from '../../train/result.js';
import { noMore, readArgs } from '../args.js';
import { findData } from '../data-folder.js';
import { readEngine, withEngine } from '../engine-flag.js';
import { EXIT, type ExitCode, UsageError } from '../exit.js';
import type { Program } from '../program.js';
import { trainWithProgress } from '../training.js';

export const usage = `usage: flatcheck train CONFIG.json [options]

  --out DIR      the run's folder (default: runs/<name of the configuration>)
  --data DIR     where the data files are, when the configuration does not say
  --engine E     ${ENGINE_CHOICES.join(', ')}:
                 instead of the configuration's; auto is the fastest here, measured, and a run keeps it
  --unverified   train although the claims behind the objective have not passed for this code

A run that was stopped, at any moment, goes on by the same command and ends with the same bits.
Exit code 130 when it was interrupted (with a checkpoint), 4 when verification is missing.`;

export async function run(argv: readonly string[], { registry }: Program): Promise<ExitCode> {
  const { values, positionals } = readArgs('train', argv, {
    out: { type: 'string' },
    data: { type: 'string' },
    engine: { type: 'string' },
    unverified: { type: 'boolean' },
  });
  noMore('train', positionals, 1);
  const file = positionals[0];
  if (file === undefined) throw new UsageError('train: give a configuration file (flatcheck train --help)');
  const read = readConfig(file);
  const config = withEngine(read, readEngine('train', values.engine));
  const folder = values.out ?? `runs/${basename(file, '.json')}`;
  const result = await trainWithProgress(config, {
    folder,
    dataFolder: config.data.kind === 'generated' ? undefined : findData(config.data.kind, values.data),
    registry,
    unverified: values.unverified ?? false,
  });
  const { head, rows } = describe([result]);
  console.log(columns([head, ...rows]).join('\n'));
  if (result.status === 'interrupted') return EXIT.interrupted;
  console.log(`complete: ${folder}/result.json`);
  return EXIT.fine;
}
