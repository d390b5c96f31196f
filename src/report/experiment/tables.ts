/** @file The tables of the page: results of each quantity, ours beside published, the runs. */
import type { ExperimentResult, PairedDifference, Seed, Summary } from '../../claims/experiment/model.js';
import { armLabel } from '../../claims/experiment/summary.js';
import { escapeHtml as esc } from '../html/escape.js';
import { badge, digits, interval, label } from './words.js';

interface Cell {
  readonly html: string;
  /** The head of its column, repeated beside it where the page is narrow. */
  readonly head: string;
}

const row = (name: string, cells: readonly Cell[]): string =>
  `<tr role="row"><th scope="row" role="rowheader">${name}</th>${cells.map(({ html, head }) => `<td role="cell" class="number" data-label="${head}">${html}</td>`).join('')}</tr>`;

const table = (
  caption: string,
  first: string,
  rows: readonly (readonly [string, readonly Cell[]])[],
): string => {
  const heads = [first, ...(rows[0]?.[1] ?? []).map(({ head }) => head)];
  return `<div class="wide"><table role="table"><caption>${caption}</caption><thead role="rowgroup"><tr role="row">${heads.map(head => `<th scope="col" role="columnheader">${head}</th>`).join('')}</tr></thead><tbody role="rowgroup">${rows.map(([name, cells]) => row(name, cells)).join('')}</tbody></table></div>`;
};

/** One table a quantity, arms below each other; the definition beneath the caption. */
export const resultTables = ({ quantities, summaries }: ExperimentResult): string =>
  Object.entries(quantities)
    .map(([name, { label: words, says }]) => {
      const mine = summaries.filter(({ quantity }) => quantity === name);
      if (mine.length === 0) return '';
      const rows = mine.map(({ arm, n, mean, iqm, low, high, deviation }) => {
        const cells = [
          { head: 'mean', html: digits(mean, 4) },
          { head: '95 % interval', html: interval(low, high) },
          { head: 'interquartile mean', html: digits(iqm, 4) },
          { head: 'deviation over runs', html: digits(deviation, 2) },
          { head: 'runs', html: String(n) },
        ];
        return [esc(armLabel(arm)), cells] as const;
      });
      return table(`${label(words)}<span class="says">${label(says)}</span>`, 'arm', rows);
    })
    .join('\n');

const shown = ({ mean, low, high, n }: Summary): string =>
  `${digits(mean, 4)} <span class="soft">${interval(low, high)}, n ${n}</span>`;

/** Ours beside the authors', quantity by quantity. */
export const comparisonTables = ({ comparisons, quantities }: ExperimentResult): string =>
  [...new Set(comparisons.map(({ ours }) => ours.quantity))]
    .map(name => {
      const mine = comparisons.filter(({ ours }) => ours.quantity === name);
      const sources = [...new Set(mine.map(({ source }) => source))].join('; ');
      const rows = mine.map(({ ours, published, outcome, why }) => {
        const cells = [
          { head: 'ours', html: shown(ours) },
          { head: 'published', html: shown(published) },
          { head: 'agreement', html: `${badge(outcome)}<span class="why">${esc(why)}</span>` },
        ];
        return [esc(armLabel(ours.arm)), cells] as const;
      });
      return table(
        `${label(quantities[name]?.label ?? name)}<span class="says">Published: ${esc(sources)}</span>`,
        'arm',
        rows,
      );
    })
    .join('\n');

/**
 * Two arms seed by seed: the mean difference with both intervals, each difference, and the seeds that only
 * one of them has.
 */
export function pairTable(pairs: readonly PairedDifference[]): string {
  const alone = (name: string, seeds: readonly Seed[]): string[] =>
    seeds.length === 0 ? [] : [`${esc(name)}: ${esc(seeds.join(', '))}`];
  return table(
    'Paired differences<span class="says">Of arms on a log scale the ratio, and its geometric mean.</span>',
    'arms',
    pairs.map(
      ({ a, b, scale, seeds, differences, mean, low, high, bootstrapLow, bootstrapHigh, dropped }) => [
        scale === 'log' ? `${esc(a)} over ${esc(b)}` : `${esc(a)} \u2212 ${esc(b)}`,
        [
          { head: 'pairs', html: String(seeds.length) },
          { head: 'mean', html: digits(mean) },
          { head: '95 % interval', html: interval(low, high) },
          { head: 'bootstrap of pairs', html: interval(bootstrapLow, bootstrapHigh) },
          {
            head: 'seed by seed',
            html: `<span class="why">${seeds.map((seed, i) => `${esc(String(seed))}: ${digits(differences[i]!)}`).join('; ')}</span>`,
          },
          {
            head: 'without a partner',
            html: `<span class="why">${[...alone(a, dropped.a), ...alone(b, dropped.b)].join('; ') || 'none'}</span>`,
          },
        ],
      ],
    ),
  );
}

export const runTable = ({ runs }: ExperimentResult): string =>
  table(
    'Runs',
    'run',
    runs.map(({ id, arm, seed, status }) => [
      `<code>${esc(id)}</code>`,
      [
        { head: 'arm', html: esc(armLabel(arm)) },
        { head: 'seed', html: String(seed) },
        { head: 'status', html: status },
      ],
    ]),
  );
