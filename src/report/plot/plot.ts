/**
 * @file A drawing as SVG. Colours are written as attributes, so that the file stands alone, and classes
 * beside them let a page restyle ink, grid and hollow markers. Nothing overlaps: the legend has rows of its
 * own above the frame.
 */
import { escapeXml } from '../junit.js';
import type { Drawing, Look } from './drawing.js';
import { marker, marks, type Places, stroke } from './marks.js';
import { type Scale, scaleOf, type Tick } from './scale.js';
import { content, textWidth, wrap } from './text.js';

const WIDTH = 480;
const FRAME = 250;
const SIZE = 12;
const LINE = 16;
const INK = '#1b1f24';
const GRID = '#d0d7de';
/** Pixels between points of different series at the same x. */
const ASIDE = 6;

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const px = (value: number): string => String(Math.round(10 * value) / 10);

type Anchor = 'start' | 'middle' | 'end';

const text = (x: number, y: number, anchor: Anchor, words: string, more = ''): string =>
  `<text class="ink" x="${px(x)}" y="${px(y)}" text-anchor="${anchor}" fill="${INK}"${more}>${content(words, SIZE)}</text>`;

interface Entry {
  readonly look: Look;
  readonly words: string;
  readonly width: number;
}

const SWATCH = 28;
const MARGIN = 14;

/** Entries in as many rows as they need. */
function legendRows(looks: readonly Look[], width: number): Entry[][] {
  const rows: Entry[][] = [];
  let used = Number.POSITIVE_INFINITY;
  for (const look of looks) {
    if (look.entry === undefined) continue;
    const entry = { look, words: look.entry, width: SWATCH + textWidth(look.entry, SIZE) + 10 };
    if (used + entry.width > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)!.push(entry);
    used += entry.width;
  }
  return rows;
}

function legend(rows: readonly (readonly Entry[])[], left: number, top: number): string {
  return rows
    .flatMap((row, i) => {
      const y = top + LINE * i + LINE / 2;
      let x = left;
      return row.map(({ look, words, width }) => {
        const at = x;
        x += width;
        const line = look.series.joined ? `<path d="M${px(at)} ${px(y)}h24" ${stroke(look)}/>` : '';
        return `<g class="entry">${line}${marker(look, at + 12, y)}${text(at + SWATCH, y + 4, 'start', words)}</g>`;
      });
    })
    .join('');
}

const major = (ticks: readonly Tick[]): Tick[] => ticks.filter(({ label }) => label !== '');

function xTicks(scale: Scale, { left, right, top, bottom }: Box): string {
  return scale.ticks
    .map(({ value, label }) => {
      const x = px(left + scale.at(value) * (right - left));
      if (label === '')
        return `<path class="tick" d="M${x} ${bottom}v-4" stroke="${INK}" stroke-width=".8"/>`;
      return `<path class="grid" d="M${x} ${top}V${bottom}" stroke="${GRID}" stroke-width=".6"/>${text(Number(x), bottom + 16, 'middle', label)}`;
    })
    .join('');
}

function yTicks(scale: Scale, { left, right, top, bottom }: Box): string {
  return scale.ticks
    .map(({ value, label }) => {
      const y = px(bottom - scale.at(value) * (bottom - top));
      if (label === '') return `<path class="tick" d="M${left} ${y}h4" stroke="${INK}" stroke-width=".8"/>`;
      return `<path class="grid" d="M${left} ${y}H${right}" stroke="${GRID}" stroke-width=".6"/>${text(left - 6, Number(y) + 4, 'end', label)}`;
    })
    .join('');
}

const withPower = (label: string, { power }: Scale): string =>
  power === 0 ? label : `${label} (\u00d710^${String(power).replace('-', '\u2212')})`;

/** Series whose points would lie on each other are set side by side, if they are few and no function of x. */
function asides(looks: readonly Look[]): number[] {
  const apart = looks.map(({ series }) => series.points.some(p => p.low !== undefined) || !series.joined);
  const many = apart.filter(Boolean).length;
  let i = 0;
  return apart.map(moved => (moved && many <= 6 ? (i++ - (many - 1) / 2) * ASIDE : 0));
}

const numbers = (looks: readonly Look[], axis: 'x' | 'y'): number[] =>
  looks.flatMap(({ series }) =>
    series.points.flatMap(({ x, y, low, high }) => (axis === 'x' ? [x] : [y, low ?? y, high ?? y])),
  );

/** How many points of a drawing have no place on its axes: not finite, or not positive on a log axis. */
export function unplaced({ looks, x, y }: Drawing): number {
  const lost = (value: number, scale: 'linear' | 'log'): boolean =>
    !Number.isFinite(value) || (scale === 'log' && value <= 0);
  return looks
    .flatMap(({ series }) => series.points)
    .filter(point => lost(point.x, x.scale) || lost(point.y, y.scale)).length;
}

export interface PlotOptions {
  /** With title and note inside, as a picture on its own; a page says them in its own text. */
  readonly alone: boolean;
}

/** The SVG of a drawing; `description` is for who cannot see it. */
export function plot(drawing: Drawing, description: string, { alone }: PlotOptions): string {
  const { looks, title, note } = drawing;
  const x = scaleOf(drawing.x.scale, numbers(looks, 'x'), 7);
  const y = scaleOf(drawing.y.scale, numbers(looks, 'y'), 6);
  const yLabel = wrap(withPower(drawing.y.label, y), FRAME, SIZE);
  const widest = Math.max(...major(y.ticks).map(({ label }) => textWidth(label, SIZE)));
  const left = Math.ceil(12 + LINE * yLabel.length + widest);
  const right = WIDTH - MARGIN;
  const rows = legendRows(looks, WIDTH - 2 * MARGIN);
  const heading = alone ? wrap(title, WIDTH - 2 * MARGIN, SIZE + 1) : [];
  const legendTop = 6 + heading.length * (LINE + 1);
  const top = legendTop + LINE * rows.length + 6;
  const bottom = top + FRAME;
  const box = { left, right, top, bottom };
  const xLabel = wrap(withPower(drawing.x.label, x), right - left, SIZE);
  const labelled = bottom + 20 + LINE * xLabel.length;
  const notes = alone && note !== undefined ? wrap(note, WIDTH - 2 * MARGIN, SIZE - 1) : [];
  const height = labelled + 8 + notes.length * (LINE - 1) + (notes.length > 0 ? 8 : 0);
  const place =
    (scale: Scale, from: number, to: number) =>
    (value: number): number | undefined => {
      const part = scale.at(value);
      return Number.isFinite(part) ? from + part * (to - from) : undefined;
    };
  const places: Places = { x: place(x, left, right), y: place(y, bottom, top), top, bottom };
  const aside = asides(looks);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" font-family="KaTeX_Main, 'Latin Modern Roman', 'Times New Roman', serif" font-size="${SIZE}">`,
    `<title>${escapeXml(title)}</title><desc>${escapeXml(description)}</desc>`,
    alone ? `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>` : '',
    ...heading.map((line, i) =>
      text(MARGIN, 18 + i * (LINE + 1), 'start', line, ` font-weight="bold" font-size="${SIZE + 1}"`),
    ),
    legend(rows, MARGIN, legendTop),
    xTicks(x, box),
    yTicks(y, box),
    `<rect class="frame" x="${left}" y="${top}" width="${right - left}" height="${FRAME}" fill="none" stroke="${INK}"/>`,
    ...looks.map((look, i) => marks(look, places, aside[i]!)),
    ...xLabel.map((line, i) => text((left + right) / 2, bottom + 34 + LINE * i, 'middle', line)),
    ...yLabel.map(
      (line, i) =>
        `<text class="ink" transform="translate(${14 + LINE * i} ${px((top + bottom) / 2)}) rotate(-90)" text-anchor="middle" fill="${INK}">${content(line, SIZE)}</text>`,
    ),
    ...notes.map((line, i) =>
      text(MARGIN, labelled + 14 + i * (LINE - 1), 'start', line, ` font-size="${SIZE - 1}"`),
    ),
    '</svg>',
  ].join('');
}
