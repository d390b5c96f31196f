/**
 * @file A worker process: runs one claim after another, from the registries named by its arguments, and sends
 * back the results.
 */
import { NoSuchCase } from '../../claims/checks/search.js';
import { runClaim } from '../../claims/run-claim.js';
import { protectStreams } from '../protect.js';
import { loadRegistry } from '../registry.js';
import type { Job, Reply } from './job.js';

protectStreams();
const registry = loadRegistry(process.argv.slice(2));

async function reply(job: Job): Promise<Reply> {
  try {
    const { claims } = await registry;
    const entry = claims.get(job.id);
    if (entry === undefined)
      throw new Error(`worker: the id must be one of ${[...claims.keys()].join(', ')}, got '${job.id}'`);
    return { ok: true, result: runClaim(await entry.load(), job) };
  } catch (error) {
    if (error instanceof NoSuchCase) return { ok: false, error: error.message, asked: true };
    return { ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.on('message', (job: Job) => {
  void reply(job).then(answer => process.send?.(answer));
});
