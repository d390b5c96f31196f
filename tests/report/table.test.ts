import * as assert from 'uvu/assert';
import { claimTable, failureText, summaryLine } from '../../src/report/table.js';
import { suite } from '../harness.js';
import { FAILED, RESULT } from './sample.js';

const test = suite('terminal report');

test('a row says order, constant, cases, what would have been caught and kills', () => {
  const [head, first, second] = claimTable(RESULT).split('\n');
  assert.match(head!, /claim\s+verdict\s+outcome\s+order/);
  assert.match(
    first!,
    /SAMBA-18\s+order 2 in rho\s+pass\s+2\.000 \[1\.998, 2\.002\]\s+0\.9999\s+40\s+3e-6\s+3\/3 \+1 eq\./,
  );
  assert.match(second!, /KP-14\s+exact\s+fail/);
});

test('failures are painted, passes are not', () => {
  const lines = claimTable(RESULT, { bad: t => `<${t}>`, dim: t => t }).split('\n');
  assert.not.match(lines[1]!, /</);
  assert.match(lines[2]!, /^<KP-14/);
});

test('a failure shows case, expected, measured, survivors and how to replay it', () => {
  const text = failureText(FAILED);
  for (const part of [
    '{ d: 1 } & <script>',
    'expected: 1',
    'measured: 2',
    'a note',
    'mutant survived: alive',
    'equivalent: same by value',
    '--replay flat1.b',
  ])
    assert.ok(text.includes(part), `${part} in ${text}`);
  assert.not.match(text, /survived: half/);
});

test('the summary counts claims and mutants', () => {
  assert.is(summaryLine(RESULT), '1 claims passed, 1 failed; 4 of 5 mutants killed; seed 5');
  assert.match(summaryLine({ ...RESULT, inconclusive: 2 }), /1 failed, 2 inconclusive;/);
});

test.run();
