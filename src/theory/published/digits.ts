/** @file A small sample of real images, reduced MNIST digits: see golden/digits/README.md. */
import { readFileSync } from 'node:fs';

/** From dist/src/theory/published/ to golden/, which the package ships beside dist/. */
const FILE = new URL('../../../../golden/digits/mnist-8x8.json', import.meta.url);

/** Pixels of an image. */
export const DIGIT_PIXELS = 64;

/** A pixel stands for three by three of the original: three times its value keeps the distances between images. */
const PIXEL = 3 / 255;

let known: Float64Array | undefined;

/**
 * 384 digits, a row of 64 pixels each, as far apart as the images of 28x28 with values from 0 to 1 that they were made from.
 * @throws where the file is missing or of another length than it says
 */
export function digits(): Float64Array {
  if (known !== undefined) return known;
  const { count, pixels } = JSON.parse(readFileSync(FILE, 'utf8')) as { count: number; pixels: string };
  const bytes = Buffer.from(pixels, 'base64');
  if (bytes.length !== count * DIGIT_PIXELS)
    throw new Error(
      `digits: ${count} images must have ${count * DIGIT_PIXELS} pixels, got ${bytes.length} (${FILE.pathname})`,
    );
  known = Float64Array.from(bytes, value => PIXEL * value);
  return known;
}
