import { decode } from 'fast-png';
import * as assert from 'uvu/assert';
import type { Figure } from '../../../src/claims/experiment/model.js';
import { curveDrawings, meanCurve } from '../../../src/report/experiment/curves.js';
import { metricRows, runRows, runScalars } from '../../../src/report/experiment/exports.js';
import { figureSvg } from '../../../src/report/experiment/figure.js';
import { reconstructionGrid, sampleGrid } from '../../../src/report/experiment/image-grid.js';
import { scaleOf } from '../../../src/report/plot/scale.js';
import { svgToPng } from '../../../src/report/png.js';
import { suite } from '../../harness.js';
import { RESULT } from './sample.js';

const test = suite('experiment figures');

const count = (text: string, part: string): number => text.split(part).length - 1;

const FIGURE: Figure = {
  id: 'toy',
  title: 'Loss <of> VAE & SAMBA',
  x: { label: 'alpha^2', scale: 'log' },
  y: { label: 'loss (nats)', scale: 'linear' },
  series: [
    {
      name: 'VAE',
      origin: 'ours',
      joined: true,
      points: [
        { x: 1e-6, y: 3, low: 2.5, high: 3.5 },
        { x: 1e-4, y: 2, low: 1.8, high: 2.2 },
        { x: 1e-2, y: 1 },
      ],
    },
    {
      name: 'VAE, published',
      origin: 'published',
      joined: true,
      points: [
        { x: 1e-6, y: 3.2 },
        { x: 1e-2, y: 1.1 },
      ],
    },
    {
      name: 'theory',
      origin: 'theory',
      joined: true,
      points: [
        { x: 1e-6, y: 3 },
        { x: 1e-2, y: 1 },
      ],
    },
  ],
};
const SVG = figureSvg(FIGURE, { alone: true });

test('axes are labelled, text is escaped, every point, line and error bar is drawn', () => {
  for (const part of [
    'loss (nats)',
    'alpha<tspan',
    '&lt;of&gt; VAE &amp; SAMBA',
    '<desc>loss (nats) against',
  ])
    assert.ok(SVG.includes(part), part);
  assert.not(SVG.includes('<of>'));
  // three points of ours and one in the legend, two published ones and one
  assert.is(count(SVG, 'class="filled"'), 4);
  assert.is(count(SVG, 'class="hollow"'), 3);
  assert.is(count(SVG, 'class="error"'), 2);
});

test('a series that is left out, and an interval turned around, change the picture', () => {
  const without = figureSvg({ ...FIGURE, series: FIGURE.series.slice(1) }, { alone: true });
  assert.is(count(without, 'class="filled"'), 0);
  const [first, ...rest] = FIGURE.series;
  const shifted = first!.points.map(point => ({ ...point, ...(point.low && { low: point.low - 0.3 }) }));
  assert.is.not(
    figureSvg({ ...FIGURE, series: [{ ...first!, points: shifted }, ...rest] }, { alone: true }),
    SVG,
  );
});

test('values without a place are not drawn, and the note says how many', () => {
  const [first] = FIGURE.series;
  const bad = { ...first!, points: [...first!.points, { x: 0, y: 1 }, { x: 1e-3, y: Number.NaN }] };
  const svg = figureSvg({ ...FIGURE, series: [bad] }, { alone: true });
  assert.is(count(svg, 'class="filled"'), 4);
  assert.ok(svg.includes('2 values are not finite'));
});

test('ticks: decades on a log axis, round numbers on a linear one, inside the range', () => {
  const labels = (kind: 'linear' | 'log', values: readonly number[]): string[] =>
    scaleOf(kind, values, 7)
      .ticks.map(({ label }) => label)
      .filter(label => label !== '');
  assert.equal(
    labels('log', [1e-6, 1e-4, 1]),
    ['−6', '−5', '−4', '−3', '−2', '−1', '0'].map(e => `10^${e}`),
  );
  assert.equal(labels('linear', [0, 1]), ['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
  assert.equal(labels('linear', [-3, 3]), ['−3', '−2', '−1', '0', '1', '2', '3']);
  for (const values of [[5], [0], [1e-9, 2e-9], [-1e7, 3e7], []]) {
    const { low, high, ticks } = scaleOf('linear', values, 7);
    assert.ok(ticks.length >= 2 && ticks.every(({ value }) => value >= low && value <= high), String(values));
  }
});

test('the PNG decodes, has the proportions of the SVG, and is not blank', () => {
  const { width, height, data } = decode(svgToPng(SVG));
  const [, , w, h] = /viewBox="([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)"/.exec(SVG)!.slice(1).map(Number);
  assert.ok(Math.abs(width / height - w! / h!) < 0.01);
  const colours = new Set<string>();
  for (let i = 0; i < data.length; i += 4) colours.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
  for (const colour of ['255,255,255', '0,114,178']) assert.ok(colours.has(colour), colour);
});

test('text is drawn without the fonts of the system', () => {
  const ink = (svg: string): number => {
    const { data } = decode(svgToPng(svg));
    let dark = 0;
    for (let i = 0; i < data.length; i += 4) if (data[i]! < 100) dark++;
    return dark;
  };
  const around = (body: string): string =>
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 30" width="80" height="30"><rect width="80" height="30" fill="#ffffff"/>${body}</svg>`;
  assert.is(ink(around('')), 0);
  assert.ok(ink(around('<text x="5" y="20" font-family="KaTeX_Main" font-size="16">loss</text>')) > 300);
});

test('curves: the mean where all runs have a value, one picture a quantity and panel', () => {
  const mean = meanCurve([
    [
      [0, 2],
      [10, 4],
    ],
    [
      [0, 4],
      [10, 8],
      [20, 1],
    ],
  ]);
  assert.equal(mean, [
    [0, 3],
    [10, 6],
  ]);
  const ids = curveDrawings(RESULT).map(({ id }) => id);
  assert.is(new Set(ids).size, ids.length);
  assert.ok(ids.some(id => id.startsWith('curve-loss')) && ids.every(id => /^[A-Za-z0-9-]+$/.test(id)));
});

test('image grids: originals above reconstructions, every pixel enlarged', () => {
  const [white, black] = [1, 0].map(value => ({
    shape: [2, 4, 4, 1],
    data: new Float32Array(32).fill(value),
  }));
  const { png, width, height } = reconstructionGrid({ originals: black!, reconstructions: white! })!;
  const { data, channels } = decode(png);
  assert.equal([width, height], [26, 26]);
  assert.is(data[0], 0);
  assert.is(data[(20 * width + 3) * channels], 255);
  assert.is(sampleGrid({}), undefined);
  assert.throws(
    () => reconstructionGrid({ originals: black!, reconstructions: { ...white!, shape: [1, 4, 4, 1] } }),
    /must have the shape of the originals/,
  );
});

test('exports: a row a run, a row a value, all of them; a folder name for each run', () => {
  const rows = runRows(RESULT);
  assert.is(rows.length, RESULT.runs.length + 1);
  assert.ok(rows.every(row => row.length === rows[0]!.length));
  const values = RESULT.runs.reduce(
    (sum, { curves, numbers }) =>
      sum +
      Object.keys(numbers).length +
      Object.values(curves).reduce((points, curve) => points + curve.length, 0),
    0,
  );
  assert.is(metricRows(RESULT).length, values + 1);
  const folders = RESULT.runs.map(run => runScalars(run).folder);
  assert.is(new Set(folders).size, folders.length);
  assert.ok(folders.every(folder => /^[A-Za-z0-9.+-]+$/.test(folder)));
});

test.run();
