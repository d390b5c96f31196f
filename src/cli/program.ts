/** @file The program as its entry made it, and what is handed to a command of it. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Registry } from './registry.js';

/** What an entry outside of src tells the command line. */
export interface Entry {
  /** The entry itself: what is started to run a command in a process of its own. */
  readonly file: string;
  /** URLs of the modules that list its claims and experiments. */
  readonly registries: readonly string[];
}

export interface Program {
  readonly file: string;
  readonly registry: Registry;
}

const ROOT = new URL('../../../', import.meta.url);

const PACKAGE = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as {
  readonly version: string;
  readonly bin: { readonly flatcheck: string };
};

export const VERSION = PACKAGE.version;

/** The file of the program `flatcheck`, as package.json names it. */
export const FLATCHECK = fileURLToPath(new URL(PACKAGE.bin.flatcheck, ROOT));
