#!/usr/bin/env node
/**
 * @file The program: the command line with our registries, and with the arguments and the exit code of this
 * process.
 */
// first of all: ONNX Runtime is silent here and in every child
import '../src/engine/onnx/runtime.js';
import { fileURLToPath } from 'node:url';
import { commandLine } from '../src/cli/command-line.js';
import { asProgram } from '../src/cli/protect.js';
import { REGISTRIES } from './registries.js';

const entry = { file: fileURLToPath(import.meta.url), registries: REGISTRIES };
await asProgram(() => commandLine(process.argv.slice(2), entry));
