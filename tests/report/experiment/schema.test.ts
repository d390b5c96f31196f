/**
 * A result as it is written is what schemas/run.schema.json says of it; pairs and margins that are none are
 * refused.
 */
import * as assert from 'uvu/assert';
import { conform } from '../../../src/train/own-files.js';
import { suite } from '../../harness.js';
import { RESULT } from './sample.js';

const test = suite('schema of an experiment');

/** What a reader of the file gets. */
const written = (statements: unknown): unknown =>
  JSON.parse(JSON.stringify({ ...RESULT, statements, sha256: '0'.repeat(64) }));

const conforms = (statements: unknown): unknown =>
  conform('experimentResult', written(statements), 'result.json');

test('judgements with pairs and sensitivity, and with neither', () => {
  assert.ok(RESULT.statements.some(({ sensitivity }) => sensitivity !== undefined));
  conforms(RESULT.statements);
  const { outcome, why, pairs } = RESULT.statements[0]!;
  conforms([{ ...RESULT.statements[0]!, published: { source: 'theirs', outcome, why, pairs } }]);
  conforms(RESULT.statements.map(({ pairs: _, sensitivity: __, ...rest }) => rest));
});

test('anything else is refused', () => {
  const [first] = RESULT.statements;
  const [pair] = first!.pairs!;
  for (const wrong of [
    { outcome: 'perhaps' },
    { pairs: [{ ...pair, seeds: [1] }] },
    { pairs: [{ ...pair, dropped: { a: [] } }] },
    { published: { outcome: 'supported', why: '' } },
    { sensitivity: { margin: 1.05, contradictedBelow: 'all', supportedFrom: 'none' } },
  ])
    assert.throws(() => conforms([{ ...first, ...wrong }]), /result\.json statements\/0/);
});

test.run();
