/** @file Writes the report of an experiment: the page, its figures as SVG and PNG, the numbers as CSV and for TensorBoard. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder, writeAtomic } from '../../formats/atomic.js';
import { csv } from '../../formats/csv.js';
import { readSafetensors } from '../../formats/safetensors.js';
import { eventFile } from '../../formats/tensorboard.js';
import { curveDrawings } from '../../report/experiment/curves.js';
import { metricRows, runRows, runScalars } from '../../report/experiment/exports.js';
import { figureSvg } from '../../report/experiment/figure.js';
import type { Pixels, RunImages } from '../../report/experiment/image-grid.js';
import { experimentPage, type ImagesOf } from '../../report/experiment/page.js';
import { plot } from '../../report/plot/plot.js';
import { svgToPng } from '../../report/png.js';
import type { ExperimentResult } from '../../theory/experiment/model.js';
import { runFolder } from '../../train/experiment/folder.js';
import { RUN_FILES } from '../../train/experiment/status.js';

function imagesOf({ runs }: ExperimentResult, out: string): ImagesOf {
  const found = new Map<string, RunImages>();
  for (const { id, status } of runs) {
    const path = join(runFolder(out, id), RUN_FILES.images);
    if (status !== 'complete' || !existsSync(path)) continue;
    const { tensors } = readSafetensors(path);
    const pixels = (name: string): Pixels | undefined => {
      const tensor = tensors.get(name);
      return tensor?.dtype === 'F32' && tensor.shape.length === 4 ? tensor : undefined;
    };
    const [originals, reconstructions, samples] = [
      pixels('originals'),
      pixels('reconstructions'),
      pixels('samples'),
    ];
    found.set(id, {
      ...(originals && { originals }),
      ...(reconstructions && { reconstructions }),
      ...(samples && { samples }),
    });
  }
  return found;
}

/** Writes the report of the experiment in `out` into a folder and returns the path of its page, written last. */
export function writeReport(result: ExperimentResult, out: string, folder = join(out, 'report')): string {
  makeFolder('report', folder);
  const write = (name: string, content: string | Uint8Array): void =>
    writeAtomic('report', join(folder, name), content);
  const pictures = [
    ...result.figures.map(figure => [figure.id, figureSvg(figure, { alone: true })] as const),
    ...curveDrawings(result).map(
      drawing => [drawing.id, plot(drawing, drawing.title, { alone: true })] as const,
    ),
  ];
  for (const [id, svg] of pictures) {
    write(`${id}.svg`, svg);
    write(`${id}.png`, svgToPng(svg));
  }
  write('runs.csv', csv(runRows(result)));
  write('metrics.csv', csv(metricRows(result)));
  for (const run of result.runs.filter(({ status }) => status === 'complete')) {
    const { folder: name, scalars } = runScalars(run);
    makeFolder('report', join(folder, 'tensorboard', name));
    write(join('tensorboard', name, 'events.out.tfevents.0.flatcheck'), eventFile(scalars));
  }
  write('index.html', experimentPage(result, imagesOf(result, out)));
  return join(folder, 'index.html');
}
