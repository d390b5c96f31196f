/** @file What every set of labelled images offers, whatever file it came from. */

/** Images whose pixels become numbers only when asked for. */
export interface Images {
  /** Where they came from, for people. */
  readonly name: string;
  readonly count: number;
  /** Height, width, channels. */
  readonly shape: readonly [number, number, number];
  /** SHA-256 of the records' bytes and their layout: two sets with the same digest hold the same numbers. */
  readonly digest: string;
  label(index: number): number;
  /** Writes one image in [0, 1], height by width by channels, to `out` from `offset` on. */
  fill(index: number, out: Float32Array, offset: number): void;
}

/** Float32 [indices.length, H, W, C] in [0, 1]. */
export function imageBatch(images: Images, indices: ArrayLike<number>): Float32Array {
  const [height, width, channels] = images.shape;
  const size = height * width * channels;
  const out = new Float32Array(indices.length * size);
  for (let i = 0; i < indices.length; i++) images.fill(indices[i]!, out, i * size);
  return out;
}
