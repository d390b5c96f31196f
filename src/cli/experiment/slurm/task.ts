/**
 * @file What a task of a job array runs: `node task.js FOLDER REGISTRY...`, the folder of its submission and
 * the modules that list its experiment. It does its run in this very process, so that when Slurm has lost the
 * task nobody works on the run any more.
 */
import { hostname } from 'node:os';
import { InputError } from '../../../formats/input-error.js';
import { breakLock, lockName } from '../../../formats/lock.js';
import { runFolder } from '../../../train/experiment/folder.js';
import { integer } from '../../args.js';
import { EXIT, type ExitCode, sayError } from '../../exit.js';
import { FLATCHECK } from '../../program.js';
import { asProgram } from '../../protect.js';
import { loadRegistry } from '../../registry.js';
import { slurm } from './program.js';
import { notedLock, noteLock, outOf, readSubmission } from './submission.js';

/** So often a task goes on by itself when its time is up; after that it takes a person to submit it again. */
const TIME_OUTS = 100;

async function task(
  folder: string,
  registries: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<ExitCode> {
  const { SLURM_ARRAY_TASK_ID = '', SLURM_JOB_ID = '', SLURM_RESTART_COUNT = '0' } = env;
  const node = env.SLURMD_NODENAME ?? hostname();
  let timeIsUp = false;
  process.on('SIGUSR2', () => {
    timeIsUp = true;
    process.emit('SIGTERM', 'SIGTERM'); // to the run's own listener, which stops it with a checkpoint
  });
  const filed = readSubmission(folder);
  const index = integer('experiment', 'array', SLURM_ARRAY_TASK_ID, 0);
  const id = filed.ids[index];
  if (id === undefined)
    throw new InputError(
      `experiment: an array index must be one of ${filed.ids.length}, got ${index} (${folder})`,
    );
  console.log(
    `${new Date().toISOString()} run ${id}: job ${SLURM_JOB_ID} on ${node}, restarts ${SLURM_RESTART_COUNT}`,
  );
  // Slurm never has two processes of one task: a lock of the one before is left over
  const left = notedLock(filed, index);
  if (left !== undefined) breakLock(runFolder(outOf(filed), id), left);
  noteLock(filed, index, lockName());
  process.chdir(filed.cwd);
  const { run } = await import('../../commands/experiment.js');
  const [, ...args] = filed.args; // without the command's own name
  const program = { file: FLATCHECK, registry: await loadRegistry(registries) };
  const code = await run([...args, '--only', id], program);
  if (code !== EXIT.interrupted || !timeIsUp) return code;
  if (Number(SLURM_RESTART_COUNT) >= TIME_OUTS) {
    console.log(`out of time for the ${TIME_OUTS + 1}th time: submit it again to go on`);
    return code;
  }
  console.log('out of time: queued again, to go on from the checkpoint');
  slurm('scontrol', ['requeue', SLURM_JOB_ID]);
  return code;
}

await asProgram(async () => {
  try {
    return await task(process.argv[2] ?? '.', process.argv.slice(3), process.env);
  } catch (error) {
    return sayError(error);
  }
});
