/** @file The report of an experiment: every series drawn, all text escaped, exports that read back. */
import { decode } from 'fast-png';
import * as assert from 'uvu/assert';
import { csv } from '../../../src/formats/csv.js';
import { crc32c, eventFile } from '../../../src/formats/tensorboard.js';
import { figureDrawing, figureSvg } from '../../../src/report/experiment/figure.js';
import { reconstructionGrid } from '../../../src/report/experiment/image-grid.js';
import { experimentPage } from '../../../src/report/experiment/page.js';
import { svgToPng } from '../../../src/report/png.js';
import type { Figure } from '../../../src/theory/experiment/model.js';
import { suite } from '../../harness.js';
import { RESULT } from './sample.js';

const test = suite('report/experiment');

const count = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0;
const FIGURE = RESULT.figures[0]!;

test('every series, point, error bar and label of a figure is drawn; one series less is seen', () => {
  const drawn = (figure: Figure) => {
    const svg = figureSvg(figure, { alone: true });
    return [/class="series /g, /class="error"/g, /class="entry"/g, /class="hollow"/g].map(p => count(svg, p));
  };
  // four series of four points; eight hollow points and two hollow entries in the legend
  assert.equal(drawn(FIGURE), [4, 16, 4, 10]);
  assert.equal(drawn({ ...FIGURE, series: FIGURE.series.slice(1) }), [3, 12, 3, 10]);
  const svg = figureSvg(FIGURE, { alone: true });
  for (const part of ['fixed variance', 'smoothness as plotted', 'Error bars', '<title>', '<desc>'])
    assert.ok(svg.includes(part), part);
});

test('a value without a place on a log axis is left out and said', () => {
  const series = [
    {
      ...FIGURE.series[0]!,
      points: [
        { x: 1, y: 0 },
        { x: 0.1, y: 2 },
        { x: 0.01, y: 3 },
      ],
    },
  ];
  assert.match(figureDrawing({ ...FIGURE, series }).note ?? '', /1 value is not finite or not above/);
});

test('figures become pictures that are not blank', () => {
  const { width, height, data, channels } = decode(svgToPng(figureSvg(FIGURE, { alone: true })));
  assert.is(width, 1440);
  assert.ok(height > 900);
  let dark = 0;
  for (let i = 0; i < data.length; i += channels) if (Number(data[i]) < 100) dark++;
  assert.ok(dark > 5000 && dark < 0.2 * width * height, `${dark}`);
});

test('an image grid enlarges pixels and puts reconstructions below originals', () => {
  const of = (values: readonly number[]) => ({ shape: [1, 1, 2, 1], data: values });
  const grid = reconstructionGrid({ originals: of([0, 1]), reconstructions: of([0.5, 2]) })!;
  const { width, height, data } = decode(grid.png);
  assert.equal([width, height], [6, 8]);
  const red = (x: number, y: number): number => Number(data[3 * (y * width + x)]);
  assert.equal([red(0, 0), red(2, 2), red(3, 0), red(0, 5), red(5, 7)], [0, 0, 255, 128, 255]);
});

test('the page shows every judgement, asks the network for nothing and escapes all text', () => {
  const page = experimentPage(RESULT, new Map());
  for (const { outcome } of RESULT.statements) assert.ok(page.includes(`badge ${outcome}`), outcome);
  assert.not.match(page, /\bhref=|@import|url\(|src="(?!data:)/);
  const evil = '<script>alert("x")</script>';
  const poisoned = JSON.parse(
    JSON.stringify(RESULT)
      .replaceAll('Reizinger', evil.replaceAll('"', '\\"'))
      .replaceAll('smoothness as', '<b>'),
  );
  const hostile = experimentPage({ ...poisoned, name: evil, says: evil }, new Map());
  assert.not.match(hostile, /<script|<b>/);
});

test('warnings: made-up data, unverified code, missing runs, a small scale', () => {
  const page = experimentPage(
    {
      ...RESULT,
      setting: { ...RESULT.setting, scale: 'smoke', generated: true },
      provenance: { ...RESULT.provenance, verified: false },
      runs: RESULT.runs.map((run, i) => (i === 0 ? { ...run, status: 'waiting' as const } : run)),
    },
    new Map(),
  );
  for (const part of ['images were made up', 'Unverified', '1 of 73 runs', 'Scale smoke'])
    assert.ok(page.includes(part), part);
  assert.not.match(experimentPage(RESULT, new Map()), /made up|Unverified|not complete|Scale paper:/);
});

test('CSV quotes what would be split', () => {
  assert.is(
    csv([
      ['a,b', 'say "x"', 1e-7, undefined],
      ['line\nbreak', ' ', 2],
    ]),
    '"a,b","say ""x""",1e-7,\n"line\nbreak"," ",2\n',
  );
});

test('CRC-32C has the values of RFC 3720, B.4', () => {
  assert.is(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.is(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assert.is(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e);
  assert.is(crc32c(Buffer.from('123456789')), 0xe3069283);
});

test('an event file reads back: framing, checksums, steps ascending, tag and value', () => {
  const file = Buffer.from(
    eventFile([
      { tag: 'loss', step: 300, value: 0.5 },
      { tag: 'loss', step: 2, value: 4 },
    ]),
  );
  const unmask = (masked: number): number => {
    const rotated = (masked - 0xa282ead8) >>> 0;
    return ((rotated >>> 17) | (rotated << 15)) >>> 0;
  };
  const records: Buffer[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    assert.is(unmask(file.readUInt32LE(at + 8)), crc32c(file.subarray(at, at + 8)));
    const data = file.subarray(at + 12, at + 12 + length);
    assert.is(unmask(file.readUInt32LE(at + 12 + length)), crc32c(data));
    records.push(data);
    at += length + 16;
  }
  assert.is(records.length, 3);
  assert.ok(records[0]!.includes('brain.Event:2'));
  // wall_time, step 2, summary of 13 bytes, a value of 11: tag 'loss', simple_value 4
  assert.is(records[1]!.toString('hex'), '09000000000000000010022a0d0a0b0a046c6f73731500008040');
  assert.is(records[2]!.toString('hex'), '09000000000000000010ac022a0d0a0b0a046c6f7373150000003f');
});

test.run();
