/** @file What a plot is made of, before it has places: series with a look. */
import type { Axis, Series } from '../../claims/experiment/model.js';

/** A series and how it is drawn. */
export interface Look {
  readonly series: Series;
  readonly colour: string;
  readonly marker: 'none' | 'circle' | 'square' | 'triangle' | 'diamond';
  /** Filled or hollow markers. */
  readonly filled: boolean;
  /** SVG dash array; empty for a whole line. */
  readonly dash: string;
  readonly width: number;
  readonly opacity: number;
  /** Its entry in the legend; absent where it has none. */
  readonly entry?: string;
}

export interface Drawing {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly looks: readonly Look[];
  readonly note?: string;
}

/**
 * Colours of Okabe and Ito (2008), told apart with any colour vision; without their yellow, sky blue
 * darkened, so that each has a contrast of 3 with white and with the dark page.
 */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#b8578f', '#b17a00', '#3a8fc4', '#7a7a7a'] as const;
const MARKERS = ['circle', 'square', 'triangle', 'diamond'] as const;
/** Beyond this a line has no markers: they would hide it. */
const MARKED = 16;

/** Whose values, out of a name: 'samba (published)' and 'samba' are one pair. */
const base = (name: string): string =>
  name.replace(/[\s,(:]*\b(published|ours|theory|authors?)\b\)?$/i, '').toLowerCase();

/** Colours and markers by name, so that ours, published and theory of one arm belong together. */
export function pairs(
  names: readonly string[],
): (name: string) => { colour: string; marker: Look['marker'] } {
  const order = [...new Set(names.map(base))];
  return name => {
    const i = Math.max(0, order.indexOf(base(name)));
    return {
      colour: COLOURS[i % COLOURS.length]!,
      marker: MARKERS[i % MARKERS.length]!,
    };
  };
}

/**
 * The look of each series of a figure: ours filled and whole, published hollow and dashed, theory a dotted
 * line.
 */
export function looksOf(all: readonly Series[]): Look[] {
  const lookOf = pairs(all.map(({ name }) => name));
  return all.map(series => {
    const { name, origin, points } = series;
    const { colour, marker } = lookOf(name);
    const theory = origin === 'theory';
    const named = origin === 'ours' || new RegExp(`\\b${origin}\\b`, 'i').test(name);
    return {
      series,
      colour,
      marker: theory || (series.joined && points.length > MARKED) ? 'none' : marker,
      filled: origin === 'ours',
      dash: origin === 'published' ? '5 3' : theory ? '1.5 3' : '',
      width: theory ? 1.5 : 1.8,
      opacity: 1,
      entry: named ? name : `${name} (${origin})`,
    };
  });
}
