/** @file Runs the PyTorch peers of bench/peers, where a Python with torch is found. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Our time over a peer's, measured side by side: lower is better. */
export interface Ratio {
  readonly name: string;
  readonly value: number;
  /** Largest less smallest of the repetitions. */
  readonly spread: number;
}

/** Folder of the peers, with a separator at its end. */
export const PEERS = fileURLToPath(new URL('../../bench/peers/', import.meta.url));

/** The first Python that can import torch: $PYTHON, then the usual names. */
export function findPython(): string | undefined {
  const candidates = [process.env.PYTHON, 'python3', '/usr/bin/python3'].filter(path => path !== undefined);
  return candidates.find(
    python => spawnSync(python, ['-c', 'import torch'], { stdio: 'ignore' }).status === 0,
  );
}

/** The JSON object that a peer prints as its last line, or null where there is no torch. */
export function runPeer(script: string, args: readonly string[]): Record<string, unknown> | null {
  const python = findPython();
  if (python === undefined) return null;
  const run = spawnSync(python, [PEERS + script, ...args], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`bench: ${script} failed: ${run.stderr}`);
  return JSON.parse(run.stdout.trim().split('\n').at(-1)!) as Record<string, unknown>;
}
