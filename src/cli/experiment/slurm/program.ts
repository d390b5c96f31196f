/** @file Calling the programs of Slurm. */
import { spawnSync } from 'node:child_process';
import { UnavailableError } from '../../../formats/input-error.js';
import { show } from '../../../formats/json.js';

const SECONDS = 120;

/**
 * What a program of Slurm prints; a missing, hanging or failing one is an `UnavailableError` with its own
 * words.
 */
export function slurm(program: 'sbatch' | 'squeue' | 'scontrol', args: readonly string[]): string {
  const { error, status, signal, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 1000 * SECONDS,
    maxBuffer: 1 << 26,
  });
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT')
    throw new UnavailableError(
      `experiment: --launcher slurm must find ${program} in PATH, got none - run on a machine that submits to the cluster, or take --launcher local`,
    );
  if (status === 0) return stdout;
  const words = stderr.trim().split('\n').join('; ') || error?.message || `ended by ${signal}`;
  throw new UnavailableError(
    `experiment: ${program} must succeed, got ${status === null ? '' : `exit code ${status}: `}${show(words).slice(1, -1)} - see whether the cluster is up (sinfo) and takes the --sbatch options`,
  );
}

/** A person's own filters and formats of squeue would hide jobs from us. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('SQUEUE_'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}
