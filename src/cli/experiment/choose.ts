/** @file From the flags of `flatcheck experiment` to an experiment with its setting. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { sizeOf } from '../../engine/graph/graph.js';
import { InputError, UnavailableError } from '../../formats/input-error.js';
import { nearest } from '../../formats/nearest.js';
import type { DataConfig } from '../../train/config.js';
import { openImages } from '../../train/data.js';
import {
  CONVENTIONS,
  type Experiment,
  SCALES,
  type Scale,
  type Setting,
} from '../../train/experiment/experiment.js';
import { begunWith, type Shared } from '../../train/experiment/folder.js';
import { type PlannedRun, planOf } from '../../train/experiment/plan.js';
import type { ExperimentEntry } from '../../train/experiment/registry.js';
import { MOST_SEEDS, MOST_THREADS } from '../../train/fields.js';
import { integer, noMore, readArgs } from '../args.js';
import { findData, folderVariable } from '../data-folder.js';
import { UsageError } from '../exit.js';
import type { Registry } from '../registry.js';
import { engineFor } from './engine.js';

const OPTIONS = {
  scale: { type: 'string' },
  convention: { type: 'string' },
  seeds: { type: 'string' },
  data: { type: 'string' },
  engine: { type: 'string' },
  out: { type: 'string' },
  launcher: { type: 'string' },
  sbatch: { type: 'string', multiple: true },
  jobs: { type: 'string' },
  threads: { type: 'string' },
  only: { type: 'string' },
  'dry-run': { type: 'boolean' },
  unverified: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

const LAUNCHERS = ['local', 'slurm'] as const;
type Launcher = (typeof LAUNCHERS)[number];

type Values = ReturnType<typeof readArgs<typeof OPTIONS>>['values'];

/** What was asked for, checked. */
export interface Choice {
  readonly registry: Registry;
  readonly experiment: Experiment;
  /** URL of the module that defines the experiment. */
  readonly module: string;
  readonly shared: Shared;
  readonly plan: readonly PlannedRun[];
  readonly out: string;
  readonly dataFolder: string | undefined;
  /** What is trained on, in words. */
  readonly data: string;
  readonly imageBytes: number;
  readonly unverified: boolean;
  readonly launcher: Launcher;
  readonly flags: Values;
  /** The arguments that do one run of it, without `--only ID`. */
  readonly childArgs: readonly string[];
}

/** One of a list, or a `UsageError` naming the flag. */
function choice<T extends string>(
  flag: string,
  text: string | undefined,
  choices: readonly T[],
  fallback: T,
): T {
  if (text === undefined) return fallback;
  const found = choices.find(name => name === text);
  if (found !== undefined) return found;
  const near = nearest(text, choices);
  throw new UsageError(
    `experiment: --${flag} must be one of ${choices.join(', ')}, got '${text}'${near ? ` - did you mean '${near}'?` : ''}`,
  );
}

/** As in a configuration. */
function threadsOf(text: string): number {
  const threads = integer('experiment', 'threads', text, 1);
  if (threads > MOST_THREADS)
    throw new UsageError(`experiment: --threads must be at most ${MOST_THREADS}, got '${text}'`);
  return threads;
}

/** `1,2,3` */
function readSeeds(text: string): number[] {
  const parts = text.split(',');
  if (parts.length > MOST_SEEDS)
    throw new UsageError(
      `experiment: --seeds must be at most ${MOST_SEEDS}, got ${parts.length} - each is a run of every arm`,
    );
  const seeds = parts.map(part => integer('experiment', 'seeds', part, 0));
  if (new Set(seeds).size < seeds.length)
    throw new UsageError(
      `experiment: --seeds must be different, got '${text.length > 80 ? `${text.slice(0, 77)}...` : text}'`,
    );
  return seeds;
}

function namedExperiment(name: string | undefined, { experiments }: Registry): ExperimentEntry {
  const entry = name === undefined ? undefined : experiments.get(name);
  if (entry !== undefined) return entry;
  const names = [...experiments.keys()];
  const near = name === undefined ? undefined : nearest(name, names);
  throw new UsageError(
    `experiment: ${name === undefined ? 'give a name' : `no experiment '${name}'`}${near ? `; did you mean '${near}'?` : ''} ` +
      `(there are ${names.join(', ')})`,
  );
}

const GENERATED = { kind: 'generated', count: 2000, size: 32 } as const;

interface Data {
  readonly config: DataConfig | undefined;
  readonly folder: string | undefined;
  readonly digest: string | undefined;
  readonly says: string;
  readonly bytes: number;
}

/** The images of an experiment; made-up ones at small scales where the real ones are not here. */
function dataFor(
  { name, data, dataOptional }: Experiment,
  scale: Scale,
  named: string | undefined,
  dryRun: boolean,
): Data {
  const none: Data = {
    config: undefined,
    folder: undefined,
    digest: undefined,
    bytes: 0,
    says: 'data that the experiment makes',
  };
  if (data === 'none') {
    if (named === undefined) return none;
    throw new UsageError(`experiment: ${name} makes its own data, got --data '${named}'`);
  }
  const folder = findData(data, named);
  const wanted = !dataOptional || (dryRun && scale === 'paper');
  if (folder === undefined && !wanted) return none;
  if (folder === undefined && dryRun)
    return {
      ...none,
      config: { kind: data },
      says: `${data}, which is not here; planned for the whole of it`,
    };
  if (folder === undefined && (data === 'mnist' || scale === 'paper'))
    throw new UnavailableError(
      `experiment: ${name} at scale ${scale} must have ${data}, got none - run: flatcheck data get ${data}, ` +
        `or name a folder with --data or ${folderVariable(data)}`,
    );
  const config: DataConfig = folder === undefined ? GENERATED : { kind: data };
  const images = openImages(config, 0, folder);
  return {
    config,
    folder,
    digest: images.digest,
    says: images.name,
    bytes: images.count * sizeOf(images.shape),
  };
}

/** Reads the command line; every mistake is said here, before anything runs. */
export async function choose(argv: readonly string[], registry: Registry): Promise<Choice> {
  const { values, positionals } = readArgs('experiment', argv, OPTIONS);
  noMore('experiment', positionals, 1);
  const { module, load } = namedExperiment(positionals[0], registry);
  const experiment = await load();
  const { name } = experiment;
  const scale = choice('scale', values.scale, SCALES, 'smoke');
  const convention = choice('convention', values.convention, CONVENTIONS, experiment.conventions[0]!);
  if (!experiment.conventions.includes(convention))
    throw new UsageError(
      `experiment: --convention of ${name} must be one of ${experiment.conventions.join(', ')}, got '${convention}'`,
    );
  const seeds = values.seeds === undefined ? experiment.seeds(scale, convention) : readSeeds(values.seeds);
  const launcher = launcherFor(values);
  const out = values.out ?? defaultFolder(experiment, scale, convention);
  const data = dataFor(experiment, scale, values.data, values['dry-run'] ?? false);
  const before = begunWith(out);
  const here = launcher === 'local' && values.only === undefined;
  const { engine, engineWhy } = await engineFor(experiment, values.engine, before, here);
  const setting: Setting = { scale, convention, seeds, data: data.config, engine };
  const threads =
    values.threads === undefined ? (before?.threads ?? defaultThreads(scale)) : threadsOf(values.threads);
  return {
    registry,
    experiment,
    module,
    shared: { name, setting, engineWhy, threads, dataDigest: data.digest },
    plan: planOf(experiment, setting),
    out,
    dataFolder: data.folder,
    data: data.says,
    imageBytes: data.bytes,
    unverified: values.unverified ?? false,
    launcher,
    flags: values,
    childArgs: [
      ...['experiment', name, '--scale', scale, '--convention', convention, '--seeds', seeds.join(',')],
      ...['--engine', engine, '--out', out, '--threads', String(threads)],
      ...(data.folder === undefined ? [] : ['--data', data.folder]),
      ...(values.unverified ? ['--unverified'] : []),
    ],
  };
}

function launcherFor({ launcher: text, sbatch = [], only }: Values): Launcher {
  const launcher = choice('launcher', text, LAUNCHERS, 'local');
  if (launcher === 'local' && sbatch.length > 0)
    throw new UsageError(`experiment: --sbatch goes with --launcher slurm only, got '${sbatch[0]}'`);
  if (launcher === 'slurm' && only !== undefined)
    throw new UsageError(`experiment: --only does a run in this process, got --launcher slurm with it`);
  return launcher;
}

/** runs/<experiment>-<scale>[-<convention>] */
const defaultFolder = ({ name, conventions }: Experiment, scale: string, convention: string): string =>
  join('runs', [name, scale, ...(convention === conventions[0] ? [] : [convention])].join('-'));

/**
 * Many short runs beside each other use a machine best with one thread each; a long one takes the whole
 * machine.
 */
const defaultThreads = (scale: Scale): number => (scale === 'paper' ? availableParallelism() : 1);

/** The run of that id; an `InputError` where the experiment has none. */
export function runOf({ plan, experiment }: Choice, id: string): PlannedRun {
  const run = plan.find(one => one.id === id);
  if (run !== undefined) return run;
  throw new InputError(
    `experiment: --only must be the id of a run of ${experiment.name} under this setting, got '${id}' ` +
      `(there are ${plan.length}; --dry-run lists them)`,
  );
}
