import * as assert from 'uvu/assert';
import { checkVector } from '../../src/vectors/check.js';
import { makeVector } from '../../src/vectors/make.js';
import { VECTOR_OBJECTIVES } from '../../src/vectors/metadata.js';
import { suite } from '../harness.js';
import { reread } from './support.js';

const test = suite('vectors/make');

test('what we make, we check; every third is wrong and says how', () => {
  for (const name of VECTOR_OBJECTIVES)
    for (const index of [0, 1, 2]) {
      const vector = reread(makeVector(name, 5, index));
      assert.is(vector.flaw !== undefined, index === 1);
      const { pass, maxRelativeError } = checkVector(vector);
      assert.ok(pass, `${vector.id}: ${maxRelativeError}`);
      if (index === 1) assert.ok(maxRelativeError > 1e-6);
      else assert.is(maxRelativeError, 0);
    }
});

test('the same seed gives the same vectors, another one others', () => {
  assert.equal(makeVector('samba', 1, 3), makeVector('samba', 1, 3));
  assert.not.equal(makeVector('samba', 1, 3).given, makeVector('samba', 2, 3).given);
  assert.not.equal(makeVector('samba', 1, 3).given, makeVector('samba', 1, 2).given);
});

test('the wrong ones go through the mistakes, one wrong entry among them', () => {
  const flaws = new Set(
    Array.from({ length: 9 }, (_, turn) => makeVector('random-sam', 1, 3 * turn + 1).flaw),
  );
  const entry = [...flaws].filter(flaw =>
    /^the first entry of expect\.grad\..* off by 3e-6 of the norm$/.test(flaw ?? ''),
  );
  assert.ok(entry.length >= 1);
  assert.ok(flaws.size >= 8, [...flaws].join('; '));
});

test.run();
