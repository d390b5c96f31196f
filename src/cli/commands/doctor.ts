/** @file `flatcheck doctor`: what is there, and what to do about what is not. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import { type EngineStatus, listEngines } from '../../engine/engines.js';
import { DATASET_NAMES } from '../../formats/datasets.js';
import { columns } from '../../report/table.js';
import { noMore, readArgs } from '../args.js';
import { dataFolder, findData, folderVariable } from '../data-folder.js';
import { EXIT, type ExitCode } from '../exit.js';
import { versionsHere } from '../verify/verify.js';

export const usage = `usage: flatcheck doctor [--json]

Engines with versions, threads, and the precision and speed measured here on reference graphs (all at a time: train
--engine auto measures one after another); data; what to do about what is missing. Exit code 4 when an engine that everything needs (float64, onnx-cpu) is not there.`;

const NEEDED: readonly string[] = ['float64', 'onnx-cpu'];

function row(engine: EngineStatus): string[] {
  if (!engine.available) return [engine.name, 'no', '', '', '', '', `${engine.why}: ${engine.todo}`];
  const { version, threads, precision, milliseconds, note = '' } = engine;
  const speed = milliseconds?.toPrecision(3) ?? '';
  return [engine.name, 'yes', version, String(threads), precision.toExponential(1), speed, note];
}

export async function run(argv: readonly string[]): Promise<ExitCode> {
  const { values, positionals } = readArgs('doctor', argv, { json: { type: 'boolean' } });
  noMore('doctor', positionals, 0);
  const engines = await listEngines();
  const found = DATASET_NAMES.map(name => [name, findData(name, undefined) ?? null] as const);
  const data = { folder: dataFolder(), ...Object.fromEntries(found) };
  const machine = {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    processor: cpus()[0]?.model ?? 'unknown',
    threads: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
  const versions = versionsHere();
  if (values.json) console.log(JSON.stringify({ schema: 1, machine, versions, engines, data }, null, 1));
  else {
    console.log(
      Object.entries(versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    );
    console.log(
      `${machine.platform}, ${machine.processor}, ${machine.threads} threads, ${machine.memoryGiB} GiB\n`,
    );
    const head = ['engine', 'here', 'version', 'threads', 'relative error', 'ms a step', 'what to do'];
    console.log(columns([head, ...engines.map(row)]).join('\n'));
    const places = found.map(([name, place]) => [
      name,
      place ?? `not here: 'flatcheck data get ${name}', or set ${folderVariable(name)}`,
    ]);
    console.log(`\n${columns([['data', 'folder'], ...places]).join('\n')}`);
  }
  const missing = engines.some(engine => NEEDED.includes(engine.name) && !engine.available);
  return missing ? EXIT.unavailable : EXIT.fine;
}
