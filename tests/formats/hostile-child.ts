/**
 * @file Reads the files of `hostile.ts` from the folder given, and prints for each its size, how far the peak
 * of this process rose above what it was idle, the seconds it took, and what was said of it.
 */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readResult } from '../../src/cli/verify/read-result.js';
import { goldenFiles } from '../vectors/support.js';
import { CASES, check, NO_CLAIMS } from './hostile.js';

export interface Measured {
  readonly name: string;
  readonly bytes: number;
  readonly grown: number;
  readonly seconds: number;
  /** Name and message of the error, empty where there was none. */
  readonly error: string;
  readonly message: string;
}

/** Bytes of memory at the highest since it was last lowered. */
const peak = (): number =>
  1024 * Number(/VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]);

function lowerPeak(): void {
  (globalThis as { gc?: () => void }).gc?.();
  writeFileSync('/proc/self/clear_refs', '5');
}

const folder = process.argv[2]!;
const paths = JSON.parse(readFileSync(join(folder, 'paths.json'), 'utf8')) as string[];
// all code is loaded, and the schema of reports compiled
for (const file of goldenFiles().slice(0, 3)) check(file);
try {
  readResult('merge', join(folder, 'paths.json'), NO_CLAIMS);
} catch {}
lowerPeak();
const idle = peak();
for (const [i, { name, read }] of CASES.entries()) {
  const path = paths[i]!;
  const { size, blocks } = statSync(path);
  lowerPeak();
  const start = process.cpuUsage();
  let refused: unknown;
  try {
    await read(path);
  } catch (error) {
    refused = error;
  }
  const { user, system } = process.cpuUsage(start);
  const seconds = (user + system) / 1e6; // of the processor: what else the machine does is no matter
  const { name: error, message } = refused instanceof Error ? refused : { name: '', message: '' };
  const one: Measured = {
    ...{ name, error, message: message.slice(0, 1000), seconds, grown: peak() - idle },
    bytes: Math.min(size, 512 * blocks), // a sparse file holds no more
  };
  console.log(JSON.stringify(one));
}
