import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { changedSince, changesText } from '../../src/train/changed-source.js';
import { train } from '../../src/train/train.js';
import { inFolder } from '../formats/temporary.js';
import { suite } from '../harness.js';
import { optionsFor, stopAfter, tiny } from './tiny.js';

const test = suite('what computes a run besides our code');

const BEFORE = { versions: { node: '20.1.0', gone: '1' }, integrity: { 'a@1': 'x', 'b@1': 'y' } };

test('every change is named, and no change is none', () => {
  assert.equal(changedSince(undefined, BEFORE), []);
  assert.equal(changedSince(BEFORE, BEFORE), []);
  const now = { versions: { node: '22.0.0' }, integrity: { 'a@1': 'z', 'b@2': 'y' } };
  assert.equal(changedSince(BEFORE, now), [
    'gone absent instead of 1',
    'node 22.0.0 instead of 20.1.0',
    'a@1 has other contents',
    'without b@1',
    'with b@2',
  ]);
  assert.is(
    changesText(changedSince(BEFORE, now)),
    'gone absent instead of 1, node 22.0.0 instead of 20.1.0, a@1 has other contents, without b@1 and 1 more',
  );
  assert.is(changesText(['one']), 'one');
});

test('a run that is resumed with other packages says so, is compared with doubles again, and keeps what they were', () =>
  inFolder(async folder => {
    const source = { codeDigest: 'test', commit: null, versions: { node: '1' }, integrity: { 'a@1': 'x' } };
    const notes: string[] = [];
    const onNote = (note: string): void => void notes.push(note);
    await train(tiny(), optionsFor(folder, { source, onNote, ...stopAfter(2) }));
    await train(tiny(), optionsFor(folder, { source, onNote, ...stopAfter(4) }));
    assert.is(notes.filter(note => /resumed with/.test(note)).length, 0, notes.join('\n'));
    notes.length = 0;
    const now = { ...source, versions: { node: '2' }, integrity: { 'a@1': 'patched' } };
    await train(tiny(), optionsFor(folder, { source: now, onNote, ...stopAfter(6) }));
    assert.ok(
      notes.some(note => /^resumed with node 2 instead of 1, a@1 has other contents: compared/.test(note)),
    );
    assert.ok(
      notes.some(note => /agrees with float64 on the first records/.test(note)),
      notes.join('\n'),
    );
    notes.length = 0;
    await train(tiny(), optionsFor(folder, { source: now, onNote }));
    assert.is(notes.filter(note => /resumed with/.test(note)).length, 0, 'the same as in the session before');
    const { sessions } = JSON.parse(readFileSync(join(folder, 'provenance.json'), 'utf8')) as {
      sessions: { changed?: { changes: string[] } }[];
    };
    assert.equal(
      sessions.map(({ changed }) => changed?.changes),
      [undefined, undefined, ['node 2 instead of 1', 'a@1 has other contents'], undefined],
    );
  }));

test.run();
