/** @file What a person is told of the runs that are with Slurm. */
import type { Launched } from './launch.js';
import { isHeldBack } from './queue.js';

const SHOWN = 3;

const runs = (count: number): string => (count === 1 ? '1 run' : `${count} runs`);

/** One statement a line; none where nothing is left to do. */
export function slurmLines({ queued, lost, elsewhere, submitted }: Launched): string[] {
  const lines: string[] = [];
  const waiting = queued.filter(({ state }) => state === 'PENDING');
  if (queued.length > 0)
    lines.push(`${runs(queued.length - waiting.length)} on a node, ${waiting.length} waiting for one`);
  for (const { job, reason } of waiting.filter(isHeldBack))
    lines.push(`job ${job} is held (${reason}) - let it go with: scontrol release ${job}`);
  if (elsewhere > 0) lines.push(`${runs(elsewhere)} with processes outside of Slurm, left to them`);
  if (lost.length > 0) {
    const logs = lost.slice(0, SHOWN).map(({ id, log }) => `${id} (${log})`);
    const more = lost.length > SHOWN ? `, and ${lost.length - SHOWN} more` : '';
    lines.push(`${runs(lost.length)} ended before the end and will go on: ${logs.join(', ')}${more}`);
  }
  for (const { runs: count, job, filed, atOnce, after } of submitted) {
    const limit = atOnce === undefined ? '' : `, at most ${atOnce} at once`;
    lines.push(
      `${runs(count)} submitted as job array ${job ?? 'of unknown number'}${limit}${after === undefined ? '' : `, when ${after} has ended`}`,
      `look: squeue --name=${filed.name}; logs: ${filed.folder}/*.log; stop: scancel ${job ?? `--name=${filed.name}`}`,
    );
  }
  if (lines.length > 0)
    lines.push('collect: the same command again; it reads what is done and submits again what was lost');
  return lines.map(line => `slurm: ${line}`);
}
