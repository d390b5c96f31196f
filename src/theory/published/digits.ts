/** @file A small sample of real images, handwritten digits of 8x8 pixels: see golden/digits/README.md. */
import { readFileSync } from 'node:fs';

/** From dist/src/theory/published/ to golden/, which the package ships beside dist/. */
const FILE = new URL('../../../../golden/digits/optdigits-8x8.json', import.meta.url);

/** Pixels of an image. */
export const DIGIT_PIXELS = 64;

/**
 * A pixel counts 0 to 16 of four by four of the original: four times its share keeps the distances between
 * images.
 */
const PIXEL = 4 / 16;

let known: Float64Array | undefined;

/**
 * 384 digits, a row of 64 pixels each, as far apart as images of 32x32 with values from 0 to 1.
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
