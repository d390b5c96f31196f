/** @file Where data sets lie on this machine. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DATASETS, type DatasetName, isComplete } from '../formats/datasets.js';

/** `$FLATCHECK_DATA`, else flatcheck's folder in the user's cache. */
export function dataFolder(): string {
  const { FLATCHECK_DATA, XDG_CACHE_HOME } = process.env;
  return FLATCHECK_DATA || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'flatcheck');
}

/** The folder that `flatcheck data get NAME` has put there, or undefined. */
function fetched(name: DatasetName): string | undefined {
  const set = DATASETS[name];
  return isComplete(set, dataFolder()) ? join(dataFolder(), set.folder) : undefined;
}

/** The environment variable that names the folder of a data set. */
export const folderVariable = (name: DatasetName): string => `${name.toUpperCase()}_DIR`;

/**
 * The folder of a data set to use: the one named, else `$CIFAR10_DIR`, `$CIFAR100_DIR` or `$MNIST_DIR`, else
 * the one fetched.
 */
export const findData = (name: DatasetName, named: string | undefined): string | undefined =>
  named ?? (process.env[folderVariable(name)] || undefined) ?? fetched(name);
