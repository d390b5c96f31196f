import * as assert from 'uvu/assert';
import { changedSince, changesText } from '../../src/train/changed-source.js';
import { suite } from '../harness.js';

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

test.run();
