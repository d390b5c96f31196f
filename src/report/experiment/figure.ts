/** @file A figure of an experiment as SVG, and in words for who cannot see it. */
import { brief } from '../../claims/checks/text.js';
import type { Figure } from '../../claims/experiment/model.js';
import { type Drawing, looksOf } from '../plot/drawing.js';
import { type PlotOptions, plot, unplaced } from '../plot/plot.js';

/** A drawing of a figure; its note also says what could not be drawn. */
export function figureDrawing({ title, x, y, series, note }: Figure): Drawing {
  const drawing = { title, x, y, looks: looksOf(series) };
  const lost = unplaced(drawing);
  const left =
    lost === 0
      ? undefined
      : `${lost} ${lost === 1 ? 'value is' : 'values are'} not finite or not above zero on a log axis, and not drawn.`;
  const notes = [note, left].filter(part => part !== undefined).join(' ');
  return notes === '' ? drawing : { ...drawing, note: notes };
}

/** Every series with the values at its ends. */
function describe({ x, y, series }: Figure): string {
  const each = series.map(({ name, origin, points }) => {
    const [first, last] = [points[0], points.at(-1)];
    const ends =
      first === undefined || last === undefined
        ? 'no points'
        : `${points.length} points from (${brief(first.x)}, ${brief(first.y)}) to (${brief(last.x)}, ${brief(last.y)})`;
    return `${name}, ${origin}: ${ends}`;
  });
  return `${y.label} against ${x.label}. ${each.join('; ')}.`;
}

export const figureSvg = (figure: Figure, options: PlotOptions): string =>
  plot(figureDrawing(figure), describe(figure), options);
