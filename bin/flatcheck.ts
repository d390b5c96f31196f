#!/usr/bin/env node
/** @file The program: the command line with our registries, and with the arguments and the exit code of this process. */
import { fileURLToPath } from 'node:url';
import { commandLine } from '../src/cli/command-line.js';
import { REGISTRIES } from './registries.js';

// A reader that goes away (`| head`) is not an error.
process.stdout.on('error', error => process.exit((error as NodeJS.ErrnoException).code === 'EPIPE' ? 0 : 1));

process.exitCode = await commandLine(process.argv.slice(2), {
  file: fileURLToPath(import.meta.url),
  registries: REGISTRIES,
});
