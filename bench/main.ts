/** @file `npm run bench -- NAME [flags] [--json-file F]`: measurements side by side; never a test. */
import { availableParallelism } from 'node:os';
import { checkFileToWrite, writeJson } from '../src/formats/atomic.js';
import { FlagError, names, numbers, readFlags } from './flags.js';
import type { Ratio } from './peer.js';

/** What goes into the JSON file; more fields than the ratios may be there. */
interface Outcome {
  readonly ratios: readonly Ratio[];
}

interface Bench {
  readonly flags: readonly string[];
  readonly switches: readonly string[];
  run(values: ReturnType<typeof readFlags>): Promise<Outcome>;
}

const BENCHES: Readonly<Record<string, Bench>> = {
  float64: {
    flags: [],
    switches: [],
    async run() {
      (await import('./float64.js')).float64();
      return { ratios: [] };
    },
  },
  orders: {
    flags: [],
    switches: [],
    run: async () => ({ ratios: (await import('./orders.js')).orders() }),
  },
  step: {
    flags: ['width', 'batch', 'objective', 'repetitions', 'seconds', 'threads'],
    switches: ['profile'],
    async run(values) {
      const { step } = await import('./step.js');
      const { OBJECTIVES } = await import('./step/job.js');
      return step({
        objectives: names(values, 'objective', Object.keys(OBJECTIVES) as (keyof typeof OBJECTIVES)[]),
        batches: numbers(values, 'batch', [32, 128]),
        width: numbers(values, 'width', [64]).at(-1)!,
        threads: numbers(values, 'threads', [availableParallelism()]).at(-1)!,
        repetitions: numbers(values, 'repetitions', undefined)?.at(-1),
        seconds: numbers(values, 'seconds', [90]).at(-1)!,
        profile: values.profile !== undefined,
      });
    },
  },
  cost: {
    flags: ['width', 'batch', 'threads', 'repetitions', 'longest'],
    switches: [],
    async run(values) {
      const { cost } = await import('./cost.js');
      return cost({
        widths: numbers(values, 'width', [8, 16, 32, 64]),
        batches: numbers(values, 'batch', [8, 32, 128, 256]),
        threads: numbers(values, 'threads', [1, 2]),
        repetitions: numbers(values, 'repetitions', [3]).at(-1)!,
        longest: numbers(values, 'longest', [20]).at(-1)!,
      });
    },
  },
  kernels: {
    flags: [],
    switches: [],
    run: async () => (await import('./kernels.js')).kernels(),
  },
  jit: {
    flags: ['width', 'batch', 'threads', 'repetitions'],
    switches: [],
    async run(values) {
      const { jitBench } = await import('./jit.js');
      return jitBench({
        width: numbers(values, 'width', [4]).at(-1)!,
        batch: numbers(values, 'batch', [4]).at(-1)!,
        threads: numbers(values, 'threads', [availableParallelism()]).at(-1)!,
        repetitions: numbers(values, 'repetitions', [3]).at(-1)!,
      });
    },
  },
};

/** Every bench with its flags. */
const usage = (): string =>
  [
    'usage: npm run bench -- NAME [flags] [--json-file F]',
    '',
    ...Object.entries(BENCHES).map(([name, { flags, switches }]) =>
      [`  ${name.padEnd(8)}`, ...flags.map(flag => `[--${flag} V]`), ...switches.map(flag => `[--${flag}]`)]
        .join(' ')
        .trimEnd(),
    ),
  ].join('\n');

async function main([name, ...args]: readonly string[]): Promise<void> {
  if (name === '--help' || args.includes('--help')) {
    console.log(usage());
    return;
  }
  const bench = name === undefined || !Object.hasOwn(BENCHES, name) ? undefined : BENCHES[name];
  if (bench === undefined)
    throw new FlagError(
      `bench: give one of ${Object.keys(BENCHES).join(', ')}, got ${name ?? 'nothing'} (npm run ` +
        'bench -- orders)',
    );
  const values = readFlags(args, [...bench.flags, 'json-file'], bench.switches);
  const path = values['json-file']?.at(-1);
  if (path !== undefined) checkFileToWrite('bench --json-file', path);
  const outcome = await bench.run(values);
  if (path !== undefined) writeJson('bench', path, { schema: 1, bench: name, ...outcome });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof FlagError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
