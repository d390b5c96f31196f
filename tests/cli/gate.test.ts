/**
 * @file `flatcheck gate` and what it refuses: files that contradict themselves, are of other code, or hold no
 * numbers.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { VerifyResult } from '../../src/claims/result.js';
import { registryDigest, vouchedDigest } from '../../src/cli/verify/sources.js';
import { suite } from '../harness.js';
import { REGISTRY } from '../registry.js';
import { FAILED, PASSED, RESULT } from '../report/sample.js';
import type { Ended } from './captured.js';
import { emptyFolder, flatcheck, oneLine } from './run.js';

const test = suite('gate command');
const folder = emptyFolder();
const put = (name: string, value: unknown): void =>
  writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
const text = (name: string): string => readFileSync(join(folder, name), 'utf8');

const ENOUGH: VerifyResult = {
  ...RESULT,
  claims: [PASSED],
  failed: 0,
  run: { ...RESULT.run, digest: vouchedDigest(REGISTRY), registry: registryDigest(REGISTRY) },
};
const ROW = { file: 'a', id: 'a', objective: 'vae', valid: true, pass: true, maxRelativeError: 1e-15 };
const VECTOR = { ...ROW, worst: 'expect.loss', errors: { 'expect.loss': 1e-15 }, disagreeing: [] };
const VECTORS = { schema: 1, vectors: [VECTOR], passed: 1, failed: 0 };
const RATIOS = { ratios: [{ name: 'x', value: 0.1, spread: 0.01 }] };

const gate = (current: string, ...more: string[]): Promise<Ended> =>
  flatcheck(['gate', '--baseline', 'base.json', '--current', current, ...more], folder);

put('r.json', ENOUGH);
put('v.json', VECTORS);
put('b.json', RATIOS);
const FILES = ['r.json', '--vectors', 'v.json', '--bench', 'b.json'] as const;

async function refuses(part: RegExp, current: string, ...more: string[]): Promise<void> {
  const ended = await gate(current, ...more);
  assert.is(ended.status, 2, `${part}: ${ended.stdout}${ended.stderr}`);
  assert.match(ended.stderr, part);
  assert.ok(oneLine(ended), ended.stderr);
}

test('a baseline is taken with a reason, holds what it was taken from, and keeps all reasons', async () => {
  await refuses(/--update and --reason TEXT go together/, ...FILES, '--update');
  await refuses(/--update and --reason TEXT go together/, ...FILES, '--update', '--reason', ' ');
  assert.is((await gate(...FILES, '--update', '--reason', 'first')).status, 0);
  assert.is((await gate(...FILES)).status, 0);
  assert.is((await gate(...FILES, '--update', '--reason', 'second')).status, 0);
  assert.equal((JSON.parse(text('base.json')) as { history: string[] }).history, ['first', 'second']);
});

test('what the baseline holds must be there, and what is there must be held', async () => {
  const missing = await gate('r.json', '--vectors', 'v.json');
  assert.is(missing.status, 1);
  assert.match(missing.stdout, /missing +bench x/);
  put('more.json', { ...VECTORS, vectors: [VECTOR, { ...VECTOR, id: 'new' }], passed: 2 });
  const more = await gate('r.json', '--vectors', 'more.json', '--bench', 'b.json');
  assert.is(more.status, 1);
  assert.match(more.stdout, /new +vector new \/ outcome/);
  await refuses(/figures of --vectors, which would be lost/, 'r.json', '--update', '--reason', 'x');
  put('none.json', { ...ENOUGH, claims: [], passed: 0 });
  await refuses(/baseline holds SAMBA-18/, 'none.json', ...FILES.slice(1), '--update', '--reason', 'x');
});

test('a result that is of other code, claims or cases, or not of this baseline', async () => {
  const { run } = ENOUGH;
  for (const [change, part] of [
    [{ digest: 'd' }, /of other code, packages or Node: digest d, here/],
    [{ registry: 'r' }, /of other claims: registry r, here/],
    [{ seed: 6 }, /seed must be 5, as in the baseline, got 6/],
    [{ alpha: 1e-3 }, /alpha must be 0.000001/],
    [{ engine: 'onnx-cpu' }, /engine must be float64/],
    [{ shard: { index: 1, count: 2 } }, /one shard of a run/],
    [{ effort: 4 }, /--runs, --deep or --replay/],
    [{ runs: 4 }, /--runs, --deep or --replay/],
    [{ replayed: true }, /--runs, --deep or --replay/],
  ] as const) {
    put('other.json', { ...ENOUGH, run: { ...run, ...change } });
    await refuses(part, 'other.json');
  }
  put('other.json', { ...ENOUGH, claims: [{ ...PASSED, id: 'SAMBA-99' }] });
  await refuses(/claim SAMBA-99, which is not in the registry/, 'other.json');
  for (const findings of [[null], [{}], [{ class: 'fine', title: '', quote: '', place: '', says: '' }]]) {
    put('other.json', { ...ENOUGH, claims: [{ ...PASSED, findings }] });
    await refuses(/\/claims\/0\/findings\/0/, 'other.json');
  }
  put('other.json', { ...ENOUGH, passed: 9 });
  await refuses(/other.json contradicts itself: passed must be 1/, 'other.json');
});

test('a claim that fails shuts the gate, and makes no baseline', async () => {
  put('failed.json', { ...ENOUGH, claims: [PASSED, FAILED], failed: 1 });
  const ended = await gate('failed.json', ...FILES.slice(1));
  assert.is(ended.status, 1);
  assert.match(ended.stdout, /1 claims failed, 0 inconclusive/);
  await refuses(
    /all claims pass, got 1 failed/,
    'failed.json',
    ...FILES.slice(1),
    '--update',
    '--reason',
    'x',
  );
});

test('vectors: doubled ids, counters and outcomes that their errors do not bear out', async () => {
  const wrong = {
    ...VECTOR,
    maxRelativeError: 0.5,
    errors: { 'expect.loss': 0.5 },
    disagreeing: ['expect.loss'],
  };
  for (const [change, part] of [
    [{ vectors: [VECTOR, { ...wrong, pass: false }], failed: 1 }, /vector a is there twice/],
    [{ passed: 2 }, /passed must be 1 by what is listed, got 2/],
    [{ failed: 3 }, /failed must be 0 by what is listed, got 3/],
    [{ vectors: [wrong] }, /vector a says pass: true where its errors say false/],
    [{ vectors: [{ ...wrong, disagreeing: [] }] }, /disagrees in \[\] where its errors say \[expect.loss\]/],
    [{ vectors: [{ ...VECTOR, maxRelativeError: 1e-16 }] }, /largest error 1e-16 where its errors say 1e-15/],
    [{ vectors: [{ ...VECTOR, valid: false }] }, /is not valid and has no flaw/],
    [{ vectors: [] }, /\/vectors must NOT have fewer than 1 items/],
    [{ errors: [{ file: 'x', error: 'no' }] }, /1 files that are no vectors: x/],
    [{ vectors: [{ id: 'a', pass: true }] }, /must have required property 'file'/],
  ] as const) {
    put('bad.json', { ...VECTORS, ...change });
    await refuses(part, 'r.json', '--vectors', 'bad.json', '--bench', 'b.json');
  }
  put('bad.json', { ratios: [...RATIOS.ratios, ...RATIOS.ratios] });
  await refuses(/ratio 'x' twice/, 'r.json', '--vectors', 'v.json', '--bench', 'bad.json');
});

/** Every number of a file in turn, as what is no number of its kind. */
async function damaged(name: string, flag: (file: string) => string[]): Promise<number> {
  const whole = text(name);
  let tried = 0;
  for (const { index, 0: found } of whole.matchAll(/(?<=[:[,]\s*)-?\d[\d.eE+-]*(?=[,\]}\s])/g))
    for (const value of ['NaN', 'Infinity', '1e999', '-1e999', '1e300', '"1"', 'null']) {
      if (value === 'null' && /rror/.test(whole.slice(index - 20, index))) continue;
      put('bad.json', whole.slice(0, index) + value + whole.slice(index + found.length));
      const ended = await flatcheck(['gate', ...flag('bad.json')], folder);
      assert.is(ended.status, 2, `${whole.slice(index - 40, index)} ${value}: ${ended.stdout}`);
      assert.ok(oneLine(ended), ended.stderr);
      tried++;
    }
  return tried;
}

test('numbers that are none, in every place of every file', async () => {
  const asked = (base: string, current: string, vectors: string, bench: string): string[] => [
    '--baseline',
    base,
    '--current',
    current,
    '--vectors',
    vectors,
    '--bench',
    bench,
  ];
  assert.ok((await damaged('r.json', bad => asked('base.json', bad, 'v.json', 'b.json'))) > 150);
  assert.ok((await damaged('base.json', bad => asked(bad, 'r.json', 'v.json', 'b.json'))) > 100);
  assert.ok((await damaged('v.json', bad => asked('base.json', 'r.json', bad, 'b.json'))) > 10);
  assert.ok((await damaged('b.json', bad => asked('base.json', 'r.json', 'v.json', bad))) > 10);
});

test('an empty baseline, one without reasons, one with figures of no kind', async () => {
  const base = JSON.parse(text('base.json')) as Record<string, unknown>;
  const kept = text('base.json');
  for (const [value, part] of [
    [{}, /is no baseline of 'flatcheck gate --update': the document must have required property/],
    [null, /must be object, got null/],
    [{ ...base, schema: 1 }, /\/schema must be equal to constant, got 1/],
    [{ ...base, figures: {} }, /\/figures must NOT have fewer than 1 properties/],
    [{ ...base, history: [] }, /\/history must NOT have fewer than 1 items/],
    [{ ...base, history: [1] }, /\/history\/0 must be string, got 1/],
    [{ ...base, figures: { f: { kind: 'colour', value: 1 } } }, /\/figures\/f/],
    [{ ...base, figures: { f: { kind: 'count', value: -1 } } }, /\/figures\/f\/value must be >= 0, got -1/],
    [{ ...base, figures: { f: { kind: 'count', value: 1.5 } } }, /must be integer/],
    [{ ...base, figures: { f: { kind: 'count', value: 1, more: 1 } } }, /'more'/],
    [{ ...base, more: 1 }, /additional properties 'more'/],
    [kept.replace('"figures": {', '"figures": {\n "decision rules": 1,'), /keys must be distinct/],
  ] as const) {
    put('base.json', value);
    await refuses(part, ...FILES);
  }
  put('base.json', kept);
  assert.is((await gate(...FILES)).status, 0);
});

test.run();
