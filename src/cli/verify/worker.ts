/** @file A worker process: runs one claim after another and sends back the results. */
import { loadClaim } from '../../../properties/registry.js';
import { runClaim } from '../../claims/run-claim.js';
import { protectStreams } from '../protect.js';
import type { Job, Reply } from './job.js';

protectStreams();

async function reply(job: Job): Promise<Reply> {
  try {
    return { ok: true, result: runClaim(await loadClaim(job.id), job) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.on('message', (job: Job) => {
  void reply(job).then(answer => process.send?.(answer));
});
