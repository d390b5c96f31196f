import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { FLATCHECK } from '../../src/cli/program.js';
import { suite } from '../harness.js';
import { emptyFolder, flatcheck, oneLine, program } from './run.js';

const test = suite('command line');

const refuses = async (
  args: readonly string[],
  status: number,
  part: RegExp,
  folder?: string,
): Promise<void> => {
  const ended = await flatcheck(args, folder);
  assert.is(ended.status, status, `${args.join(' ')}: ${ended.stderr}`);
  assert.match(ended.stderr, part);
  assert.ok(oneLine(ended), ended.stderr);
  assert.is(ended.stdout, '');
};

test('help and version', async () => {
  assert.match((await flatcheck(['--help'])).stdout, /usage: flatcheck COMMAND/);
  assert.is((await flatcheck([])).status, 2);
  assert.match((await flatcheck(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
  for (const command of ['verify', 'train', 'start', 'merge', 'gate', 'vectors', 'data', 'trace', 'doctor']) {
    const { status, stdout } = await flatcheck([command, '--help']);
    assert.is(status, 0);
    assert.match(stdout, new RegExp(`usage: flatcheck ${command}`));
  }
});

test('the program: exit codes and streams; a reader that goes away is no error', () => {
  const help = program(['--help']);
  assert.equal([help.status, help.stderr], [0, '']);
  assert.match(help.stdout, /usage: flatcheck COMMAND/);
  const wrong = program(['verfiy']);
  assert.equal([wrong.status, wrong.stdout], [2, '']);
  assert.ok(oneLine(wrong), wrong.stderr);
  const gone = spawnSync('sh', ['-c', '"$0" "$1" --help | true', process.execPath, FLATCHECK], {
    encoding: 'utf8',
  });
  assert.equal([gone.status, gone.stderr], [0, '']);
});

test('wrong arguments are one line and exit code 2', async () => {
  await refuses(['verfiy'], 2, /no command 'verfiy'; did you mean 'verify'/);
  await refuses(['toString'], 2, /no command 'toString'/);
  await refuses(['verify', '--sed', '1'], 2, /Unknown option '--sed'/);
  await refuses(['verify', '--claim', 'SAMBA-81'], 2, /no claim 'SAMBA-81'; did you mean/);
  await refuses(['verify', '--paper', 'sambo'], 2, /--paper must be one of samba/);
  await refuses(['verify', '--seed=-1'], 2, /--seed must be an integer of at least 0, got '-1'/);
  await refuses(['verify', '--seed', '1', '--vary-seed'], 2, /exclude each other/);
  await refuses(['verify', '--runs', '0'], 2, /--runs must be an integer of at least 1/);
  await refuses(['verify', '--shard', '4/3'], 2, /--shard must be I\/N/);
  await refuses(['verify', '--replay', 'nonsense'], 2, /wants a token/);
  await refuses(['verify', 'extra'], 2, /takes no arguments/);
  await refuses(['merge'], 2, /give the JSON files/);
  await refuses(['data', 'put'], 2, /must be 'get'/);
  await refuses(['data', 'get', 'cifar11'], 2, /did you mean 'cifar10'/);
  await refuses(['data', 'get', 'toString'], 2, /no data set 'toString'/);
  await refuses(['gate'], 2, /--baseline FILE and --current FILE/);
  await refuses(['gate', '--baseline', 'a', '--current', 'b', '--update'], 2, /--update and --reason/);
});

test('a stale token is refused and says what to do', async () => {
  const token = `flat1.${Buffer.from(JSON.stringify({ claim: 'SAMBA-18', digest: '0000', seed: 1 })).toString('base64url')}`;
  await refuses(['verify', '--replay', token], 2, /stale.*flatcheck verify --claim SAMBA-18 --seed 1/);
  await refuses(['verify', '--replay', token, '--seed', '3'], 2, /--seed has no use beside it/);
});

test('missing data and forbidden fetching are exit code 4', async () => {
  await refuses(['data', 'get', 'cifar10', '--offline'], 4, /--offline/);
  await refuses(['start', '--data', 'nowhere'], 4, /nowhere/);
});

test('wrong files are exit code 2, missing ones 4, and nothing is written', async () => {
  const folder = emptyFolder();
  const write = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return name;
  };
  await refuses(['train', 'none.json'], 4, /none\.json/, folder);
  await refuses(['train', write('broken.json', '{"a":')], 2, /must be JSON/, folder);
  await refuses(['train', write('empty.json', '{}')], 2, /empty\.json/, folder);
  await refuses(
    ['merge', write('other.json', '{"schema":2}')],
    2,
    /no result of 'flatcheck verify --json-file'/,
    folder,
  );
  await refuses(['gate', '--baseline', 'none.json', '--current', 'other.json'], 2, /no result/, folder);
  assert.equal(readdirSync(folder).sort(), ['broken.json', 'empty.json', 'other.json']);
  assert.not.ok(existsSync(join(folder, 'runs')));
});

test.run();
