/** @file The command line: picks the command, turns errors into one line and an exit code. */
import { nearest } from '../formats/nearest.js';
import { EXIT, type ExitCode, sayError, UsageError } from './exit.js';
import { type Entry, type Program, VERSION } from './program.js';
import { protectStreams } from './protect.js';
import { loadRegistry, type Registry } from './registry.js';

interface Command {
  readonly usage: string | ((registry: Registry) => string);
  run(argv: readonly string[], program: Program): Promise<ExitCode>;
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

async function runCommand(argv: readonly string[], { file, registries }: Entry): Promise<ExitCode> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    console.log(help());
    return name === undefined ? EXIT.usage : EXIT.fine;
  }
  if (name === '--version' || name === '-v') {
    console.log(VERSION);
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
  const registry = await loadRegistry(registries);
  if (rest.includes('--help') || rest.includes('-h')) {
    console.log(typeof command.usage === 'string' ? command.usage : command.usage(registry));
    return EXIT.fine;
  }
  return await command.run(rest, { file, registry });
}

/** Runs `flatcheck` with these arguments; what goes wrong is said on stderr. */
export async function commandLine(argv: readonly string[], from: Entry): Promise<ExitCode> {
  const release = protectStreams();
  try {
    return await runCommand(argv, from);
  } catch (error) {
    return sayError(error);
  } finally {
    release();
  }
}
