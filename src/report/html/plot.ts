/**
 * @file The log-log plot of a residual against the step: measured points, the fitted line, the theory's line.
 */
import type { CheckResult } from '../../claims/result.js';
import type { Look } from '../plot/drawing.js';
import { plot } from '../plot/plot.js';
import { escapeHtml } from './escape.js';

type Pair = readonly [number, number];

/** The line of a slope through the middle of points on a log-log plot, at their ends. */
function lineThrough(points: readonly Pair[], slope: number): Pair[] {
  const offset =
    points.reduce((sum, [x, y]) => sum + Math.log10(y) - slope * Math.log10(x), 0) / points.length;
  const steps = points.map(([x]) => x);
  return [Math.min(...steps), Math.max(...steps)].map(x => [x, 10 ** (slope * Math.log10(x) + offset)]);
}

function look(entry: string, pairs: readonly Pair[], how: Partial<Look>): Look {
  const joined = how.marker === undefined;
  const points = pairs.map(([x, y]) => ({ x, y }));
  const plain = {
    colour: '#0072b2',
    marker: 'none',
    filled: true,
    dash: '',
    width: 1.5,
    opacity: 1,
  } as const;
  return { ...plain, entry, series: { name: entry, points, origin: 'ours', joined }, ...how };
}

/** The plot of an order check, or nothing where there is no ladder to show. */
export function orderPlot(check: CheckResult): string {
  const { ladder, order } = check;
  if (order === undefined) return '';
  const points = (ladder ?? []).filter(([step, residual]) => step > 0 && residual > 0);
  if (points.length < 2) return '';
  const title = `Residual against step, ${check.name}`;
  const svg = plot(
    {
      title,
      x: { label: 'step (dimensionless)', scale: 'log' },
      y: { label: 'residual (norm, median of cases)', scale: 'log' },
      looks: [
        look(`theory, order ${order.expected}`, lineThrough(points, order.expected), {
          colour: '#8250df',
          width: 6,
          opacity: 0.45,
        }),
        look(`fit, order ${order.estimate.toFixed(3)}`, lineThrough(points, order.estimate), {}),
        look('measured', points, { marker: 'circle' }),
      ],
    },
    `${title}: fitted order ${order.estimate.toFixed(3)}, theory ${order.expected}`,
    { alone: false },
  );
  return `<figure>${svg}<figcaption><strong>${escapeHtml(check.name)}</strong></figcaption></figure>`;
}
