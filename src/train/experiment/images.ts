/** @file images.safetensors of a finished run: records, their reconstructions, and samples of the decoder. */

import { type Random, stream } from '../../claims/random.js';
import { writeAtomic } from '../../formats/atomic.js';
import { encodeSafetensors, type SafeTensor } from '../../formats/safetensors.js';
import { type Evaluator, openEvaluator, recordsSpec } from './evaluate.js';
import type { LatentDistribution, Trained } from './experiment.js';

/** Records shown, and samples. */
const SHOWN = 8;

/** Records whose codes a distribution is fitted to, at most. */
const MOST_CODES = 4096;

/** Writes `originals`, `reconstructions` (at the mean code) and `samples`, F32 [n, H, W, C] in [0, 1]. */
export async function writeImages(path: string, trained: Trained, from: LatentDistribution): Promise<void> {
  const { data, model, config } = trained;
  const shown = Math.min(SHOWN, data.counts.validation);
  const originals = data.validation(0, shown);
  const encoder = await openEvaluator(
    trained,
    (net, params, { x }) => ({ mean: net.encode(params, x!).mean }),
    batch => recordsSpec(trained, batch),
  );
  const decoder = await openEvaluator(
    trained,
    (net, params, { z }) => ({ image: net.decode(params, z!) }),
    batch => ({ z: { shape: [batch, model.net.latent] } }),
  );
  try {
    const decode = async (count: number, z: Float32Array): Promise<Float32Array> =>
      Float32Array.from((await decoder.run(count, { z })).image!, clip);
    const mean = Float32Array.from((await encoder.run(shown, { x: originals })).mean!);
    const sampler = await from.sampler(model.net.latent, () => codesOf(trained, encoder));
    const images = {
      originals: [shown, originals],
      reconstructions: [shown, await decode(shown, mean)],
      samples: [SHOWN, await decode(SHOWN, draw(sampler, config.seed))],
    } as const;
    const tensors = Object.entries(images).map(([name, [count, pixels]]): [string, SafeTensor] => [
      name,
      { dtype: 'F32', shape: [count, ...data.images.shape], data: pixels },
    ]);
    const metadata = new Map([['flatcheck', JSON.stringify({ version: 1, samplesFrom: from.name })]]);
    writeAtomic('experiment', path, ...encodeSafetensors({ metadata, tensors: new Map(tensors) }));
  } finally {
    await decoder.close();
    await encoder.close();
  }
}

const clip = (pixel: number): number => Math.min(1, Math.max(0, pixel));

/** Standard normal draws depend on the seed alone: the same for every arm. */
function draw(sampler: (random: Random) => readonly number[], seed: number): Float32Array {
  const random = stream(seed, 'samples');
  return Float32Array.from(Array.from({ length: SHOWN }, () => sampler(random)).flat());
}

/** The codes of training records, in the order of the first epoch. */
async function codesOf({ data, config, model }: Trained, encoder: Evaluator): Promise<number[][]> {
  const { latent } = model.net;
  const codes: number[][] = [];
  const batches = Math.min(data.stepsPerEpoch, Math.ceil(MOST_CODES / config.batchSize));
  for (let step = 0; step < batches; step++) {
    const { mean } = await encoder.run(config.batchSize, { x: data.training(step) });
    for (let i = 0; i < config.batchSize; i++) codes.push([...mean!.subarray(i * latent, (i + 1) * latent)]);
  }
  return codes;
}
