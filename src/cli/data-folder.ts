/** @file Where data sets lie on this machine. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DATASETS, isComplete } from '../formats/datasets.js';

/** `$FLATCHECK_DATA`, else flatcheck's folder in the user's cache. */
export function dataFolder(): string {
  const { FLATCHECK_DATA, XDG_CACHE_HOME } = process.env;
  return FLATCHECK_DATA || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'flatcheck');
}

/** The CIFAR-10 folder that `flatcheck data get cifar10` has put there, or undefined. */
function fetchedCifar10(): string | undefined {
  const set = DATASETS.cifar10!;
  return isComplete(set, dataFolder()) ? join(dataFolder(), set.folder) : undefined;
}

/** The CIFAR-10 folder to use: the one named, else `$CIFAR10_DIR`, else the one fetched. */
export const findCifar10 = (named: string | undefined): string | undefined =>
  named ?? (process.env.CIFAR10_DIR || undefined) ?? fetchedCifar10();
