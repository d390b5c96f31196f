/**
 * @file The authors' published runs as runs of ours, after the same number of validations: to judge and to
 * lay beside.
 */
import type { Arm, Published, PublishedRecords, RunRecord } from '../../src/claims/experiment/model.js';
import { PUBLISHED, PUBLISHED_ALPHA2, type PublishedModel } from '../../src/theory/published/samba.js';
import { commonLength, publishedAfter } from '../../src/theory/published/samba-histories.js';
import { codesOf, LOG_RULES } from '../../src/theory/published/samba-logs.js';
import type { Setting } from '../../src/train/experiment/experiment.js';
import type { QuantityName } from './quantities.js';

const SOURCE =
  'golden/published/samba-histories.json (https://github.com/rpatrik96/vae-sam, commit 10311fd), after';

type Numbers = Partial<Record<QuantityName, number>>;

const FIXED = PUBLISHED_ALPHA2.map(Number);

/** The variances of a figure; 0 where it is learned. */
const variances = (learned: boolean): readonly number[] => (learned ? [0] : FIXED);

/** As many validations as the stored histories of all these runs have. */
export const validationsOf = (models: readonly PublishedModel[], learned = false): number =>
  Math.min(...variances(learned).map(alpha2 => commonLength(models, alpha2)));

/** What was measured of each run of an arm after so many validations, by seed. */
function numbersOf(model: PublishedModel, alpha2: number, validations: number): ReadonlyMap<number, Numbers> {
  const learned = alpha2 === 0;
  // where the variance is learned the logged number has the standard deviations in it, and nothing divides by
  // alpha
  const alpha = learned ? 1 : Math.sqrt(alpha2);
  const after = (metric: Parameters<typeof publishedAfter>[2]): Map<number, number> =>
    new Map(publishedAfter(model, alpha2, metric, validations).map(({ seed, value }) => [seed, value]));
  const [loss, error, inverse] = [after('val_loss'), after('val_recon_loss_no_sam'), after('val_scale_inv')];
  const prior = learned ? new Map<number, number>() : after('val_kl');
  return new Map(
    [...loss].map(([seed, value]) => {
      const plottedSmoothness = LOG_RULES.plotted(inverse.get(seed)!, alpha, PUBLISHED.latents);
      const shared: Numbers = { loss: value, errorAtMean: error.get(seed)!, plottedSmoothness };
      const logged = prior.get(seed);
      if (logged === undefined) return [seed, shared] as const;
      const codeRms = codesOf(LOG_RULES, model, alpha2, logged);
      return [seed, { ...shared, codeRms, plottedInvariant: plottedSmoothness * codeRms }] as const;
    }),
  );
}

const armOf = (model: PublishedModel, alpha2: number): Arm => (alpha2 === 0 ? { model } : { model, alpha2 });

/** The published runs of some models as runs of ours, after so many validations. */
export const publishedRecords = (
  models: readonly PublishedModel[],
  learned = false,
  validations = validationsOf(models, learned),
): RunRecord[] =>
  models.flatMap(model =>
    variances(learned).flatMap(alpha2 =>
      [...numbersOf(model, alpha2, validations)].map(([seed, numbers]) => ({
        id: `published-${model}-${alpha2}-${seed}`,
        arm: armOf(model, alpha2),
        seed,
        status: 'complete' as const,
        numbers,
        curves: {},
      })),
    ),
  );

/** The same with where they come from. */
export const publishedOf = (models: readonly PublishedModel[], learned = false): PublishedRecords => ({
  runs: publishedRecords(models, learned),
  source: `${SOURCE} ${validationsOf(models, learned)} validations`,
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
  const validations = validationsOf(models, learned);
  return models.flatMap(model =>
    variances(learned).flatMap(alpha2 => {
      const runs = [...numbersOf(model, alpha2, validations).values()];
      return (Object.keys(runs[0] ?? {}) as QuantityName[]).map(quantity => ({
        arm: armOf(model, alpha2),
        quantity,
        values: runs.map(numbers => numbers[quantity]!),
        source: `${SOURCE} ${validations} validations`,
        ...(caveat !== undefined && { notComparable: caveat }),
      }));
    }),
  );
};
