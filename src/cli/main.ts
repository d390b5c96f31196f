#!/usr/bin/env node
/** @file The program: the command line with the arguments and the exit code of this process. */
// first of all: ONNX Runtime is silent here and in every child
import '../engine/onnx/runtime.js';
import { commandLine } from './command-line.js';
import { asProgram } from './protect.js';

await asProgram(() => commandLine(process.argv.slice(2)));
