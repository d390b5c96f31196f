import * as assert from 'uvu/assert';
import { notCheckable } from '../../src/claims/verdict.js';
import { claimsDocument } from '../../src/report/claims-doc.js';
import { findingsDocument } from '../../src/report/findings-doc.js';
import { escapeXml, junit } from '../../src/report/junit.js';
import { markdown } from '../../src/report/markdown.js';
import { suite } from '../harness.js';
import { FAILED, PASSED, RESULT } from './sample.js';

const test = suite('report files');

test('JUnit has one suite a paper and one case a claim, with counts', () => {
  const skipped = { ...PASSED, id: 'UJV-24', verdict: notCheckable('needs <training>') };
  const xml = junit({ ...RESULT, claims: [PASSED, FAILED, skipped] });
  assert.match(xml, /<testsuite name="samba" tests="2" failures="0" errors="0" skipped="1" time="2.000">/);
  assert.match(xml, /<testsuite name="kumar-poole" tests="1" failures="1" errors="0" skipped="0"/);
  assert.match(xml, /<failure type="fail" message="checks: value">/);
  assert.match(xml, /<skipped message="needs &lt;training&gt;"\/>/);
  assert.not.match(xml, /<script>/);
  const survivor = junit({ ...RESULT, claims: [{ ...FAILED, checks: [] }] });
  assert.match(survivor, /message="a mutant was not told from the original"/);
});

test('XML text has no forbidden character', () => {
  assert.is(
    escapeXml('a\u0000\u001b<b>&"\'\ud800 \u{1f600}'),
    'a\ufffd\ufffd&lt;b&gt;&amp;&quot;&apos;\ufffd \u{1f600}',
  );
});

test('Markdown leads with failures, escapes cells, and stays within the limit', () => {
  const text = markdown(RESULT);
  assert.ok(text.indexOf('### KP-14') < text.indexOf('| claim |'));
  assert.match(text, /\| SAMBA-18 \| order 2 in rho \| pass \|/);
  assert.match(text, /commit unknown; flatcheck 0\.1\.0, node 20/);
  const ticks = markdown({ ...RESULT, claims: [{ ...FAILED, says: 'has ```` inside | and' }] });
  assert.match(ticks, /`````\nKP-14/);
  const huge = markdown({
    ...RESULT,
    claims: Array.from({ length: 3000 }, () => ({ ...FAILED, says: 'x'.repeat(500) })),
  });
  assert.ok(Buffer.byteLength(huge) < 1_000_000);
  assert.match(huge, /cut here/);
});

test('the document of claims has formulas, figures, kills and the command', () => {
  const unchecked = {
    ...PASSED,
    id: 'UJV-24',
    verdict: notCheckable('needs training'),
    checks: [],
    mutants: { killed: 0, equivalent: 0, total: 0, list: [] },
    tex: { printed: 'x' },
  };
  const text = claimsDocument({ ...RESULT, claims: [PASSED, FAILED, unchecked] });
  for (const part of [
    '### SAMBA-18',
    'As printed',
    '```math\n\\nabla L\n```',
    'Evaluated by the checks:\n\nThe ratio &lt;r>:\n\n```math\n\\frac{1}{1+ g}\n```\n\n- `z`',
    'Asymptotic: error of order 2 in rho',
    'order 2.0004 ± 2e-3',
    '3 of 3 negative controls',
    'equivalent: c|g/c| = |g|',
    'survived',
    'flatcheck verify --claim KP-14',
    'Not checkable: needs training',
  ])
    assert.ok(text.includes(part), `${part} in ${text}`);
  assert.not.match(text, /--claim UJV-24/);
});

test('the findings of a shard are text, whatever they hold', () => {
  const evil = 'x\u001b[31m<script>a</script>\n::error::\r##[error]y';
  const finding = {
    class: 'error',
    title: evil,
    quote: evil,
    place: evil,
    says: evil,
    also: [evil],
  } as const;
  const text = findingsDocument([{ ...PASSED, findings: [finding] }]);
  assert.not.match(text, /<script|^::|##\[|(?!\n)\p{Cc}/mu);
  assert.match(text, /&lt;script/);
});

test.run();
