/**
 * @file The authors' own runs of SAMBA as a result of ours: figures 2 to 4, with losses on the way made up.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { comparisons } from '../../../src/claims/experiment/compare.js';
import { below, judge, judgeWithin, varianceBelow } from '../../../src/claims/experiment/judge.js';
import type {
  Arm,
  Curve,
  ExperimentResult,
  Figure,
  Published,
  Quantity,
  RunRecord,
  Series,
} from '../../../src/claims/experiment/model.js';
import { sampleOf } from '../../../src/claims/experiment/sample.js';
import { armKey, armsOf, summaries, summarise } from '../../../src/claims/experiment/summary.js';
import { stream } from '../../../src/claims/random.js';

interface Row {
  readonly model: string;
  readonly alpha2: number;
  readonly seeds: readonly number[];
  readonly metrics: Readonly<Record<string, readonly number[]>>;
}

const FILE = fileURLToPath(new URL('../../../../golden/published/samba-cifar10.json', import.meta.url));
const rows = (JSON.parse(readFileSync(FILE, 'utf8')) as { runs: readonly Row[] }).runs;
const D = 256;

export const QUANTITIES: Readonly<Record<string, Quantity>> = {
  smoothness: {
    label: 'smoothness as plotted, \u221ad / \u03b1 \u00b7 scale\u207b\u00b9'.replace('\u207b\u00b9', '^-1'),
    says: 'What the authors plot as the Jacobian norm of the decoder (SAMBA-29).',
    scale: 'log',
  },
  loss: { label: 'validation loss', says: 'With the KL or prior term.', scale: 'linear' },
  error: {
    label: 'mean squared error at the mean code',
    says: 'Reconstruction at the mean code of the encoder, pixels in [0, 1].',
    scale: 'linear',
  },
};

const armOf = ({ model, alpha2 }: Row): Arm => (alpha2 === 0 ? { model } : { model, alpha2 });

function numbers({ alpha2, metrics }: Row, i: number): Record<string, number> {
  const of = (name: string): number => metrics[name]![i]!;
  return {
    smoothness: Math.sqrt(D / (alpha2 || 1)) * of('val_scale_inv'),
    loss: of('val_loss'),
    error: of('val_recon_loss_no_sam' in metrics ? 'val_recon_loss_no_sam' : 'val_recon_loss'),
  };
}

/** A loss that falls to its final value, with noise. */
function fallen(final: number, seed: number, points: number, noise: number): Curve {
  const random = stream(seed, 'sample', points);
  return Array.from({ length: points }, (_, i) => {
    const part = i / (points - 1);
    return [
      Math.round(5000 * part) + 1,
      final * (1 + 2.5 * Math.exp(-6 * part) + noise * random.normal()),
    ] as const;
  });
}

const records: readonly RunRecord[] = rows.flatMap(row =>
  row.seeds.map((seed, i): RunRecord => {
    const measured = numbers(row, i);
    return {
      id: (i * 4096 + rows.indexOf(row) + 0x1000000).toString(16).padStart(12, '0'),
      arm: armOf(row),
      seed,
      status: 'complete',
      numbers: measured,
      curves: {
        loss: fallen(measured.loss!, seed, 34, 0.004),
        trainingLoss: fallen(0.97 * measured.loss!, seed, 101, 0.03),
        smoothness: fallen(measured.smoothness!, seed, 34, 0.05),
      },
    };
  }),
);

const published: readonly Published[] = armsOf(records).flatMap(arm =>
  Object.keys(QUANTITIES).map(quantity => ({
    arm,
    quantity,
    values: records.filter(run => armKey(run.arm) === armKey(arm)).map(run => run.numbers[quantity]!),
    source: 'Reizinger & Husz\u00e1r 2023, released results',
  })),
);

function seriesOf(
  runs: readonly RunRecord[],
  model: string,
  quantity: string,
  origin: 'ours' | 'published',
): Series {
  const points = armsOf(runs)
    .filter(arm => arm.model === model && typeof arm.alpha2 === 'number')
    .map(arm => {
      const values = runs.filter(run => armKey(run.arm) === armKey(arm)).map(run => run.numbers[quantity]!);
      const { mean, low, high } = summarise(arm, quantity, values);
      return { x: Number(arm.alpha2), y: mean, low, high };
    })
    .sort((a, b) => a.x - b.x);
  return { name: model.toUpperCase(), points, origin, joined: true };
}

const NOTE = 'Error bars: 95 % bootstrap intervals of the mean over 4 or 5 seeds.';

const figures = (runs: readonly RunRecord[]): Figure[] =>
  Object.entries(QUANTITIES).flatMap(([quantity, { label, scale }]) =>
    (
      [
        ['fig2', 'VAE and SAMBA', ['vae', 'samba']],
        ['fig3', 'RAE and SAMBA', ['rae', 'samba']],
      ] as const
    ).map(([id, who, models]) => ({
      id: `${id}-${quantity}`,
      title: `${who}: ${label}`,
      x: { label: 'fixed variance \u03b1\u00b2 of the encoder', scale: 'log' },
      y: { label, scale },
      series: models.flatMap(model => [
        seriesOf(runs, model, quantity, 'ours'),
        seriesOf(records, model, quantity, 'published'),
      ]),
      note: NOTE,
    })),
  );

/** A result with these runs as ours. */
export function resultOf(runs: readonly RunRecord[]): ExperimentResult {
  const of = (model: string, quantity: string) => sampleOf(runs, { model, alpha2: 0.01 }, quantity);
  return {
    schema: 1,
    name: 'samba-fig2',
    source: 'Reizinger & Husz\u00e1r 2023, figures 2 to 4',
    says: 'Smoothness of the decoder and validation loss over the fixed variance of the encoder.',
    setting: {
      scale: 'paper',
      convention: 'released-code',
      seeds: [42, 64, 982, 5748, 23567],
      engine: 'onnx-cpu',
      data: 'CIFAR-10, 50000 images',
      generated: false,
    },
    quantities: QUANTITIES,
    runs,
    summaries: summaries(runs, Object.keys(QUANTITIES)),
    comparisons: comparisons(runs, published, QUANTITIES),
    figures: figures(runs),
    statements: [
      {
        id: 'smoother',
        says: 'At \u03b1\u00b2 = 0.01 SAMBA is smoother than the VAE.',
        source: 'figure 2, section 4',
        ...judge([below(of('samba', 'smoothness'), of('vae', 'smoothness'), { scale: 'log' })]),
      },
      {
        id: 'loss',
        says: 'The loss rises by 5 % at most.',
        source: 'figure 2, section 4',
        ...judgeWithin({ margin: 1.05, none: 1 }, factor => [
          below(of('samba', 'loss'), of('vae', 'loss'), { factor }),
        ]),
      },
      {
        id: 'variance',
        says: "SAMBA's reconstruction error has a lower variance than the RAE's.",
        source: 'figure 3, section 4',
        ...judge([varianceBelow(of('samba', 'error'), of('rae', 'error'))]),
      },
    ],
    provenance: {
      commit: '0123456789abcdef0123456789abcdef01234567',
      versions: { flatcheck: '0.1.0', node: '22.11.0' },
      engineWhy: 'the default',
      threads: 1,
      verified: true,
    },
  };
}

/** Ours are the published runs, each number moved by its own small factor. */
export const RESULT = resultOf(
  records.map((run, i) => {
    const random = stream(7, 'ours', i);
    const moved = Object.entries(run.numbers).map(([name, value]) => [
      name,
      value * Math.exp((name === 'smoothness' ? 0.2 : 0.01) * random.normal()),
    ]);
    return { ...run, numbers: Object.fromEntries(moved) };
  }),
);
