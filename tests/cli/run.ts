/** @file Runs the command line as a user would, in a folder of its own: in this process, or as a program. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { REGISTRIES } from '../../bin/registries.js';
import { commandLine } from '../../src/cli/command-line.js';
import { type Entry, FLATCHECK } from '../../src/cli/program.js';
import { captured, type Ended } from './captured.js';

/** A new empty folder. */
export const emptyFolder = (): string => mkdtempSync(join(tmpdir(), 'flatcheck-test-'));

/** No data set is found but those that a test puts there. */
const environment = (folder: string) => ({
  CIFAR10_DIR: undefined,
  FLATCHECK_DATA: join(folder, 'data'),
});

/** Our program, as the command line is told of it. */
export const ENTRY: Entry = { file: FLATCHECK, registries: REGISTRIES };

export const flatcheck = (
  args: readonly string[],
  folder = emptyFolder(),
  env: Record<string, string> = {},
): Promise<Ended> =>
  captured(() => commandLine(args, ENTRY), {
    folder,
    env: { ...environment(folder), ...env },
  });

/** The program itself, which takes half a second to start. */
export function program(args: readonly string[], folder = emptyFolder()): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [FLATCHECK, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, ...environment(folder) },
    input: '',
  });
  return { status, stdout, stderr };
}

/** One line, no stack trace. */
export const oneLine = ({ stderr }: Ended): boolean => /^[^\n]+\n$/.test(stderr) && !/\n\s+at /.test(stderr);
