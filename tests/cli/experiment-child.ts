/** @file Does one run of the tiny experiment, as `flatcheck experiment --only ID` does one of a real one. */
import { argv } from 'node:process';
import { tell } from '../../src/cli/experiment/messages.js';
import { InUseError } from '../../src/formats/lock.js';
import { executeRun } from '../../src/train/experiment/execute.js';
import { interruption } from '../../src/train/interrupt.js';
import { EXPERIMENT, optionsFor, PLAN, SETTING } from '../train/experiment/tiny.js';

const [out, failing, , id] = argv.slice(2) as [string, string, string, string];
const { signal, dispose } = interruption();
try {
  if (failing === id) throw new Error('this one fails');
  const run = PLAN.find(one => one.id === id)!;
  const status = await executeRun(
    EXPERIMENT,
    SETTING,
    run,
    optionsFor(out, run, {
      signal,
      onProgress: (done, total) => tell({ kind: 'progress', done, total }),
    }),
  );
  process.exitCode = status === 'complete' ? 0 : 130;
} catch (error) {
  if (error instanceof InUseError) tell({ kind: 'busy' });
  console.error((error as Error).message);
  process.exitCode = 1;
} finally {
  dispose();
  process.disconnect();
}
