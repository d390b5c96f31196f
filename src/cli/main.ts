#!/usr/bin/env node
/** @file The program: the command line with the arguments and the exit code of this process. */
import { commandLine } from './command-line.js';

// A reader that goes away (`| head`) is not an error.
process.stdout.on('error', error => process.exit((error as NodeJS.ErrnoException).code === 'EPIPE' ? 0 : 1));

process.exitCode = await commandLine(process.argv.slice(2));
