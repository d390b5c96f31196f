/** @file The log-log plot of a residual against the step, as inline SVG: measured points, the fitted line, the theory's line. */
import type { CheckResult } from '../../theory/result.js';
import { escapeHtml } from './escape.js';

const WIDTH = 480;
const HEIGHT = 320;
const MARGIN = { left: 64, right: 16, top: 16, bottom: 48 };

type Point = readonly [number, number];

interface Axis {
  readonly low: number;
  readonly high: number;
  /** From a base-10 logarithm to a coordinate. */
  at(value: number): number;
}

function axis(values: readonly number[], from: number, to: number): Axis {
  const low = Math.floor(Math.min(...values));
  const high = Math.max(low + 1, Math.ceil(Math.max(...values)));
  return { low, high, at: value => from + ((value - low) / (high - low)) * (to - from) };
}

/** Powers of ten, thinned so that labels do not touch. */
function ticks({ low, high }: Axis, most: number): number[] {
  const step = Math.ceil((high - low) / most);
  return Array.from({ length: Math.floor((high - low) / step) + 1 }, (_, i) => low + i * step);
}

const power = (exponent: number): string => `10<tspan dy="-5" font-size="9">${exponent}</tspan>`;

/** Least-squares line through points: value at x. */
function line(points: readonly Point[], slope: number): (x: number) => number {
  const offset = points.reduce((sum, [x, y]) => sum + y - slope * x, 0) / points.length;
  return x => slope * x + offset;
}

/** The plot of an order check, or nothing where there is no ladder to show. */
export function orderPlot(check: CheckResult): string {
  const { ladder, order } = check;
  if (order === undefined) return '';
  const points = (ladder ?? [])
    .filter(([step, residual]) => step > 0 && residual > 0)
    .map(([step, residual]): Point => [Math.log10(step), Math.log10(residual)]);
  if (points.length < 2) return '';
  const x = axis(
    points.map(p => p[0]),
    MARGIN.left,
    WIDTH - MARGIN.right,
  );
  const y = axis(
    points.map(p => p[1]),
    HEIGHT - MARGIN.bottom,
    MARGIN.top,
  );
  const [left, right] = [Math.min(...points.map(p => p[0])), Math.max(...points.map(p => p[0]))];
  const draw = (slope: number, name: string): string => {
    const value = line(points, slope);
    return `<line class="${name}" x1="${x.at(left).toFixed(1)}" y1="${y.at(value(left)).toFixed(1)}" x2="${x.at(right).toFixed(1)}" y2="${y.at(value(right)).toFixed(1)}"/>`;
  };
  const bottom = HEIGHT - MARGIN.bottom;
  const label = `Residual against step, ${check.name}: fitted order ${order.estimate.toFixed(3)}, theory ${order.expected}`;
  return [
    `<figure><svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(label)}">`,
    ...ticks(x, 7).map(
      t =>
        `<line class="grid" x1="${x.at(t)}" y1="${MARGIN.top}" x2="${x.at(t)}" y2="${bottom}"/><text x="${x.at(t)}" y="${bottom + 16}" text-anchor="middle">${power(t)}</text>`,
    ),
    ...ticks(y, 8).map(
      t =>
        `<line class="grid" x1="${MARGIN.left}" y1="${y.at(t)}" x2="${WIDTH - MARGIN.right}" y2="${y.at(t)}"/><text x="${MARGIN.left - 6}" y="${y.at(t) + 4}" text-anchor="end">${power(t)}</text>`,
    ),
    `<rect class="frame" x="${MARGIN.left}" y="${MARGIN.top}" width="${WIDTH - MARGIN.left - MARGIN.right}" height="${bottom - MARGIN.top}"/>`,
    draw(order.expected, 'theory'),
    draw(order.estimate, 'fit'),
    ...points.map(([px, py]) => `<circle cx="${x.at(px).toFixed(1)}" cy="${y.at(py).toFixed(1)}" r="3.5"/>`),
    `<text x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">step (dimensionless)</text>`,
    `<text transform="translate(14 ${(MARGIN.top + bottom) / 2}) rotate(-90)" text-anchor="middle">residual (norm, median of cases)</text>`,
    '</svg>',
    `<figcaption><strong>${escapeHtml(check.name)}</strong><span class="key dot"></span> measured <span class="key fit"></span> fit, order ${order.estimate.toFixed(3)} <span class="key theory"></span> theory, order ${order.expected}</figcaption></figure>`,
  ].join('');
}
