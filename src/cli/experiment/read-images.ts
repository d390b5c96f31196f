/** @file The images that finished runs left in their folders. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunRecord } from '../../claims/experiment/model.js';
import { InputError, UnavailableError } from '../../formats/input-error.js';
import { isObject, parseJson } from '../../formats/json.js';
import { readSafetensors } from '../../formats/safetensors.js';
import type { Pixels, RunImages } from '../../report/experiment/image-grid.js';
import type { ImagesOf } from '../../report/experiment/page.js';
import { runFolder } from '../../train/experiment/folder.js';
import { MOST_IMAGE_BYTES } from '../../train/experiment/records.js';
import { RUN_FILES } from '../../train/run-files.js';

/** Of one kind, and their sides: a picture of them is drawn larger than they are. */
const MOST_IMAGES = 64;
const MOST_SIDE = 512;

const isDrawable = ([count, height, width, channels]: readonly number[]): boolean =>
  count! <= MOST_IMAGES &&
  [height!, width!].every(side => side >= 1 && side <= MOST_SIDE) &&
  (channels === 1 || channels === 3);

function readImages(path: string): RunImages {
  const { tensors, metadata } = readSafetensors(path, MOST_IMAGE_BYTES);
  const header = parseJson(metadata.get('flatcheck') ?? 'null', `report: ${path}`);
  const pixels = (name: string): Pixels | undefined => {
    const tensor = tensors.get(name);
    if (tensor === undefined) return undefined;
    if (tensor.dtype === 'F32' && tensor.shape.length === 4 && isDrawable(tensor.shape)) return tensor;
    throw new InputError(
      `report: ${path} must hold "${name}" as F32 [n, height, width, channels] with at most ${MOST_IMAGES} images, sides of ` +
        `1 to ${MOST_SIDE} and 1 or 3 channels, got ${tensor.dtype} [${tensor.shape}] - ` +
        "it is damaged; delete the run's folder to do it again",
    );
  };
  const [originals, reconstructions, samples] = ['originals', 'reconstructions', 'samples'].map(pixels);
  const sizes = [originals, reconstructions].map(of => String(of?.shape ?? 'none'));
  if (sizes[0] !== sizes[1])
    throw new InputError(
      `report: ${path} must hold reconstructions of the shape of the originals [${sizes[0]}], got [${sizes[1]}] - ` +
        "it is damaged; delete the run's folder to do it again",
    );
  return {
    ...(originals && { originals }),
    ...(reconstructions && { reconstructions }),
    ...(samples && { samples }),
    samplesFrom: isObject(header) && header.samplesFrom === 'codes' ? 'codes' : 'prior',
  };
}

/**
 * Of the complete runs in an experiment's folder, by their ids; `say` is told of images that cannot be shown.
 */
export function imagesOf(runs: readonly RunRecord[], out: string, say: (message: string) => void): ImagesOf {
  const found = runs
    .filter(({ status }) => status === 'complete')
    .map(({ id }) => [id, join(runFolder(out, id), RUN_FILES.images)] as const)
    .filter(([, path]) => existsSync(path));
  const images = new Map<string, RunImages>();
  for (const [id, path] of found)
    try {
      images.set(id, readImages(path));
    } catch (error) {
      if (!(error instanceof InputError || error instanceof UnavailableError)) throw error;
      say(error.message);
    }
  return images;
}
