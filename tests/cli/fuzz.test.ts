/** @file What users may hand to the command line, damaged: tokens, reports, baselines. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { exitCodeOf } from '../../src/cli/exit.js';
import { readOwnFile } from '../../src/cli/verify/own-file.js';
import { readResult } from '../../src/cli/verify/read-result.js';
import { decodeReplay, encodeReplay } from '../../src/cli/verify/replay.js';
import { InputError } from '../../src/formats/input-error.js';
import { parseJson } from '../../src/formats/json.js';
import { baselineText, updated } from '../../src/gate/baseline.js';
import { figuresOf } from '../../src/gate/figures.js';
import { parseConfig } from '../../src/train/config.js';
import { fuzz } from '../formats/fuzz.js';
import { suite } from '../harness.js';
import { REGISTRY } from '../registry.js';
import { PASSED, RESULT } from '../report/sample.js';
import { emptyFolder } from './run.js';

const test = suite('command line/fuzz');
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

test('a report', () => {
  const path = join(emptyFolder(), 'r.json');
  return fuzz('report', Buffer.from(JSON.stringify(RESULT)), bytes => {
    writeFileSync(path, bytes);
    readResult('fuzz', path, REGISTRY);
  });
});

test('a baseline', () => {
  const path = join(emptyFolder(), 'b.json');
  const whole = baselineText(updated(null, RESULT.run, figuresOf({ ...RESULT, claims: [PASSED] }), 'first'));
  return fuzz('baseline', Buffer.from(whole), bytes => {
    writeFileSync(path, bytes);
    readOwnFile('fuzz', path, 'baseline', 'baseline');
  });
});

test('a configuration', () => {
  const config = {
    objective: { name: 'samba', rec: 'sum', beta: 1, variance: { fixed: 0.01 } },
    net: { kind: 'dense', hidden: [8], latent: 2, activation: 'tanh' },
    data: { kind: 'generated', count: 60, size: 8 },
    optimiser: { name: 'sgd', rate: 1e-3 },
    batchSize: 8,
    epochs: 2,
  };
  return fuzz('config', Buffer.from(JSON.stringify(config)), bytes =>
    parseConfig(parseJson(text(bytes), 'fuzz'), 'fuzz'),
  );
});

test('a replay token', () => {
  const token = encodeReplay({
    claim: 'SAMBA-18',
    digest: '0123456789abcdef',
    seed: 7,
    check: 'order',
    path: '3:0:1',
  });
  return fuzz('token', Buffer.from(token), bytes => {
    try {
      decodeReplay(text(bytes));
    } catch (error) {
      assert.is(exitCodeOf(error), 2, (error as Error).stack);
      throw new InputError('refused');
    }
  });
});

test.run();
