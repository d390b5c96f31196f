import * as assert from 'uvu/assert';
import { integer, noMore, readArgs } from '../../src/cli/args.js';
import { UsageError } from '../../src/cli/exit.js';
import { nearest } from '../../src/formats/nearest.js';
import { suite } from '../harness.js';

const test = suite('command line arguments');

const usage =
  (part: string) =>
  (error: unknown): boolean =>
    error instanceof UsageError && error.message.includes(part);

test('flags are read, and positionals kept', () => {
  const { values, positionals } = readArgs('verify', ['a', '--seed', '3', '--json'], {
    seed: { type: 'string' },
    json: { type: 'boolean' },
  });
  assert.is(values.seed, '3');
  assert.is(values.json, true);
  assert.equal(positionals, ['a']);
});

test('an unknown flag names the command and the flag', () => {
  assert.throws(
    () => readArgs('verify', ['--sed', '3'], { seed: { type: 'string' } }),
    usage("verify: Unknown option '--sed'"),
  );
  assert.throws(() => readArgs('verify', ['--seed'], { seed: { type: 'string' } }), usage('verify: '));
  assert.throws(
    () => readArgs('verify', ['--seed', '-1'], { seed: { type: 'string' } }),
    usage('is ambiguous - write --seed=VALUE'),
  );
});

test('integers are whole, large enough and not empty', () => {
  assert.is(integer('train', 'threads', '2', 1), 2);
  for (const text of ['', ' ', '1.5', '-3', '0', '1e3', 'two', 'NaN', '99999999999999999999'])
    assert.throws(
      () => integer('train', 'threads', text, 1),
      usage(`--threads must be an integer of at least 1, got '${text}'`),
    );
});

test('superfluous arguments are refused', () => {
  noMore('data', ['get'], 1);
  assert.throws(() => noMore('verify', ['extra'], 0), usage("verify: takes no arguments, got 'extra'"));
  assert.throws(() => noMore('data', ['get', 'x'], 1), usage("data: takes at most 1 arguments, got 'x'"));
});

test('the nearest known name is found, and nothing far away', () => {
  assert.is(nearest('SAMBA18', ['SAMBA-18', 'SAMBA-21', 'KP-14']), 'SAMBA-18');
  assert.is(nearest('verfiy', ['verify', 'train']), 'verify');
  assert.is(nearest('zzzzzz', ['verify', 'train']), undefined);
  assert.is(nearest('x', []), undefined);
});

test.run();
