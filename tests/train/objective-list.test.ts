/** @file Every objective of the list as configurations and documents have it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import type { Field } from '../../src/core/objectives/fields.js';
import { AUTOENCODER_OBJECTIVES } from '../../src/core/objectives/list.js';
import { InputError } from '../../src/formats/input-error.js';
import { Fields } from '../../src/train/fields.js';
import { readObjective } from '../../src/train/objective-reader.js';
import { withObjectiveTables } from '../../src/train/objectives-doc.js';
import { suite } from '../harness.js';
import { REPOSITORY } from '../vectors/support.js';

const test = suite('train/objective-list');

const read = (value: object) => readObjective(new Fields(value, { command: 'train', file: 'test' }));

/** Values that a field takes, and values that it refuses. */
const VALUES: Readonly<
  Record<Field['kind'], readonly [taken: readonly unknown[], refused: readonly unknown[]]>
> = {
  weight: [
    [0, 0.5],
    [-1, '1', null],
  ],
  nonNegative: [
    [0, 0.5],
    [-1, '1', null],
  ],
  positive: [[0.5], [0, -1, '1', null]],
  count: [
    [1, 3],
    [0, 1.5, '1', null],
  ],
  reconstruction: [
    ['sum', 'half', 'mean'],
    ['Sum', 1, null],
  ],
  variance: [
    ['learned', { fixed: 0.5 }],
    ['fixed', { fixed: 0 }, { fixed: 1, more: 1 }, {}, 0.5],
  ],
  learned: [['learned'], ['fixed', { fixed: 0.5 }]],
  oneOf: [[], [0, '1', null]],
};

const taken = (field: Field): readonly unknown[] =>
  field.kind === 'oneOf' ? field.choices : VALUES[field.kind][0];

for (const { name, hyper } of AUTOENCODER_OBJECTIVES)
  test(name, () => {
    const fields = Object.entries<Field>(hyper);
    const first = { name, ...Object.fromEntries(fields.map(([key, field]) => [key, taken(field)[0]])) };
    assert.equal(read(first), first);
    assert.equal(Object.keys(read(first)), ['name', ...Object.keys(hyper)], 'the order that digests see');
    const refused = (value: object): void => {
      assert.throws(
        () => read(value),
        (error: unknown) => error instanceof InputError,
      );
    };
    refused({ ...first, more: 1 });
    for (const [key, field] of fields) {
      for (const value of taken(field))
        assert.equal(read({ ...first, [key]: value }), { ...first, [key]: value });
      for (const value of VALUES[field.kind][1]) refused({ ...first, [key]: value });
      refused(Object.fromEntries(Object.entries(first).filter(([other]) => other !== key)));
    }
  });

test('the tables of docs/training.md are those of the list (npm run derive)', () => {
  const document = readFileSync(join(REPOSITORY, 'docs/training.md'), 'utf8');
  assert.is(withObjectiveTables(document), document);
});

test.run();
