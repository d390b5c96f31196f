/** @file The program of the Slurm test: the command line with one experiment, which is there to be killed. */
import { fileURLToPath } from 'node:url';
import { commandLine } from '../../src/cli/command-line.js';

process.exitCode = await commandLine(process.argv.slice(2), {
  file: fileURLToPath(import.meta.url),
  registries: [new URL('experiment.js', import.meta.url).href],
});
