/**
 * @file A worker process of the pool that dies as its jobs say: `dies` always, `dies-once` the first time,
 * `refuses` throws.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Job, Reply } from '../../src/cli/verify/job.js';
import { PASSED } from '../report/sample.js';

process.on('message', ({ id, check }: Job) => {
  const mark = join(process.env.FLATCHECK_TEST_FOLDER!, id);
  if (check === 'dies' || (check === 'dies-once' && !existsSync(mark))) {
    writeFileSync(mark, '');
    process.kill(process.pid, 'SIGKILL');
  }
  const { replay: _, ...result } = { ...PASSED, id };
  const reply: Reply = check === 'refuses' ? { ok: false, error: 'Error: no' } : { ok: true, result };
  if (check !== 'dies') process.send?.(reply);
});
