/** @file An experiment as one self-contained HTML page. */
import type {
  ExperimentResult,
  JudgedStatement,
  Judgement,
  RunRecord,
} from '../../claims/experiment/model.js';
import { armLabel, armsOf } from '../../claims/experiment/summary.js';
import { page } from '../html/document.js';
import { escapeHtml as esc } from '../html/escape.js';
import { plot } from '../plot/plot.js';
import { curveDrawings } from './curves.js';
import { figureDrawing, figureSvg } from './figure.js';
import { type Picture, type RunImages, reconstructionGrid, sampleGrid } from './image-grid.js';
import { EXPERIMENT_STYLE } from './style.js';
import { comparisonTables, pairTable, resultTables, runTable } from './tables.js';
import { warnings } from './warnings.js';
import { badge, label } from './words.js';

/** The images of complete runs by the runs' ids. */
export type ImagesOf = ReadonlyMap<string, RunImages>;

const section = (id: string, title: string, body: string): string =>
  body === '' ? '' : `<section aria-labelledby="${id}"><h2 id="${id}">${title}</h2>\n${body}</section>`;

const judgement = ({ why, pairs }: Judgement): string =>
  `<p class="why">${label(why).replaceAll(/.+/g, '<span class="line">$&</span>')}</p>${pairs === undefined ? '' : `<details open><summary>Seed by seed</summary>${pairTable(pairs)}</details>`}`;

const theirs = (published: JudgedStatement['published']): string =>
  published === undefined
    ? ''
    : `<div class="theirs"><p class="head">The authors' own runs: ${badge(published.outcome)}</p><p class="soft">${esc(published.source)}</p>${judgement(published)}</div>`;

function statements({ statements: all }: ExperimentResult): string {
  return all
    .map(
      ({ id, says, source, published, ...ours }) =>
        `<article class="statement ${ours.outcome}" id="statement-${esc(id)}"><p class="head">${badge(ours.outcome)} <strong>${label(says)}</strong></p><p class="soft">${esc(source)}</p>${judgement(ours)}${theirs(published)}</article>`,
    )
    .join('\n');
}

const figureBlock = (svg: string, title: string, note: string | undefined): string =>
  `<figure><figcaption><strong>${label(title)}</strong></figcaption>${svg}${note === undefined ? '' : `<figcaption>${label(note)}</figcaption>`}</figure>`;

const figures = ({ figures: all }: ExperimentResult): string =>
  all.length === 0
    ? ''
    : `<div class="plots">${all.map(figure => figureBlock(figureSvg(figure, { alone: false }), figure.title, figureDrawing(figure).note)).join('\n')}</div>`;

function curves(result: ExperimentResult): string {
  const drawings = curveDrawings(result);
  if (drawings.length === 0) return '';
  const blocks = drawings.map(drawing =>
    figureBlock(plot(drawing, drawing.title, { alone: false }), drawing.title, undefined),
  );
  return `<p class="soft">${esc(drawings[0]!.note ?? '')}</p><div class="plots">${blocks.join('\n')}</div>`;
}

const image = ({ png, width, height }: Picture, alt: string): string =>
  `<img src="data:image/png;base64,${Buffer.from(png).toString('base64')}" width="${width}" height="${height}" alt="${esc(alt)}">`;

const SAMPLES = {
  prior: 'Samples: codes drawn from the prior',
  codes: 'Samples: codes drawn from a Gaussian fitted to the codes of training records',
} as const;

/** The first run of an arm that has images. */
function imagesOfArm(runs: readonly RunRecord[], arm: RunRecord['arm'], images: ImagesOf): string {
  const name = armLabel(arm);
  const run = runs.find(one => armLabel(one.arm) === name && images.has(one.id));
  if (run === undefined) return '';
  const found = images.get(run.id)!;
  const [pairs, samples] = [reconstructionGrid(found), sampleGrid(found)];
  return `<div class="arm"><h3>${esc(name)} <span class="soft">seed ${run.seed}</span></h3><div class="plots">${[
    pairs &&
      `<figure>${image(pairs, `originals above reconstructions, ${name}`)}<figcaption>Originals above their reconstructions</figcaption></figure>`,
    samples &&
      `<figure>${image(samples, `samples, ${name}`)}<figcaption>${SAMPLES[found.samplesFrom ?? 'prior']}</figcaption></figure>`,
  ]
    .filter(Boolean)
    .join('')}</div></div>`;
}

function facts({ setting, provenance, runs, source }: ExperimentResult): string {
  const done = runs.filter(({ status }) => status === 'complete').length;
  const rows: readonly (readonly [string, string])[] = [
    ['source', source],
    ['scale', setting.scale],
    ['convention', setting.convention],
    ['data', setting.data],
    ['seeds', setting.seeds.join(', ')],
    ['runs', `${done} of ${runs.length} complete`],
    [
      'engine',
      `${setting.engine} (${provenance.engineWhy}), ${provenance.threads} ${provenance.threads === 1 ? 'thread' : 'threads'} a run`,
    ],
    ['claims', provenance.verified ? 'verified for this code' : 'NOT verified for this code'],
    ['commit', provenance.commit ?? 'unknown'],
    [
      'versions',
      Object.entries(provenance.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
  ];
  return `<dl>${rows.map(([name, value]) => `<div><dt>${name}</dt><dd>${esc(value)}</dd></div>`).join('')}</dl>`;
}

const tally = ({ statements: all }: ExperimentResult): string =>
  (['supported', 'contradicted', 'cannot-tell'] as const)
    .map(outcome => [all.filter(one => one.outcome === outcome).length, outcome] as const)
    .filter(([count]) => count > 0)
    .map(([count, outcome]) => `${count} ${outcome.replace('-', ' ')}`)
    .join(', ');

/**
 * The page: what to beware of first, then what the paper says and whether it holds, then everything behind
 * it.
 */
export function experimentPage(result: ExperimentResult, images: ImagesOf): string {
  const beware = warnings(result);
  const pictures = armsOf(result.runs)
    .map(arm => imagesOfArm(result.runs, arm, images))
    .join('');
  const body = `<header>
<h1>${esc(result.name)}</h1>
<p>${label(result.says)}</p>
${beware.length === 0 ? '' : `<ul class="warnings" role="note" aria-label="Warnings">${beware.map(line => `<li>${esc(line)}</li>`).join('')}</ul>`}
${facts(result)}
</header>
<main>
${section('statements', `What the paper says <span class="soft">${tally(result)}</span>`, statements(result))}
${section('figures', 'Figures', figures(result))}
${section('results', 'Results', resultTables(result))}
${section('published', 'Beside the published values', comparisonTables(result))}
${section('curves', 'While training', curves(result))}
${section('images', 'Images', pictures)}
<details><summary>All runs</summary>${runTable(result)}</details>
</main>`;
  return page({ title: `${result.name}: flatcheck`, style: EXPERIMENT_STYLE, body, pictures: true });
}
