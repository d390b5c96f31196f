import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { UnavailableError } from '../../src/formats/input-error.js';
import { lockFolder } from '../../src/formats/lock.js';
import { suite } from '../harness.js';
import { errorOf, inFolder } from './temporary.js';

const test = suite('lock');
const host = hostname().replaceAll(/[^\w.]/g, '_');
const LOCK = new URL('../../src/formats/lock.js', import.meta.url).href;

/** A process that takes the lock, says so or why not, and waits. */
function holder(folder: string) {
  const code = `import(${JSON.stringify(LOCK)}).then(m => m.lockFolder('child', ${JSON.stringify(folder)}))
    .then(() => { console.log('held'); setInterval(() => {}, 1000) }, e => console.log(e.message))`;
  return spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
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

test.run();
