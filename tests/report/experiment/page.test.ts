import * as assert from 'uvu/assert';
import type { ExperimentResult } from '../../../src/claims/experiment/model.js';
import { experimentPage } from '../../../src/report/experiment/page.js';
import { warnings } from '../../../src/report/experiment/warnings.js';
import { digits } from '../../../src/report/experiment/words.js';
import { suite } from '../../harness.js';
import { RESULT } from './sample.js';

const test = suite('experiment page');

const count = (text: string, part: string): number => text.split(part).length - 1;

const page = experimentPage(RESULT, new Map());

test('every figure, statement, arm and comparison is on the page', () => {
  for (const { title } of RESULT.figures) assert.ok(page.includes(`<title>${title}`), title);
  for (const { id, outcome } of RESULT.statements)
    assert.ok(page.includes(`class="statement ${outcome}" id="statement-${id}"`), id);
  for (const outcome of ['agree', 'differ', 'cannot-tell'] as const) {
    const expected =
      RESULT.comparisons.filter(one => one.outcome === outcome).length +
      RESULT.statements.filter(one => (one.outcome as string) === outcome).length;
    assert.is(count(page, `class="badge ${outcome}"`), expected, outcome);
  }
  assert.is(count(page, '<tr role="row"><th scope="row" role="rowheader"><code>'), RESULT.runs.length);
});

test('paired differences are shown seed by seed, with what has no partner', () => {
  const pairs = RESULT.statements.flatMap(statement => statement.pairs ?? []);
  assert.is(pairs.length, 2);
  assert.is(count(page, '<caption>Paired differences'), 2);
  const [first] = pairs;
  const each = first!.seeds.map((seed, i) => `${seed}: ${digits(first!.differences[i]!)}`);
  assert.ok(page.includes(`>${each.join('; ')}<`), each.join('; '));
  assert.ok(page.includes('The margin 1.05 is ours'));
  const dropped: ExperimentResult = {
    ...RESULT,
    statements: RESULT.statements.map(statement => ({
      ...statement,
      pairs: [{ ...first!, dropped: { a: [7], b: [] } }],
    })),
  };
  const made = experimentPage(dropped, new Map());
  assert.ok(made.includes(`<span class="why">${first!.a}: 7</span>`));
  const { pairs: _, ...without } = RESULT.statements[0]!;
  assert.not.match(experimentPage({ ...RESULT, statements: [without] }, new Map()), /Paired differences/);
});

test("what the authors' own runs say stands beside ours, with their pairs", () => {
  const [first] = RESULT.statements;
  const { pairs, why } = first!;
  const published = { source: 'their files', outcome: 'contradicted', why, pairs: pairs! } as const;
  const made = experimentPage({ ...RESULT, statements: [{ ...first!, published }] }, new Map());
  assert.match(made, /The authors' own runs: <span class="badge contradicted">/);
  assert.ok(made.includes('their files'));
  assert.is(count(made, '<caption>Paired differences'), 2);
  assert.not(page.includes("The authors' own runs"));
});

test('a missing series is missed: one figure less is one picture less', () => {
  const fewer = experimentPage({ ...RESULT, figures: RESULT.figures.slice(1) }, new Map());
  assert.is(count(page, '<svg ') - count(fewer, '<svg '), 1);
});

test('nothing is loaded from elsewhere, and hostile words stay words', () => {
  assert.not(/(src|href)="(?!data:|#)/.test(page));
  const words = '<script>alert(1)</script>&"\'';
  const hostile: ExperimentResult = {
    ...RESULT,
    name: words,
    says: words,
    setting: { ...RESULT.setting, data: words },
    statements: [
      {
        ...{ id: words, says: words, source: words, outcome: 'supported', why: words },
        pairs: [{ ...RESULT.statements[0]!.pairs![0]!, a: words, dropped: { a: [words], b: [words] } }],
      },
    ],
    figures: RESULT.figures.map(figure => ({ ...figure, title: words, note: words })),
  };
  const made = experimentPage(hostile, new Map());
  assert.not(made.includes('<script>alert'));
  assert.ok(made.includes('&lt;script&gt;alert(1)'));
});

test('what to beware of comes first, and only where there is something', () => {
  assert.equal(
    warnings(RESULT).filter(line => !line.startsWith('With ')),
    [],
  );
  const bad: ExperimentResult = {
    ...RESULT,
    setting: { ...RESULT.setting, scale: 'smoke', generated: true },
    provenance: { ...RESULT.provenance, verified: false },
    runs: RESULT.runs.map((run, i) => (i === 0 ? { ...run, status: 'waiting', numbers: {} } : run)),
  };
  const said = warnings(bad);
  for (const word of ['made up', 'Unverified', `1 of ${RESULT.runs.length} runs`, 'Scale smoke'])
    assert.ok(
      said.some(line => line.includes(word)),
      word,
    );
  const made = experimentPage(bad, new Map());
  assert.ok(made.indexOf('class="warnings"') < made.indexOf('id="statements"'));
});

test('images of a run are embedded, with where its samples come from', () => {
  const pixels = { shape: [2, 4, 4, 3], data: new Float32Array(96).fill(0.5) };
  const images = {
    originals: pixels,
    reconstructions: pixels,
    samples: pixels,
    samplesFrom: 'codes',
  } as const;
  const made = experimentPage(RESULT, new Map([[RESULT.runs[0]!.id, images]]));
  assert.is(count(made, '<img src="data:image/png;base64,'), 2);
  assert.ok(made.includes('Gaussian fitted to the codes'));
});

test.run();
