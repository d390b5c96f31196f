/**
 * @file How figures 2-4 are drawn: a quantity over alpha^2, or over the steps where the variance is learned.
 */
import type { Figure, Point, Published, RunRecord, Series } from '../../src/claims/experiment/model.js';
import { summarise, valuesOf } from '../../src/claims/experiment/summary.js';
import { ALPHA2, type Model } from './configs.js';
import { QUANTITIES, type QuantityName } from './quantities.js';

const NAMES: Readonly<Record<Model, string>> = { vae: 'VAE', samba: 'SAMBA', rae: 'RAE' };

/** What is drawn over alpha^2, in this order. */
const DRAWN = [
  'plottedSmoothness',
  'plottedInvariant',
  'decoderJacobianInvariant',
  'lossGradientNorm',
  'loss',
  'errorAtMean',
] as const satisfies readonly QuantityName[];

const BARS = 'Error bars: 95 % bootstrap intervals of the mean over seeds.';

function pointOf(x: number, values: readonly number[]): Point[] {
  if (values.length === 0) return [];
  const { mean, low, high } = summarise({}, '', values);
  return [values.length > 1 ? { x, y: mean, low, high } : { x, y: mean }];
}

const ours = (runs: readonly RunRecord[], model: Model, quantity: QuantityName): Series => ({
  name: NAMES[model],
  points: ALPHA2.flatMap(alpha2 => pointOf(alpha2, valuesOf(runs, { model, alpha2 }, quantity))),
  origin: 'ours',
  joined: true,
});

const theirs = (published: readonly Published[], model: Model, quantity: QuantityName): Series => ({
  name: `${NAMES[model]}, published`,
  points: ALPHA2.flatMap(alpha2 => {
    const found = published.find(
      ({ arm, quantity: name }) => name === quantity && arm.model === model && arm.alpha2 === alpha2,
    );
    return pointOf(alpha2, found?.values ?? []);
  }),
  origin: 'published',
  joined: true,
});

/** One figure a quantity, over alpha^2. */
export function overAlpha(
  prefix: string,
  models: readonly Model[],
  runs: readonly RunRecord[],
  published: readonly Published[],
): Figure[] {
  const caveat = published.find(({ notComparable }) => notComparable !== undefined)?.notComparable;
  return DRAWN.flatMap(quantity => {
    const { label, scale, says } = QUANTITIES[quantity];
    const series = [
      ...models.map(model => ours(runs, model, quantity)),
      ...models.map(model => theirs(published, model, quantity)),
    ].filter(({ points }) => points.length > 0);
    if (!series.some(({ origin }) => origin === 'ours')) return [];
    const beside = series.some(({ origin }) => origin === 'published');
    const note = beside && caveat !== undefined ? ` Published values are not comparable: ${caveat}.` : '';
    return [
      {
        id: `${prefix}-${quantity}`,
        title: label,
        x: { label: 'alpha^2', scale: 'log' },
        y: { label, scale },
        series,
        note: `${says} ${BARS}${note}`,
      },
    ];
  });
}

/** One figure a quantity, over the steps: the mean over the seeds that have the point. */
export function overSteps(prefix: string, models: readonly Model[], runs: readonly RunRecord[]): Figure[] {
  return DRAWN.flatMap(quantity => {
    const { label, scale, says } = QUANTITIES[quantity];
    const series = models.map((model): Series => {
      const curves = runs.filter(run => run.arm.model === model).map(run => run.curves[quantity] ?? []);
      const steps = [...new Set(curves.flatMap(curve => curve.map(([step]) => step)))].sort((a, b) => a - b);
      const points = steps.flatMap(step =>
        pointOf(
          step,
          curves.flatMap(curve => curve.filter(([x]) => x === step).map(([, y]) => y)),
        ),
      );
      return { name: NAMES[model], points, origin: 'ours', joined: true };
    });
    if (series.every(({ points }) => points.length === 0)) return [];
    return [
      {
        id: `${prefix}-${quantity}`,
        title: `${label}, learned variance`,
        x: { label: 'step', scale: 'linear' },
        y: { label, scale },
        series,
        note: `${says} ${BARS}`,
      },
    ];
  });
}
