import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import * as assert from 'uvu/assert';
import { UnavailableError } from '../../src/formats/input-error.js';
import { InUseError, isLocked, lockFolder, lockName } from '../../src/formats/lock.js';
import { suite } from '../harness.js';
import { failure, isPermitted } from './special.js';
import { errorOf, inFolder } from './temporary.js';

const test = suite('lock');
const host = hostname().replaceAll(/[^\w.]/g, '_');
const HEARTBEAT = new URL('../../src/formats/heartbeat.js', import.meta.url);
const LOCK = new URL('../../src/formats/lock.js', import.meta.url).href;

/** A process that takes the lock, says so or why not, and waits. */
function holder(folder: string, command: readonly string[] = []) {
  const code = `import(${JSON.stringify(LOCK)}).then(m => m.lockFolder('child', ${JSON.stringify(folder)}))
    .then(() => { console.log('held'); setInterval(() => {}, 1000) }, e => console.log(e.message))`;
  const [program, ...args] = [...command, process.execPath, '-e', code];
  return spawn(program!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

const said = async (child: ReturnType<typeof holder>): Promise<string> =>
  String((await once(child.stdout, 'data'))[0]).trim();

test('taken once, and given back', () =>
  inFolder(async folder => {
    const release = await lockFolder('test', folder);
    const again = await errorOf(() => lockFolder('test', folder));
    assert.instance(again, UnavailableError);
    assert.match(again.message, /in use by this very process/);
    release();
    (await lockFolder('test', folder))();
    assert.equal(readdirSync(folder), []);
  }));

test('held against another process until that is killed', () =>
  inFolder(async folder => {
    const child = holder(folder);
    assert.is(await said(child), 'held');
    const error = await errorOf(() => lockFolder('test', folder));
    assert.match(error.message, new RegExp(`in use by process ${child.pid} on`));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const release = await lockFolder('test', folder);
    assert.is(readdirSync(folder).length, 1);
    release();
  }));

test('of several that start together at most one holds it', () =>
  inFolder(async folder => {
    const children = [1, 2, 3].map(() => holder(folder));
    const answers = await Promise.all(children.map(said));
    for (const child of children) child.kill('SIGKILL');
    assert.ok(answers.filter(answer => answer === 'held').length <= 1, answers.join('\n'));
  }));

test('a reused process number is not the old process; another host is taken at its word', () =>
  inFolder(async folder => {
    writeFileSync(join(folder, `.lock-${host}-${process.ppid}-1`), '');
    (await lockFolder('test', folder))();
    assert.equal(readdirSync(folder), []);
    writeFileSync(join(folder, '.lock-elsewhere-1-1'), '');
    const error = await errorOf(() => lockFolder('test', folder));
    assert.match(
      error.message,
      /in use by process 1 on elsewhere .*; if that process is gone, delete .*\.lock-elsewhere-1-1/,
    );
    assert.equal(readdirSync(folder), ['.lock-elsewhere-1-1']);
  }));

test('a folder that is not there', async () => {
  assert.instance(await errorOf(() => lockFolder('test', '/nowhere/at/all')), UnavailableError);
});

/**
 * The name of a lock of some process that cannot be seen from here: of the same host, and of another PID
 * namespace.
 */
const UNSEEN = `.lock-${host}-1-1-${lockName().split('-')[4]}-7`;

const ago = (path: string, seconds: number): void => {
  const { mtimeMs } = statSync(path);
  utimesSync(path, mtimeMs / 1000 - seconds, mtimeMs / 1000 - seconds);
};

test('a holder that cannot be seen lives as long as it gives signs, by the clock of the file system', () =>
  inFolder(async folder => {
    const path = join(folder, UNSEEN);
    writeFileSync(path, '.');
    ago(path, 50);
    const error = await errorOf(() => lockFolder('test', folder));
    assert.instance(error, InUseError);
    assert.match(
      error.message,
      /not to be seen from here: .* sign of life 5\d s ago\) .* gives way after 60 s without one/,
    );
    assert.ok(isLocked(folder));
    assert.equal(readdirSync(folder), [UNSEEN]);
    ago(path, 20);
    assert.not(isLocked(folder));
    (await lockFolder('test', folder))();
    assert.equal(readdirSync(folder), []);
  }));

test('stopped for a minute, a holder goes on where nobody came, and stops where another took over', () =>
  inFolder(async folder => {
    let now = 1e12;
    const release = await lockFolder('test', folder, () => now);
    release.check();
    now += 61_000;
    release.check();
    const [renewed] = readdirSync(folder);
    assert.is(renewed, `${lockName()}-1`);
    assert.ok(isLocked(folder));
    now += 61_000;
    writeFileSync(join(folder, UNSEEN), '.');
    const error = await errorOf(() => release.check());
    assert.match(error.message, /the lock on .* was lost: .* another took the folder over/);
    rmSync(join(folder, UNSEEN));
    assert.match((await errorOf(() => release.check())).message, /was lost/);
    release();
    assert.equal(readdirSync(folder), []);
  }));

test('a lock that is gone is noticed before the next write, however short the time', () =>
  inFolder(async folder => {
    const release = await lockFolder('test', folder);
    rmSync(join(folder, lockName()));
    assert.match((await errorOf(() => release.check())).message, /was lost/);
  }));

test('while the main thread computes, a thread gives the signs', () =>
  inFolder(async folder => {
    const path = join(folder, 'lock');
    writeFileSync(path, '.');
    ago(path, 100);
    const before = statSync(path).mtimeMs;
    const last = new Float64Array(new SharedArrayBuffer(8));
    last[0] = Date.now();
    const worker = new Worker(HEARTBEAT, { workerData: { path, last, every: 10 } });
    await once(worker, 'online');
    const until = Date.now() + 5000;
    while (statSync(path).mtimeMs === before && Date.now() < until); // blocks this thread
    await worker.terminate();
    assert.ok(statSync(path).mtimeMs > before);
  }));

const USER = ['setpriv', '--reuid', '4001', '--regid', '4001', '--clear-groups'] as const;

for (const [who, command] of [
  ['in another PID namespace', ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']],
  ['in another PID namespace without its /proc', ['unshare', '--pid', '--fork', '--kill-child']],
  ['of another user', USER],
] as const)
  test(`a live holder ${who} is seen`, () =>
    inFolder(async folder => {
      chmodSync(folder, 0o777);
      const [program, ...args] = command;
      if (!isPermitted(failure(program, ...args, 'true'))) return;
      const child = holder(folder, command);
      try {
        assert.is(await said(child), 'held');
        assert.instance(await errorOf(() => lockFolder('test', folder)), InUseError);
        assert.ok(isLocked(folder));
        assert.is(readdirSync(folder).length, 1);
      } finally {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }));

test('and a user sees the live lock of another whom he may not signal', () =>
  inFolder(async folder => {
    chmodSync(folder, 0o777);
    const release = await lockFolder('test', folder);
    if (!isPermitted(failure(...USER, 'true'))) return;
    const child = holder(folder, USER);
    assert.match(await said(child), /is in use by process \d+ on/);
    child.kill('SIGKILL');
    await once(child, 'exit');
    release.check();
    release();
  }));

test.run();
