import * as assert from 'uvu/assert';
import { claimCells, claimTable, failureText, summaryLine } from '../../src/report/table.js';
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
    'equivalent: same by gradient',
    '--replay flat1.b',
  ])
    assert.ok(text.includes(part), `${part} in ${text}`);
  assert.not.match(text, /survived: half/);
});

test('mutants of a claim that itself fails were not tried, and are no survivors', () => {
  const { mutants } = FAILED;
  const untriedOf = (names: readonly string[]) => ({
    ...FAILED,
    mutants: {
      ...mutants,
      killed: mutants.list.filter(({ name }) => !names.includes(name) && name === 'half').length,
      list: mutants.list.map(mutant =>
        names.includes(mutant.name) ? { ...mutant, killedBy: [], untried: true as const } : mutant,
      ),
    },
  });
  const [some, all] = [untriedOf(['alive']), untriedOf(['half', 'alive', 'same'])];
  assert.match(claimCells(some).at(-1)!, /^1\/2 \+1 eq\. \(1 not tried\)$/);
  assert.is(claimCells(all).at(-1), 'not tried');
  assert.match(failureText(some), /1 of 3 mutants not tried: the claim itself fails/);
  assert.not.match(failureText(all), /survived|named equivalent/);
  assert.match(summaryLine({ ...RESULT, claims: [all] }), /0 of 2 mutants killed, 3 not tried;/);
});

test('the summary counts claims and mutants', () => {
  assert.is(summaryLine(RESULT), '1 claims passed, 1 failed; 4 of 5 mutants killed; seed 5');
  assert.match(summaryLine({ ...RESULT, inconclusive: 2 }), /1 failed, 2 inconclusive;/);
});

test.run();
