/** @file The command line: picks the command, turns errors into one line and an exit code. */
import { readFileSync } from 'node:fs';
import { nearest } from '../formats/nearest.js';
import { EXIT, type ExitCode, sayError, UsageError } from './exit.js';

interface Command {
  readonly usage: string;
  run(argv: readonly string[]): Promise<ExitCode>;
}

const COMMANDS: Readonly<Record<string, readonly [string, () => Promise<Command>]>> = {
  verify: ['check the claims of the papers', () => import('./commands/verify.js')],
  train: ['train one configuration', () => import('./commands/train.js')],
  start: [
    'verify the claims, then train VAE, SAMBA and RAE for a minute or two',
    () => import('./commands/start.js'),
  ],
  experiment: ['run the experiments of a paper', () => import('./commands/experiment.js')],
  report: ['the page, figures and tables of experiments', () => import('./commands/report.js')],
  merge: ['put the results of shards together', () => import('./commands/merge.js')],
  gate: ['compare a run with the baseline', () => import('./commands/gate.js')],
  vectors: [
    'check the vectors of other implementations, make ours for them',
    () => import('./commands/vectors.js'),
  ],
  data: ['get a data set', () => import('./commands/data.js')],
  trace: ['the graph of a training step, as a program', () => import('./commands/trace.js')],
  doctor: ['what is here: engines, precision, data', () => import('./commands/doctor.js')],
};

function help(): string {
  const rows = Object.entries(COMMANDS).map(([name, [what]]) => `  ${name.padEnd(10)} ${what}`);
  return ['usage: flatcheck COMMAND [options]', '', ...rows, '', 'flatcheck COMMAND --help tells more.'].join(
    '\n',
  );
}

function version(): string {
  const file = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

async function runCommand(argv: readonly string[]): Promise<ExitCode> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(help());
    return name === undefined ? EXIT.usage : EXIT.fine;
  }
  if (name === '--version' || name === '-v') {
    console.log(version());
    return EXIT.fine;
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (entry === undefined) {
    const near = nearest(name, Object.keys(COMMANDS));
    throw new UsageError(
      `flatcheck: no command '${name}'${near ? `; did you mean '${near}'?` : ''} (flatcheck --help lists them)`,
    );
  }
  const command = await entry[1]();
  if (rest.includes('--help') || rest.includes('-h')) {
    console.log(command.usage);
    return EXIT.fine;
  }
  return await command.run(rest);
}

/** Runs `flatcheck` with these arguments; what goes wrong is said on stderr. */
export async function commandLine(argv: readonly string[]): Promise<ExitCode> {
  try {
    return await runCommand(argv);
  } catch (error) {
    return sayError(error);
  }
}
