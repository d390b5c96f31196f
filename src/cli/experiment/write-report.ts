/** @file The report of an experiment as files: a page, its figures, tables for other programs. */
import { join } from 'node:path';
import type { ExperimentResult } from '../../claims/experiment/model.js';
import { makeFolder, writeAtomic } from '../../formats/atomic.js';
import { csv } from '../../formats/csv.js';
import { eventFile } from '../../formats/tensorboard.js';
import { curveDrawings } from '../../report/experiment/curves.js';
import { metricRows, runRows, runScalars } from '../../report/experiment/exports.js';
import { figureSvg } from '../../report/experiment/figure.js';
import { experimentPage } from '../../report/experiment/page.js';
import { plot } from '../../report/plot/plot.js';
import { svgToPng } from '../../report/png.js';
import { attempt, combined, EXIT, type ExitCode } from '../exit.js';
import { imagesOf } from './read-images.js';

/** The name by which TensorBoard knows a file of events. */
const EVENTS = 'events.out.tfevents.0.flatcheck';

/**
 * Writes the report of the experiment in `out` to `folder`, each file atomically, the page last; returns the
 * page's path. `<figure>.svg` and `.png`, `runs.csv`, `metrics.csv`, `tensorboard/<run>/`, `index.html`. What
 * cannot be written is said, and keeps nothing else from being written; the exit code tells.
 */
export async function writeReport(
  result: ExperimentResult,
  out: string,
  folder: string,
): Promise<{ readonly page: string; readonly code: ExitCode }> {
  const codes: ExitCode[] = [];
  const write = async (name: string, content: () => Uint8Array | string): Promise<void> => {
    codes.push(await attempt(() => writeAtomic('report', join(folder, name), content())));
  };
  const made = await attempt(() => makeFolder('report', folder));
  if (made !== EXIT.fine) return { page: join(folder, 'index.html'), code: made };
  const pictures = [
    ...result.figures.map(figure => [figure.id, figureSvg(figure, { alone: true })] as const),
    ...curveDrawings(result).map(
      drawing => [drawing.id, plot(drawing, drawing.title, { alone: true })] as const,
    ),
  ];
  for (const [id, svg] of pictures) {
    await write(`${id}.svg`, () => svg);
    await write(`${id}.png`, () => svgToPng(svg));
  }
  await write('runs.csv', () => csv(runRows(result)));
  await write('metrics.csv', () => csv(metricRows(result)));
  for (const run of result.runs.filter(({ status }) => status === 'complete')) {
    const { folder: name, scalars } = runScalars(run);
    await write(join('tensorboard', name, EVENTS), () => {
      makeFolder('report', join(folder, 'tensorboard', name));
      return eventFile(scalars);
    });
  }
  const images = imagesOf(result.runs, out, message => console.error(message));
  await write('index.html', () => experimentPage(result, images));
  return { page: join(folder, 'index.html'), code: combined(EXIT.fine, ...codes) };
}
