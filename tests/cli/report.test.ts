import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { choose } from '../../src/cli/experiment/choose.js';
import { suite } from '../harness.js';
import { REGISTRY } from '../registry.js';
import { emptyFolder, flatcheck, oneLine } from './run.js';

const test = suite('report command', 300);

const out = emptyFolder();
const asked = ['experiment', 'vgr-fig3', '--out', out];
/** Run by run in this process, which is faster than a process for each. */
for (const { id } of (await choose(['vgr-fig3'], REGISTRY)).plan) await flatcheck([...asked, '--only', id]);
const made = await flatcheck(asked);

test('an experiment ends with its report', () => {
  assert.is(made.status, 0, made.stderr);
  assert.ok(made.stdout.includes(join(out, 'report', 'index.html')));
  const names = readdirSync(join(out, 'report'));
  for (const name of ['index.html', 'runs.csv', 'metrics.csv', 'tensorboard'])
    assert.ok(names.includes(name), name);
  const figures = names.filter(name => name.endsWith('.svg')).map(name => name.slice(0, -4));
  assert.ok(figures.length > 0 && figures.every(figure => names.includes(`${figure}.png`)));
});

test('the report again, elsewhere, from the folder alone: the same page', async () => {
  const elsewhere = join(emptyFolder(), 'new', 'place');
  const { status, stdout } = await flatcheck(['report', out, '--out', elsewhere]);
  assert.is(status, 0);
  assert.match(stdout, /vgr-fig3: \d+ of \d+ runs/);
  const page = (folder: string): string => readFileSync(join(folder, 'index.html'), 'utf8');
  assert.is(page(elsewhere), page(join(out, 'report')));
});

test('a run that is gone counts as missing, and the page says so', async () => {
  const [first] = readdirSync(join(out, 'runs'));
  rmSync(join(out, 'runs', first!), { recursive: true });
  const { status, stdout } = await flatcheck(['report', out, '--json']);
  assert.is(status, 0);
  const { runs } = JSON.parse(stdout) as { runs: readonly { status: string }[] };
  assert.is(runs.filter(run => run.status === 'waiting').length, 1);
  assert.ok(readFileSync(join(out, 'report', 'index.html'), 'utf8').includes('not complete'));
});

test('a damaged run is listed and left out, by page, terminal and JSON; so is a damaged result of before', async () => {
  const [first, second] = readdirSync(join(out, 'runs'));
  const path = join(out, 'runs', first!, 'result.json');
  const whole = readFileSync(path, 'utf8');
  for (const [content, words] of [
    [
      whole.replace(/\d(?=\n)/, digit => String((Number(digit) + 1) % 10)),
      /result.json must hold what was written/,
    ],
    [
      readFileSync(join(out, 'runs', second!, 'result.json'), 'utf8'),
      /result.json must be of this configuration/,
    ],
    ['null', /must have schema 1, got null/],
  ] as const) {
    writeFileSync(path, content);
    writeFileSync(join(out, 'result.json'), '{"schema":1}');
    const { status, stdout, stderr } = await flatcheck(['report', out]);
    assert.is(status, 1);
    assert.match(stdout, /1 damaged and left out/);
    assert.match(stderr, words);
    assert.match(stderr, /report: .*result.json must have required property/);
    const page = readFileSync(join(out, 'report', 'index.html'), 'utf8');
    assert.match(page, /Damaged and left out: /);
    const asJson = await flatcheck(['report', out, '--json']);
    const { runs } = JSON.parse(asJson.stdout) as {
      runs: readonly { id: string; status: string; damage?: string; numbers: object }[];
    };
    const run = runs.find(({ id }) => id === first)!;
    assert.is(run.status, 'damaged');
    assert.match(run.damage!, words);
    assert.equal(run.numbers, {});
  }
  writeFileSync(path, whole);
  assert.is((await flatcheck(['report', out])).status, 0);
});

test('mistakes are one line each, and nothing is written', async () => {
  const empty = emptyFolder();
  const other = join(emptyFolder(), 'other');
  mkdirSync(other);
  writeFileSync(join(other, 'experiment.json'), '{"schema":1,"name":"none"}');
  for (const [args, code, words] of [
    [['report'], 2, /give the folder/],
    [['report', empty], 2, /must be the output of an experiment/],
    [['report', join(empty, 'absent')], 2, /must be the output of an experiment/],
    [['report', other], 2, /report: .*experiment.json must have required property/],
    [['report', out, '--figure'], 2, /report: Unknown option/],
    [['report', out, out, '--out', empty], 2, /different names/],
  ] as const) {
    const ended = await flatcheck(args);
    assert.is(ended.status, code, args.join(' '));
    assert.ok(oneLine(ended), ended.stderr);
    assert.match(ended.stderr, words);
  }
  assert.equal(readdirSync(empty), []);
  assert.not(existsSync(join(other, 'report')));
});

test.run();
