import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { suite } from '../harness.js';
import { emptyFolder, flatcheck, oneLine } from './run.js';

const test = suite('command line');

const refuses = (args: readonly string[], status: number, part: RegExp, folder?: string): void => {
  const ended = flatcheck(args, folder);
  assert.is(ended.status, status, `${args.join(' ')}: ${ended.stderr}`);
  assert.match(ended.stderr, part);
  assert.ok(oneLine(ended), ended.stderr);
  assert.is(ended.stdout, '');
};

test('help and version', () => {
  assert.match(flatcheck(['--help']).stdout, /usage: flatcheck COMMAND/);
  assert.is(flatcheck([]).status, 2);
  assert.match(flatcheck(['--version']).stdout, /^\d+\.\d+\.\d+\n$/);
  for (const command of ['verify', 'train', 'start', 'merge', 'gate', 'vectors', 'data', 'doctor']) {
    const { status, stdout } = flatcheck([command, '--help']);
    assert.is(status, 0);
    assert.match(stdout, new RegExp(`usage: flatcheck ${command}`));
  }
});

test('wrong arguments are one line and exit code 2', () => {
  refuses(['verfiy'], 2, /no command 'verfiy'; did you mean 'verify'/);
  refuses(['toString'], 2, /no command 'toString'/);
  refuses(['verify', '--sed', '1'], 2, /Unknown option '--sed'/);
  refuses(['verify', '--claim', 'SAMBA-81'], 2, /no claim 'SAMBA-81'; did you mean/);
  refuses(['verify', '--paper', 'sambo'], 2, /--paper must be one of samba/);
  refuses(['verify', '--seed=-1'], 2, /--seed must be an integer of at least 0, got '-1'/);
  refuses(['verify', '--seed', '1', '--vary-seed'], 2, /exclude each other/);
  refuses(['verify', '--runs', '0'], 2, /--runs must be an integer of at least 1/);
  refuses(['verify', '--shard', '4/3'], 2, /--shard must be I\/N/);
  refuses(['verify', '--replay', 'nonsense'], 2, /wants a token/);
  refuses(['verify', 'extra'], 2, /takes no arguments/);
  refuses(['merge'], 2, /give the JSON files/);
  refuses(['data', 'put'], 2, /must be 'get'/);
  refuses(['data', 'get', 'cifar11'], 2, /did you mean 'cifar10'/);
  refuses(['data', 'get', 'toString'], 2, /no data set 'toString'/);
  refuses(['gate'], 2, /--baseline FILE and --current FILE/);
  refuses(['gate', '--baseline', 'a', '--current', 'b', '--update'], 2, /--update and --reason/);
});

test('a stale token is refused and says what to do', () => {
  const token = `flat1.${Buffer.from(JSON.stringify({ claim: 'SAMBA-18', digest: '0000', seed: 1 })).toString('base64url')}`;
  refuses(['verify', '--replay', token], 2, /stale.*flatcheck verify --claim SAMBA-18 --seed 1/);
  refuses(['verify', '--replay', token, '--seed', '3'], 2, /--seed has no use beside it/);
});

test('missing data and forbidden fetching are exit code 4', () => {
  refuses(['data', 'get', 'cifar10', '--offline'], 4, /--offline/);
  refuses(['start', '--data', 'nowhere'], 4, /nowhere/);
});

test('wrong files are exit code 2, missing ones 4, and nothing is written', () => {
  const folder = emptyFolder();
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return name;
  };
  refuses(['train', 'none.json'], 4, /none\.json/, folder);
  refuses(['train', write('broken.json', '{"a":')], 2, /must be JSON/, folder);
  refuses(['train', write('empty.json', '{}')], 2, /empty\.json/, folder);
  refuses(
    ['merge', write('other.json', '{"schema":2}')],
    2,
    /no result of 'flatcheck verify --json-file'/,
    folder,
  );
  refuses(['gate', '--baseline', 'none.json', '--current', 'other.json'], 2, /no result/, folder);
  assert.equal(readdirSync(folder).sort(), ['broken.json', 'empty.json', 'other.json']);
  assert.not.ok(existsSync(join(folder, 'runs')));
});

test.run();
