/** @file A worker process: runs one claim after another and sends back the results. */
import { loadClaim } from '../../../properties/registry.js';
import { NoSuchCase } from '../../claims/checks/search.js';
import { runClaim } from '../../claims/run-claim.js';
import type { Job, Reply } from './job.js';

async function reply(job: Job): Promise<Reply> {
  try {
    return { ok: true, result: runClaim(await loadClaim(job.id), job) };
  } catch (error) {
    if (error instanceof NoSuchCase) return { ok: false, error: error.message, asked: true };
    return { ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.on('message', (job: Job) => {
  void reply(job).then(answer => process.send?.(answer));
});
