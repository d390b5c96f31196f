/** @file Made-up images for where there is no data set: smooth gradients and blobs of random colour. */

import { type Random, stream } from '../claims/random.js';
import { sha256 } from '../formats/files.js';
import type { Images } from '../formats/images.js';

const CHANNELS = 3;
const BLOBS = 3;

/**
 * `count` colour images of `size` by `size`, the same for the same seed on every machine; pixels are
 * multiples of 1/255.
 */
export function generatedImages(count: number, size: number, seed: number): Images {
  return {
    name: `GENERATED images (${count}, made up from seed ${seed}: no photographs)`,
    count,
    shape: [size, size, CHANNELS],
    digest: sha256(`generated 1 ${count} ${size} ${seed}`),
    label: () => 0,
    fill: (index, out, at) =>
      draw(out.subarray(at, at + size * size * CHANNELS), size, stream(seed, 'image', index)),
  };
}

const colour = (random: Random): number[] => Array.from({ length: CHANNELS }, () => random.uniform());

function draw(out: Float32Array, size: number, random: Random): void {
  const [from, to] = [colour(random), colour(random)];
  const slope = [random.uniform() - 0.5, random.uniform() - 0.5] as const;
  const blobs = Array.from({ length: BLOBS }, () => ({
    colour: colour(random),
    x: random.uniform(),
    y: random.uniform(),
    radius: 0.05 + 0.25 * random.uniform(),
  }));
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      const [x, y] = [(column + 0.5) / size, (row + 0.5) / size];
      const ramp = 0.5 + slope[0] * (x - 0.5) + slope[1] * (y - 0.5);
      for (let c = 0; c < CHANNELS; c++) {
        let value = from[c]! + (to[c]! - from[c]!) * ramp;
        for (const blob of blobs) {
          // rational, not Gaussian: Math.exp is not the same number everywhere
          const distance = ((x - blob.x) ** 2 + (y - blob.y) ** 2) / blob.radius ** 2;
          value += (blob.colour[c]! - value) / (1 + distance * distance);
        }
        out[(row * size + column) * CHANNELS + c] = Math.round(255 * value) / 255;
      }
    }
}
