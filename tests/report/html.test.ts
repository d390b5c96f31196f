import * as assert from 'uvu/assert';
import { conditional, notCheckable, refuted, statistical } from '../../src/claims/verdict.js';
import { mathml } from '../../src/report/html/math.js';
import { html } from '../../src/report/html/page.js';
import { orderPlot } from '../../src/report/html/plot.js';
import { suite } from '../harness.js';
import { FAILED, PASSED, RESULT } from './sample.js';

const test = suite('HTML report');

test('the page holds every claim, its formulas, kills and replay line, and asks the network for nothing', () => {
  const page = html(RESULT);
  for (const part of [
    'id="SAMBA-18"',
    'id="KP-14"',
    '<math',
    'As printed',
    'As it should be',
    'Evaluated: the ratio &lt;r&gt;</h4><span class="katex">',
    'equivalent: c|g/c| = |g|',
    'survived',
    '--replay flat1.b',
  ])
    assert.ok(page.includes(part), part);
  assert.not.match(page, /\b(src|href)=|@import|url\(|https?:\/\/(?!www\.w3\.org\/)/);
  assert.match(page, /default-src 'none'/);
});

test('a claim that failed is open, one that passed is closed', () => {
  const page = html(RESULT);
  assert.match(page, /id="KP-14"[^>]* open>/);
  assert.not.match(page, /id="SAMBA-18"[^>]* open>/);
});

test('every string is escaped', () => {
  const evil = '<script>alert("x")</script>&\'';
  const claim = {
    ...FAILED,
    id: evil,
    says: evil,
    source: evil,
    replay: evil,
    verdict: refuted({ counterexample: evil, corrected: evil }),
  };
  const page = html({
    ...RESULT,
    claims: [claim],
    run: { ...RESULT.run, commit: evil, versions: { [evil]: evil } },
  });
  assert.not.match(page, /<script>alert/);
  assert.is(page.match(/<script>/g)!.length, 1);
});

test('every kind of verdict is put in words', () => {
  const claims = [
    conditional('d > 1'),
    statistical(1e-6),
    notCheckable('no data'),
    refuted({ counterexample: 'x^4', corrected: 'degree 3' }),
  ].map((verdict, i) => ({ ...PASSED, id: `C-${i}`, verdict }));
  const page = html({ ...RESULT, claims });
  for (const part of [
    'conditional: d &gt; 1',
    'false-alarm rate 0.000001',
    'not checkable: no data',
    'refuted as printed: x^4; corrected: degree 3',
  ])
    assert.ok(page.includes(part), part);
});

test('a plot has axes with units, both lines and a text for who cannot see it', () => {
  const plot = orderPlot(PASSED.checks[0]!);
  for (const part of [
    'step (dimensionless)',
    'residual (norm',
    'fit, order 2.000',
    'theory, order 2',
    '<title>Residual against step',
    '>0.01<',
  ])
    assert.ok(plot.includes(part), part);
  // six points and the legend's
  assert.is(plot.match(/<circle/g)!.length, 7);
});

test('no ladder, no plot', () => {
  const { ladder: _, ...check } = PASSED.checks[0]!;
  assert.is(orderPlot(check), '');
  assert.is(
    orderPlot({
      ...check,
      ladder: [
        [0, 1],
        [1, 0],
      ],
    }),
    '',
  );
  assert.is(orderPlot(FAILED.checks[0]!), '');
});

test('LaTeX that KaTeX cannot take is shown as its source, escaped, and the page goes on', () => {
  const wrong = [
    ...['\\frac{1', '\\begin\\bf A', '\\def\\a{\\a\\a}\\a', '}{<b>', '\\verb|<i>', '\ud800\\x'],
    ...['\\char"FFFFFFF', `${'{'.repeat(50_000)}`, `\\sqrt${'{\\sqrt'.repeat(2000)}`, 'x'.repeat(20_000)],
  ];
  for (const tex of wrong) {
    const shown = mathml(tex);
    assert.match(shown, /^<pre class="tex">/, tex.slice(0, 40));
    assert.not.match(shown.slice('<pre class="tex">'.length), /<(?!\/pre>$)/);
  }
  assert.not.match(mathml('\\href{javascript:alert(1)}{x}'), /href=|<a[ >]/);
  const tex = { printed: '\\frac{1', corrected: '\\alpha' };
  const page = html({ ...RESULT, claims: [{ ...FAILED, tex }, PASSED] });
  assert.ok(page.includes('<pre class="tex">\\frac{1</pre>') && page.endsWith('</html>\n'));
});

test.run();
