/**
 * @file Figure 1 of Ujváry et al. 2022: a loss with a sharp and a wide minimum, and what SAM and MFVI make of
 * it.
 */

import type { Figure, RunRecord, Series } from '../src/claims/experiment/model.js';
import { drive, entry, type State, type Stepper } from '../src/studies/stepper.js';
import { lowestFrom, TOY_RULES, type ToyRules } from '../src/theory/closed/toy-landscape.js';
import type {
  ComputeContext,
  Computed,
  Experiment,
  Inputs,
  Scale,
} from '../src/train/experiment/experiment.js';
import { everySeed } from './grid.js';
import { numberIn, wordIn } from './inputs.js';
import { fact, runWith, settled } from './settled.js';
import { basins, type Grid, gridOf } from './ujvary-fig1/basins.js';
import { descent, landscape, VIEWS, type View } from './ujvary-fig1/views.js';

/** Step of the grid, and nodes of each piece of the quadrature under noise. */
const SIZES: Readonly<Record<Scale, { readonly step: number; readonly nodes: number }>> = {
  smoke: { step: 2, nodes: 24 },
  small: { step: 1, nodes: 24 },
  paper: { step: 0.5, nodes: 32 },
};

/** How far a minimum of a view may be from the loss's own to be the same one. */
const NEAR = 8;

/** Gradient descent on each landscape, from the sharp side of the ridge. */
const START = [-2, 20] as const;
const RATE = 30;
const STEPS = 600;

/** The landscape on the grid, a mean at a time. */
function tabulate(
  of: (w: readonly number[]) => number,
  { means, deviations }: Grid,
): Stepper & { rows: Float64Array[] } {
  const rows: Float64Array[] = [];
  return {
    rows,
    steps: means.length,
    get done() {
      return rows.length;
    },
    advance() {
      const mean = means[rows.length]!;
      rows.push(Float64Array.from(deviations, deviation => of([mean, deviation])));
    },
    state: (): State => ({ values: Float64Array.from(rows.flatMap(row => [...row])) }),
    resume(state) {
      const values = entry(state, 'values');
      const width = deviations.length;
      for (let at = 0; at < values.length; at += width) rows.push(values.slice(at, at + width));
    },
  };
}

export async function compute(
  inputs: Inputs,
  context: ComputeContext,
  rules: ToyRules = TOY_RULES,
): Promise<Computed> {
  const view = wordIn(inputs, 'view', VIEWS);
  const grid = gridOf(numberIn(inputs, 'step'));
  const of = landscape(view, rules, numberIn(inputs, 'nodes'));
  const table = tabulate(of, grid);
  await drive(table, context);
  const loss = landscape('loss', rules, 0);
  const [sharpAt, wideAt] = [lowestFrom(loss, [-14, 16]).at, lowestFrom(loss, [20, 30]).at];
  const found = basins(of, grid, table.rows);
  const near = (target: readonly number[]) =>
    found.find(({ at }) => Math.hypot(at[0]! - target[0]!, at[1]! - target[1]!) < NEAR);
  const [sharp, wide] = [near(sharpAt), near(wideAt)];
  const step = descent(view, rules, of);
  const path: number[][] = [[...START]];
  for (let i = 0; i < STEPS; i++) {
    const w = path[i]!;
    const g = step(w);
    path.push([w[0]! - RATE * g[0]!, w[1]! - RATE * g[1]!]);
  }
  const floor = grid.means.map((mean, i) => [mean, Math.min(...table.rows[i]!)] as const);
  const last = path.at(-1)!;
  return {
    numbers: {
      sharpShare: sharp?.share ?? 0,
      wideShare: wide?.share ?? 0,
      ...(sharp && { sharp: sharp.value, sharpMean: sharp.at[0]! }),
      ...(wide && { wide: wide.value, wideMean: wide.at[0]! }),
      ...(sharp && wide && { lead: wide.value - sharp.value }),
      endMean: last[0]!,
      endDeviation: last[1]!,
    },
    curves: {
      floor,
      pathMean: path.map(([mean], i) => [i, mean!] as const),
      pathDeviation: path.map(([, deviation], i) => [i, deviation!] as const),
    },
  };
}

const NAMES: Readonly<Record<View, string>> = {
  loss: 'loss L',
  sam: 'SAM: largest L within rho',
  'sam-one-step': 'SAM: L after one step of length rho',
  'gradient-penalty': 'L + rho |grad L|',
  mfvi: 'MFVI: mean L, covariance (rho^2/p) I',
  'mfvi-whole': 'MFVI: mean L, covariance rho^2 I',
};

type Points = Series['points'];

const seriesOf = (runs: readonly RunRecord[], points: (run: RunRecord) => Points): Series[] =>
  VIEWS.flatMap(view => {
    const run = runWith(runs, { view });
    return run ? [{ name: NAMES[view], origin: 'ours', joined: true, points: points(run) } as const] : [];
  });

const NOTE =
  'Loss after Kim et al. 2022 with rho = 8 and p = 2; its constants are recalled, not read: the paper does not print them. No chance is involved.';

const figures = (runs: readonly RunRecord[]): Figure[] => [
  {
    id: 'floor',
    title: 'Floor of the valley: the least value over deviations',
    x: { label: 'mean', scale: 'linear' },
    y: { label: 'loss', scale: 'linear' },
    series: seriesOf(runs, ({ curves }) =>
      (curves.floor ?? []).filter(([mean]) => mean >= -35 && mean <= 45).map(([x, y]) => ({ x, y })),
    ),
    note: NOTE,
  },
  {
    id: 'minima',
    title: 'The sharp and the wide minimum',
    x: { label: 'mean', scale: 'linear' },
    y: { label: 'height of the minimum', scale: 'linear' },
    series: seriesOf(runs, ({ numbers: { sharp, sharpMean, wide, wideMean } }) => [
      ...(sharp === undefined ? [] : [{ x: sharpMean!, y: sharp }]),
      ...(wide === undefined ? [] : [{ x: wideMean!, y: wide }]),
    ]),
    note: `A line that falls to the right has its wide minimum (mean near 20) below the sharp one; a single point has no sharp one. ${NOTE}`,
  },
  {
    id: 'paths',
    title: 'Gradient descent from mean -2, deviation 20',
    x: { label: 'mean', scale: 'linear' },
    y: { label: 'deviation', scale: 'linear' },
    series: seriesOf(runs, ({ curves }) =>
      (curves.pathMean ?? []).map(([i, x]) => ({ x, y: curves.pathDeviation![i]![1] })),
    ),
    note: `${STEPS} steps with rate ${RATE}; for one step of SAM along the gradient at the perturbed point, as its algorithm has it. ${NOTE}`,
  },
];

const of = (runs: readonly RunRecord[], view: View, quantity: string) =>
  [NAMES[view], runWith(runs, { view })?.numbers[quantity]] as const;

/** Basins closer than this share of the grid are the same: cells change hands with the grid. */
const SAME = 0.01;

const smaller = (runs: readonly RunRecord[], view: View) =>
  fact(
    'a smaller share of the plane leads to the sharp minimum',
    [of(runs, view, 'sharpShare'), of(runs, 'loss', 'sharpShare')],
    (there, plain) => there < plain - SAME,
  );

const fig1: Experiment = {
  name: 'ujvary-fig1',
  source: 'Ujváry et al. 2022, figure 1',
  says: 'A loss over two parameters with a sharp and a wide minimum, its largest value in a ball (SAM) and its mean under noise (MFVI): where their minima are, how high, and what leads there.',
  data: 'none',
  doubles: true,
  conventions: ['paper'],
  seeds: () => [1],
  plan: ({ scale, seeds }) =>
    everySeed(
      VIEWS.map(view => ({ view })),
      seeds,
      arm => ({ kind: 'compute', inputs: { ...arm, ...SIZES[scale] } }),
    ),
  compute: (inputs, context) => compute(inputs, context),
  quantities: {
    sharp: { label: 'height of the sharp minimum', says: 'Absent where there is none.', scale: 'linear' },
    wide: {
      label: 'height of the wide minimum',
      says: 'The one near mean 20, deviation 30.',
      scale: 'linear',
    },
    lead: {
      label: 'lead of the sharp minimum',
      says: 'Height of the wide minimum less that of the sharp one.',
      scale: 'linear',
    },
    sharpShare: {
      label: 'share of the sharp basin',
      says: 'Of the points of a grid (mean -50 to 60, deviation 1 to 50), those from which steepest descent ends in the sharp minimum.',
      scale: 'linear',
    },
  },
  figures: runs => figures(runs),
  statements: [
    {
      id: 'sam-reduces',
      says: 'SAM reduces the basin of the sharp minimum.',
      source: 'figure 1',
      judge: runs => settled([smaller(runs, 'sam')]),
    },
    {
      id: 'mfvi-reduces',
      says: 'MFVI with covariance (rho^2/p) I, which the paper ties to SAM, reduces the basin of the sharp minimum.',
      source: 'figure 1',
      judge: runs => settled([smaller(runs, 'mfvi')]),
    },
    {
      id: 'sam-turns',
      says: 'Corrected: in the worst case the wide minimum is the lower one; in the loss, after one step and with a gradient penalty the sharp one is.',
      source: 'UJV-23',
      judge: runs =>
        settled([
          fact('wide below sharp', [of(runs, 'sam', 'lead')], lead => lead < 0),
          ...(['loss', 'sam-one-step', 'gradient-penalty'] as const).map(view =>
            fact('sharp below wide', [of(runs, view, 'lead')], lead => lead > 0),
          ),
        ]),
    },
    {
      id: 'mfvi-levels',
      says: 'Corrected: noise of covariance (rho^2/p) I only makes the two minima level (to 0.002) and leaves the basin as it is; noise of covariance rho^2 I removes the sharp one.',
      source: 'UJV-23',
      judge: runs =>
        settled([
          fact('level', [of(runs, 'mfvi', 'lead')], lead => Math.abs(lead) < 0.002),
          fact(
            'the same basin',
            [of(runs, 'mfvi', 'sharpShare'), of(runs, 'loss', 'sharpShare')],
            (a, b) => Math.abs(a - b) < SAME,
          ),
          fact('no sharp basin', [of(runs, 'mfvi-whole', 'sharpShare')], share => share === 0),
        ]),
    },
  ],
};

export default fig1;
