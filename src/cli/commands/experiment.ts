/** @file `flatcheck experiment NAME`: every run of a figure or table, then what they say. */
import { join } from 'node:path';
import type { ExperimentResult } from '../../claims/experiment/model.js';
import { runLabel } from '../../claims/experiment/summary.js';
import { ENGINE_CHOICES } from '../../train/config.js';
import { collect } from '../../train/experiment/collect.js';
import { CONVENTIONS, SCALES } from '../../train/experiment/experiment.js';
import { openExperimentFolder } from '../../train/experiment/folder.js';
import { interruption } from '../../train/interrupt.js';
import { integer } from '../args.js';
import { combined, EXIT, type ExitCode, sayError } from '../exit.js';
import { type Choice, choose } from '../experiment/choose.js';
import { Display } from '../experiment/display.js';
import { dryRun } from '../experiment/dry-run.js';
import { jobsFor, memoryOfRun } from '../experiment/jobs.js';
import { doneOf, launchLocally } from '../experiment/local.js';
import { runOnly } from '../experiment/one-run.js';
import { printExperiment } from '../experiment/print.js';
import { launchOnSlurm } from '../experiment/slurm/launch.js';
import { slurmLines } from '../experiment/slurm/say.js';
import { readSbatchOptions } from '../experiment/slurm/sbatch.js';
import { ensureVerified } from '../experiment/verified.js';
import { writeReport } from '../experiment/write-report.js';
import type { Program } from '../program.js';
import type { Registry } from '../registry.js';
import { ownCommit } from '../verify/commit.js';
import { versionsHere } from '../verify/verify.js';

export const usage = ({ experiments }: Registry): string => `usage: flatcheck experiment NAME [options]

  NAME             ${[...experiments.keys()].join(', ')}
  --scale S        ${SCALES.join(', ')} (default: smoke): minutes on a laptop, an evening, the size of the paper
  --convention C   ${CONVENTIONS.join(', ')}: the equations, or what the authors' code computes
  --seeds 1,2,3    instead of the experiment's own
  --data DIR       where the data files are (default: as for 'flatcheck train'; small scales do with made-up images)
  --engine E       ${ENGINE_CHOICES.join(', ')}
                   (default: onnx-cpu, or what the runs there began with); auto is the fastest here
  --out DIR        where everything goes (default: runs/NAME-SCALE[-CONVENTION])
  --jobs N         runs at once (default: as many as fit)
  --launcher L     local or slurm (default: local): slurm submits a job array and returns, see docs/cluster.md
  --sbatch OPTION  for --launcher slurm: NAME=VALUE for sbatch, as in --sbatch time=2:00:00; may be repeated
  --threads N      threads of one run (default: 1, all at scale paper; kept when resumed)
  --only ID        one run, in this process
  --dry-run        print the runs, and what they cost on this machine, measured by a few steps; do and write nothing
  --unverified     train although the claims behind the objectives have not passed for this code
  --json           print the result as one JSON document and nothing else

Verifies the claims behind its objectives where that is still to do, does the runs that are not complete, and judges
the statements of the paper. Stopped at any moment, it goes on by the same command; started twice at once, the two
share the runs. Exit code 0 when Slurm has what is left to do, 130 when it was interrupted, 1 when a run failed.`;

interface Collected {
  readonly result: ExperimentResult;
  /** Whether result.json could be written. */
  readonly written: ExitCode;
}

function collected(choice: Choice): Collected {
  const { experiment, shared, plan, out, data, unverified } = choice;
  let written: ExitCode = EXIT.fine;
  const result = collect({
    experiment,
    shared,
    plan,
    out,
    data,
    commit: ownCommit(),
    versions: versionsHere(),
    verified: !unverified,
    onDamaged: (run, message) => console.error(`${experiment.name}: ${runLabel(run)}: ${message}`),
    onUnwritten: error => {
      written = sayError(error);
    },
  });
  return { result, written };
}

/** Submits what is to do, then shows what is done by now. */
async function runOnSlurm(choice: Choice): Promise<ExitCode> {
  const { registry, experiment, shared, plan, out, flags, childArgs } = choice;
  const options = readSbatchOptions(flags.sbatch ?? []);
  const jobs = flags.jobs === undefined ? undefined : integer('experiment', 'jobs', flags.jobs, 1);
  openExperimentFolder(out, shared);
  const verified = await ensureVerified(choice);
  if (verified !== EXIT.fine) return verified;
  const launched = await launchOnSlurm({
    ...{ name: experiment.name, plan, out, registries: registry.modules, childArgs, jobs, options },
    threads: shared.threads,
    memory: memoryOfRun(choice),
  });
  const shown = await show(collected(choice), choice);
  for (const line of slurmLines(launched)) (flags.json ? console.error : console.log)(line);
  return shown;
}

/** The files, then the text, which comes whether or not these could be written; the exit code tells. */
async function show({ result, written }: Collected, choice: Choice): Promise<ExitCode> {
  const { page, code } = await writeReport(result, choice.out, join(choice.out, 'report'));
  if (choice.flags.json) console.log(JSON.stringify(result, null, 1));
  else printExperiment(result, choice, page);
  return combined(written, code);
}

export async function run(argv: readonly string[], { file, registry }: Program): Promise<ExitCode> {
  const choice = await choose(argv, registry);
  const { experiment, shared, plan, out, flags, childArgs } = choice;
  if (flags.only !== undefined) return await runOnly(choice, flags.only);
  const jobs = jobsFor(choice);
  if (flags['dry-run']) {
    await dryRun(choice, jobs);
    return EXIT.fine;
  }
  if (choice.launcher === 'slurm') return await runOnSlurm(choice);
  openExperimentFolder(out, shared);
  const verified = await ensureVerified(choice);
  if (verified !== EXIT.fine) return verified;
  const done = doneOf(plan, out);
  if (done < plan.length) console.error(`${experiment.name}: ${howText(choice, jobs)}`);
  const display = new Display(experiment.name, done, plan.length);
  const { signal, dispose } = interruption();
  let failed: readonly number[];
  try {
    failed = await launchLocally({
      ...{ plan, out, jobs, program: file, childArgs, signal },
      onEvent: event => display.show(event),
    });
  } finally {
    display.clear();
    dispose();
  }
  const all = collected(choice);
  const shown = await show(all, choice);
  const code = exitOf(all.result, failed, signal.aborted);
  return code === EXIT.interrupted ? code : combined(code, shown);
}

/** Engine and processes, for people. */
const howText = ({ shared: { setting, engineWhy, threads } }: Choice, jobs: number): string =>
  `engine ${setting.engine} (${engineWhy}), ${jobs} ${jobs === 1 ? 'run' : 'runs'} at once, ${threads} ${threads === 1 ? 'thread' : 'threads'} each`;

/** A mistake that all failed runs share keeps its own code. */
function exitOf(result: ExperimentResult, failed: readonly number[], interrupted: boolean): ExitCode {
  const [first] = failed;
  if (first !== undefined)
    return first === EXIT.usage || first === EXIT.unavailable
      ? failed.every(code => code === first)
        ? first
        : EXIT.failed
      : EXIT.failed;
  if (interrupted) return EXIT.interrupted;
  return result.runs.every(one => one.status === 'complete') ? EXIT.fine : EXIT.failed;
}
