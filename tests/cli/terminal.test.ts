import * as assert from 'uvu/assert';
import { run as verify } from '../../src/cli/commands/verify.js';
import { exitCodeOf, UsageError } from '../../src/cli/exit.js';
import { progressOn } from '../../src/cli/progress.js';
import { styleOf } from '../../src/cli/style.js';
import { InputError, UnavailableError } from '../../src/formats/input-error.js';
import { suite } from '../harness.js';
import { PROGRAM } from '../registry.js';
import { captured } from './captured.js';
import { emptyFolder } from './run.js';

const test = suite('command line on a terminal', 300);

/** A stream that keeps what is written to it. */
function stream(isTTY: boolean, columns?: number): { readonly as: NodeJS.WriteStream; text: string } {
  const kept = { text: '', as: {} as NodeJS.WriteStream };
  const write = (part: string): boolean => {
    kept.text += part;
    return true;
  };
  kept.as = { isTTY, write, ...(columns !== undefined && { columns }) } as NodeJS.WriteStream;
  return kept;
}

const ERASE = '\r\u001b[2K';

test('progress is one line that replaces itself, never longer than the terminal is wide', () => {
  const to = stream(true, 20);
  const progress = progressOn(to.as);
  progress.show('step 1');
  progress.show('x'.repeat(100));
  progress.clear();
  assert.is(to.text, `${ERASE}step 1${ERASE}${'x'.repeat(19)}${ERASE}`);
  const unknown = stream(true);
  progressOn(unknown.as).show('y'.repeat(100));
  assert.is(unknown.text, ERASE + 'y'.repeat(79));
});

test('there is no progress where there is no terminal', () => {
  const to = stream(false);
  const progress = progressOn(to.as);
  progress.show('step 1');
  progress.clear();
  assert.is(to.text, '');
});

test('colour on a terminal, unless NO_COLOR is set', () => {
  const { NO_COLOR } = process.env;
  try {
    delete process.env.NO_COLOR;
    assert.is(styleOf(stream(true).as).bad('x'), '\u001b[31mx\u001b[39m');
    assert.is(styleOf(stream(false).as).bad('x'), 'x');
    process.env.NO_COLOR = '1';
    assert.is(styleOf(stream(true).as).bad('x'), 'x');
  } finally {
    if (NO_COLOR === undefined) delete process.env.NO_COLOR;
    else process.env.NO_COLOR = NO_COLOR;
  }
});

test('verify on a terminal: progress on stderr, and none of it stays', async () => {
  const argv = ['--claim', 'SAMBA-15', '--claim', 'SAMBA-9', '--runs', '4', '--workers', '1'];
  const where = { folder: emptyFolder(), terminal: true, env: { NO_COLOR: undefined } };
  const { status, stdout, stderr } = await captured(() => verify(argv, PROGRAM), where);
  assert.is(status, 0, stderr);
  assert.match(stderr, /verify: 0 of 2 claims[\s\S]*verify: 1 of 2 claims \(SAMBA-\d+ pass\)/);
  assert.ok(stderr.endsWith(ERASE));
  assert.ok(stdout.startsWith('\u001b[90mclaim '), stdout);
  assert.ok(stdout.includes('\u001b[39m\nSAMBA-9 '), stdout);
});

test("a user's mistake has an exit code, a bug of ours has none and keeps its stack trace", () => {
  assert.is(exitCodeOf(new UsageError('x')), 2);
  assert.is(exitCodeOf(new InputError('x')), 2);
  assert.is(exitCodeOf(new UnavailableError('x')), 4);
  assert.is(exitCodeOf(new TypeError('x')), null);
});

test.run();
