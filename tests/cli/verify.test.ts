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
import { CLAIM_IDS, claimEntry, loadClaim, PROGRAM } from '../registry.js';
import { captured } from './captured.js';
import { oneLine } from './run.js';

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

test('a token of a case or a check that is not there is one line, not a pass', async () => {
  const { checks } = await loadClaim('KP-8');
  const refused = async (part: RegExp, more: { check: string; path?: string }): Promise<void> => {
    const token = encodeReplay({
      claim: 'KP-8',
      digest: claimDigest(claimEntry('KP-8').module),
      seed: 5,
      ...more,
    });
    const ended = await asked('--replay', token, '--workers', '1');
    assert.is(ended.status, 2, ended.stdout + ended.stderr);
    assert.match(ended.stderr, part);
    assert.ok(oneLine(ended), ended.stderr);
  };
  const check = checks[0]!.name;
  await refused(/path must be numbers like 3:0:1, the first below \d+, got '100000000'/, {
    check,
    path: '100000000',
  });
  await refused(/path must lead to a case of the check, got '0:999'/, { check, path: '0:999' });
  await refused(/names the check 'nothing' of KP-8, which has/, { check: 'nothing' });
});

test('seeds, runs and shards that are none', async () => {
  for (const [flag, values] of [
    ['seed', ['-1', '1.5', '1e3', '', 'x', '0x1', 'NaN', 'Infinity', '9007199254740992']],
    ['runs', ['-1', '0', '1.5', '1e3', '', 'x', '1000001', '1e300']],
    ['workers', ['0', '-1', 'x']],
    ['shard', ['0/3', '4/3', '1', '1/', '/3', '1/0', '-1/3', '1.5/3', 'a/b', '1/3/5', '01/3', '']],
  ] as const)
    for (const value of values) {
      const ended = await asked('--claim', 'KP-8', `--${flag}=${value}`);
      assert.is(ended.status, 2, `--${flag}=${value}: ${ended.stdout}`);
      assert.ok(oneLine(ended), ended.stderr);
    }
});

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
