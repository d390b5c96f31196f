/** @file The authors' published runs as runs of ours: the same quantities by the same names, to judge and to lay beside. */
import type { Arm, Published, RunRecord } from '../../src/claims/experiment/model.js';
import {
  PUBLISHED,
  type PublishedModel,
  type PublishedRuns,
  publishedRuns,
} from '../../src/theory/published/samba.js';
import { inferredCodes, LOG_RULES } from '../../src/theory/published/samba-logs.js';
import type { Setting } from '../../src/train/experiment/experiment.js';
import type { QuantityName } from './quantities.js';

const SOURCE = 'golden/published/samba-cifar10.json (https://github.com/rpatrik96/vae-sam, commit 10311fd)';

type Values = Partial<Record<QuantityName, readonly number[]>>;

/** Where the variance is learned the logged number has the standard deviations in it, and nothing divides by alpha. */
function valuesOf({ model, alpha2, metrics }: PublishedRuns): Values {
  const learned = alpha2 === 0;
  const alpha = learned ? 1 : Math.sqrt(alpha2);
  const plotted = metrics.val_scale_inv!.map(inverse => LOG_RULES.plotted(inverse, alpha, PUBLISHED.latents));
  const shared: Values = {
    loss: metrics.val_loss!,
    errorAtMean: metrics.val_recon_loss_no_sam!,
    plottedSmoothness: plotted,
  };
  if (learned) return shared;
  const codes = inferredCodes(LOG_RULES, model, alpha2);
  return { ...shared, codeRms: codes, plottedInvariant: plotted.map((value, i) => value * codes[i]!) };
}

const armOf = ({ model, alpha2 }: PublishedRuns): Arm => (alpha2 === 0 ? { model } : { model, alpha2 });

/** The published runs of some models, of figures 2 and 3 or of figure 4. */
const chosen = (models: readonly PublishedModel[], learned: boolean): PublishedRuns[] =>
  publishedRuns().filter(({ model, alpha2 }) => models.includes(model) && (alpha2 === 0) === learned);

/** Complete runs with the published numbers: the statements can be judged by them. */
export const publishedRecords = (models: readonly PublishedModel[], learned = false): RunRecord[] =>
  chosen(models, learned).flatMap(runs => {
    const values = valuesOf(runs);
    return runs.seeds.map((seed, i) => ({
      id: `published-${runs.model}-${runs.alpha2}-${seed}`,
      arm: armOf(runs),
      seed,
      status: 'complete' as const,
      numbers: Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all[i]!])),
      curves: {},
    }));
  });

/** Why ours cannot be laid beside the published values; undefined where they can. */
export function notComparable({ scale, convention, data }: Setting): string | undefined {
  if (convention !== 'released-code')
    return "the authors' numbers come from their code's conventions, not from the equations";
  if (scale !== 'paper') return `scale ${scale} is another network, trained shortly`;
  return data?.kind === 'cifar10' ? undefined : 'these are no CIFAR-10 images';
}

export const publishedValues = (
  models: readonly PublishedModel[],
  setting: Setting,
  learned = false,
): Published[] => {
  const caveat = notComparable(setting);
  return chosen(models, learned).flatMap(runs =>
    Object.entries(valuesOf(runs)).map(([quantity, values]) => ({
      arm: armOf(runs),
      quantity,
      values,
      source: SOURCE,
      ...(caveat !== undefined && { notComparable: caveat }),
    })),
  );
};
