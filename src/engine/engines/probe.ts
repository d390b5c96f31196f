/**
 * @file A process of its own to measure an engine whose native code may end the process: `node probe.js
 * NAME`.
 */
import type { Answer } from './ask.js';
import { type EngineName, MEASURE } from './measure.js';

async function answer(name: EngineName): Promise<Answer> {
  try {
    return { measurement: await MEASURE[name]() };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

const line = JSON.stringify(await answer(process.argv[2] as EngineName));
// native threads may keep the process alive
process.stdout.write(`\n${line}\n`, () => process.exit(0));
