/** @file The marks of a series: its line, error bars and markers. */
import type { Point } from '../../claims/experiment/model.js';
import type { Look } from './drawing.js';

/** Coordinates of values; undefined where a value has no place on the axis. */
export interface Places {
  x(value: number): number | undefined;
  y(value: number): number | undefined;
  readonly top: number;
  readonly bottom: number;
}

const px = (value: number): string => value.toFixed(1);

function shape(marker: Look['marker'], x: number, y: number): string {
  const r = 3.6;
  switch (marker) {
    case 'none':
      return '';
    case 'circle':
      return `<circle cx="${px(x)}" cy="${px(y)}" r="${r}"/>`;
    case 'square':
      return `<rect x="${px(x - 3.2)}" y="${px(y - 3.2)}" width="6.4" height="6.4"/>`;
    case 'triangle':
      return `<path d="M${px(x)} ${px(y - 4.4)}l4.2 7.4h-8.4z"/>`;
    case 'diamond':
      return `<path d="M${px(x)} ${px(y - 4.6)}l4.4 4.6l-4.4 4.6l-4.4 -4.6z"/>`;
  }
}

/** A marker filled with its colour, or with the page's. */
export const marker = (look: Look, x: number, y: number): string =>
  look.marker === 'none'
    ? ''
    : `<g class="${look.filled ? 'filled' : 'hollow'}" fill="${look.filled ? look.colour : '#ffffff'}" stroke="${look.colour}" stroke-width="1.5">${shape(look.marker, x, y)}</g>`;

export const stroke = (look: Look): string =>
  `fill="none" stroke="${look.colour}" stroke-width="${look.width}"${look.dash === '' ? '' : ` stroke-dasharray="${look.dash}"`}`;

/** Where an end of an error bar lies: at the frame where it has no place (zero or less on a log axis). */
const end = (places: Places, value: number, beyond: number): number =>
  Math.max(places.top, Math.min(places.bottom, places.y(value) ?? beyond));

function errorBar(look: Look, places: Places, x: number, { low, high }: Point): string {
  if (low === undefined || high === undefined || Number.isNaN(low + high)) return '';
  const [from, to] = [end(places, low, places.bottom), end(places, high, places.top)];
  const caps = [from, to].map(y => `M${px(x - 3.5)} ${px(y)}h7`).join('');
  return `<path class="error" d="M${px(x)} ${px(from)}V${px(to)}${caps}" fill="none" stroke="${look.colour}" stroke-width="1.2"/>`;
}

/** A series moved `aside` pixels; points without a place are left out and break its line. */
export function marks(look: Look, places: Places, aside: number): string {
  const { series } = look;
  const placed = series.points.map(point => {
    const [x, y] = [places.x(point.x), places.y(point.y)];
    return x === undefined || y === undefined ? undefined : { x: x + aside, y, point };
  });
  let pen = 'M';
  const path = placed
    .map(place => {
      const piece = place === undefined ? '' : `${pen}${px(place.x)} ${px(place.y)}`;
      pen = place === undefined ? 'M' : 'L';
      return piece;
    })
    .join('');
  const seen = placed.filter(place => place !== undefined);
  return [
    `<g class="series ${series.origin}"${look.opacity === 1 ? '' : ` opacity="${look.opacity}"`}>`,
    series.joined && seen.length > 1 ? `<path class="line" d="${path}" ${stroke(look)}/>` : '',
    ...seen.map(({ x, point }) => errorBar(look, places, x, point)),
    ...seen.map(({ x, y }) => marker(look, x, y)),
    '</g>',
  ].join('');
}
