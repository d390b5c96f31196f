/** @file The results that the authors of SAMBA published with their code: see golden/published/README.md. */
import { readFileSync } from 'node:fs';

export type PublishedModel = 'vae' | 'samba' | 'rae';

export type PublishedMetric =
  | 'val_loss'
  | 'val_kl'
  | 'val_recon_loss'
  | 'val_recon_loss_sam'
  | 'val_recon_loss_no_sam'
  | 'val_scale_inv'
  | 'val_grad_loss';

/** All runs of one model at one variance. */
export interface PublishedRuns {
  readonly sweep: string;
  readonly model: PublishedModel;
  /** The encoder's variance alpha^2; 0 where it is learned. */
  readonly alpha2: number;
  readonly seeds: readonly number[];
  /** One value a seed. */
  readonly metrics: { readonly [Metric in PublishedMetric]?: readonly number[] };
}

/** What all of these runs had in common. */
export const PUBLISHED = { latents: 256, batch: 256, klCoefficient: 0.1 } as const;

/** The variances of figures 2 and 3. */
export const PUBLISHED_ALPHA2 = [1e-6, 1e-4, 1e-2, 1] as const;

/** From dist/src/theory/published/ to golden/, which the package ships beside dist/. */
const FILE = new URL('../../../../golden/published/samba-cifar10.json', import.meta.url);

let known: readonly PublishedRuns[] | undefined;

/** @throws where the file is missing or a metric has not one finite value a seed */
export function publishedRuns(): readonly PublishedRuns[] {
  if (known !== undefined) return known;
  const { runs } = JSON.parse(readFileSync(FILE, 'utf8')) as { runs: readonly PublishedRuns[] };
  for (const { model, alpha2, seeds, metrics } of runs)
    for (const [metric, values] of Object.entries(metrics))
      if (values.length !== seeds.length || !values.every(Number.isFinite))
        throw new Error(
          `published: ${metric} of ${model} at ${alpha2} must have ${seeds.length} finite values, got ${values.length} - restore golden/published`,
        );
  known = runs;
  return runs;
}

/** One metric of a model at a variance, one value a seed. */
export function published(model: PublishedModel, alpha2: number, metric: PublishedMetric): readonly number[] {
  const values = publishedRuns().find(run => run.model === model && run.alpha2 === alpha2)?.metrics[metric];
  if (values === undefined)
    throw new Error(`published: no ${metric} of ${model} at ${alpha2} - see golden/published/README.md`);
  return values;
}
