import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { REGISTRIES } from '../../bin/registries.js';
import type { VerifyResult } from '../../src/claims/result.js';
import { run as verify } from '../../src/cli/commands/verify.js';
import type { Job, Reply } from '../../src/cli/verify/job.js';
import { encodeReplay } from '../../src/cli/verify/replay.js';
import { claimDigest } from '../../src/cli/verify/sources.js';
import { inShard } from '../../src/gate/shard.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { CLAIM_IDS, claimEntry, PROGRAM } from '../registry.js';
import { captured } from './captured.js';

const test = suite('verify command', 300);

const asked = (...argv: string[]) => inFolder(folder => captured(() => verify(argv, PROGRAM), { folder }));

/** The result of a run that ends well. */
async function result(...argv: string[]): Promise<VerifyResult> {
  const { status, stdout, stderr } = await asked(...argv, '--json');
  assert.is(status, 0, stdout + stderr);
  return JSON.parse(stdout) as VerifyResult;
}

test('--paper and --claim together; --shard keeps its part', async () => {
  const shard = { index: 2, count: 3 };
  const { claims, run } = await result('--paper', 'rae', '--claim', 'KP-8', '--shard', '2/3', '--runs', '4');
  const wanted = CLAIM_IDS.filter(id => claimEntry(id).paper === 'rae' || id === 'KP-8');
  assert.equal(
    claims.map(claim => claim.id),
    wanted.filter(id => inShard(id, shard)),
  );
  assert.equal(run.shard, shard);
});

test('--deep draws more cases, --runs as many as it says, --vary-seed another seed', async () => {
  const cases = async (...argv: string[]): Promise<number> =>
    (await result('--claim', 'KP-8', '--workers', '1', ...argv)).claims[0]!.cases;
  const usual = await cases();
  assert.ok((await cases('--deep')) > 2 * usual);
  assert.ok((await cases('--runs', '4')) < usual);
  const { run } = await result('--claim', 'KP-8', '--runs', '4', '--vary-seed');
  assert.ok(Number.isSafeInteger(run.seed) && run.seed > 0);
});

test('a token of one check runs this check alone, without mutants, and certifies nothing', () =>
  inFolder(async folder => {
    const whole = await result('--claim', 'KP-8', '--runs', '4');
    const check = whole.claims[0]!.checks.at(-1)!.name;
    const token = encodeReplay({
      claim: 'KP-8',
      digest: claimDigest(claimEntry('KP-8').module),
      seed: 5,
      check,
      path: '0',
    });
    const ended = await captured(() => verify(['--replay', token, '--json'], PROGRAM), { folder });
    const { claims, run } = JSON.parse(ended.stdout) as VerifyResult;
    assert.equal(
      [claims.length, claims[0]!.checks.map(({ name }) => name), claims[0]!.mutants.total, run.seed],
      [1, [check], 0, 5],
    );
    assert.not.ok(existsSync(join(folder, '.flatcheck')));
  }));

test('a token that names a claim that is gone is refused', async () => {
  const token = encodeReplay({ claim: 'SAMBA-99', digest: 'aa', seed: 5 });
  const { status, stderr } = await asked('--replay', token);
  assert.is(status, 2);
  assert.match(stderr, /no claim 'SAMBA-99'/);
  assert.match((await asked('--claim', 'quite another')).stderr, /no claim 'quite another' \(flatcheck/);
});

test('a worker answers with the result, or with the reason why there is none, and ends with its parent', async () => {
  const worker = fork(fileURLToPath(new URL('../../src/cli/verify/worker.js', import.meta.url)), REGISTRIES);
  const ask = async (job: Job): Promise<Reply> => {
    worker.send(job);
    const [reply] = (await once(worker, 'message')) as [Reply];
    return reply;
  };
  const good = await ask({ id: 'KP-8', seed: 3, runs: 4 });
  assert.ok(good.ok && good.result.outcome === 'pass' && good.result.id === 'KP-8');
  const bad = await ask({ id: 'KP-8', seed: 3, runs: 4, check: 'none of this name' });
  assert.ok(!bad.ok && /none of this name/.test(bad.error), JSON.stringify(bad));
  worker.disconnect();
  assert.equal(await once(worker, 'exit'), [0, null]);
});

test.run();
