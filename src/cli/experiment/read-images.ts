/** @file The images that finished runs left in their folders. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '../../claims/experiment/model.js';
import { InputError } from '../../formats/input-error.js';
import { isObject, parseJson } from '../../formats/json.js';
import { readSafetensors } from '../../formats/safetensors.js';
import type { Pixels, RunImages } from '../../report/experiment/image-grid.js';
import type { ImagesOf } from '../../report/experiment/page.js';
import { runFolder } from '../../train/experiment/folder.js';
import { RUN_FILES } from '../../train/experiment/status.js';

/** Room for a thousand small images. */
const AT_MOST = 64 * 2 ** 20;

function readImages(path: string): RunImages {
  const { tensors, metadata } = readSafetensors(path, AT_MOST);
  const header = parseJson(metadata.get('flatcheck') ?? 'null', `report: ${path}`);
  const pixels = (name: string): Pixels | undefined => {
    const tensor = tensors.get(name);
    if (tensor === undefined) return undefined;
    if (tensor.dtype === 'F32' && tensor.shape.length === 4) return tensor;
    throw new InputError(
      `report: ${path} must hold "${name}" as F32 [n, height, width, channels], got ${tensor.dtype} [${tensor.shape}] - ` +
        "it is damaged; delete the run's folder to do it again",
    );
  };
  const [originals, reconstructions, samples] = ['originals', 'reconstructions', 'samples'].map(pixels);
  return {
    ...(originals && { originals }),
    ...(reconstructions && { reconstructions }),
    ...(samples && { samples }),
    samplesFrom: isObject(header) && header.samplesFrom === 'codes' ? 'codes' : 'prior',
  };
}

/** Of the complete runs in an experiment's folder, by their ids. */
export function imagesOf(runs: readonly RunRecord[], out: string): ImagesOf {
  const found = runs
    .filter(({ status }) => status === 'complete')
    .map(({ id }) => [id, join(runFolder(out, id), RUN_FILES.images)] as const)
    .filter(([, path]) => existsSync(path));
  return new Map(found.map(([id, path]) => [id, readImages(path)]));
}
