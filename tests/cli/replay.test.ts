import * as assert from 'uvu/assert';
import { UsageError } from '../../src/cli/exit.js';
import { decodeReplay, encodeReplay, refuseStale } from '../../src/cli/verify/replay.js';
import { claimDigest, claimSources, codeDigest } from '../../src/cli/verify/sources.js';
import { suite } from '../harness.js';
import { CLAIM_IDS, claimEntry, REGISTRY } from '../registry.js';

const test = suite('replay tokens');

const REPLAY = { claim: 'SAMBA-18', digest: '0123456789abcdef', seed: 7, check: 'z-gradient', path: '3:0:1' };

test('a token gives back what went in', () => {
  assert.equal(decodeReplay(encodeReplay(REPLAY)), REPLAY);
  const short = { claim: 'KP-14', digest: 'aa', seed: 0 };
  assert.equal(decodeReplay(encodeReplay(short)), short);
});

test('what is no token is refused in one line', () => {
  const token = encodeReplay(REPLAY);
  const forged = (value: unknown): string =>
    `flat1.${Buffer.from(JSON.stringify(value)).toString('base64url')}`;
  for (const bad of [
    '',
    'x',
    token.slice(6),
    token.slice(0, 30),
    'flat1.%%%',
    forged(null),
    forged([]),
    forged({ ...REPLAY, seed: 1.5 }),
    forged({ ...REPLAY, path: 3 }),
    forged({ ...REPLAY, seed: -1 }),
    forged({ ...REPLAY, check: undefined }),
    ...['', '-1', '1e9', 'x', '1:', ':1', '0:-1', '1.5', ' 1', '1 ', '1\n', '0x1', '9999999999', 'NaN'].map(
      path => forged({ ...REPLAY, path }),
    ),
  ])
    assert.throws(
      () => decodeReplay(bad),
      (error: unknown) => error instanceof UsageError && !error.message.includes('\n'),
    );
});

test('a stale token is refused and says what to run instead', () => {
  refuseStale(REPLAY, REPLAY.digest);
  assert.throws(() => refuseStale(REPLAY, 'other'), /stale.*flatcheck verify --claim SAMBA-18 --seed 7/);
});

test('digests differ by claim, are the same again, and cover a claim, its generators and the engine', () => {
  const digests = CLAIM_IDS.map(id => claimDigest(claimEntry(id).module));
  assert.is(new Set(digests).size, CLAIM_IDS.length);
  assert.is(claimDigest(claimEntry(CLAIM_IDS[0]!).module), digests[0]);
  assert.match(codeDigest(REGISTRY), /^[0-9a-f]{32}$/);
});

test('a digest covers the golden values that a claim reads, and no others', () => {
  const reads = CLAIM_IDS.filter(id =>
    claimSources(claimEntry(id).module).some(file => file.includes('/golden/')),
  );
  assert.ok(reads.includes('SAMBA-26'), reads.join(' '));
  assert.not.ok(reads.includes('KP-14'));
  assert.ok(claimSources(claimEntry('SAMBA-26').module).includes('../golden/published/samba-cifar10.json'));
});

test.run();
