/** @file Runs the command line as a user would, in a folder of its own. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const MAIN = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A new empty folder. */
export const emptyFolder = (): string => mkdtempSync(join(tmpdir(), 'flatcheck-test-'));

export function flatcheck(
  args: readonly string[],
  folder = emptyFolder(),
  env: Record<string, string> = {},
): Ended {
  const { CIFAR10_DIR: _, ...inherited } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...inherited, FLATCHECK_DATA: join(folder, 'data'), ...env },
    input: '',
  });
  return { status, stdout, stderr };
}

/** One line, no stack trace. */
export const oneLine = ({ stderr }: Ended): boolean => /^[^\n]+\n$/.test(stderr) && !/\n\s+at /.test(stderr);
