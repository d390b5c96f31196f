/**
 * @file Which convolutions are done by a bilinear algorithm: measured on ONNX Runtime's CPU kernels
 * (docs/performance.md).
 */
import type { ConvAttrs } from '../../../graph/ops.js';
import type { Shape } from '../../../graph/shapes.js';
import {
  type Algorithm,
  enlargedOne,
  enlargedThree,
  stridedOne,
  stridedThree,
  winograd2,
  winograd4,
} from './algorithm.js';

/** Algorithms for rows and columns. */
export type Choice = readonly [Algorithm, Algorithm];

/** Where an algorithm pays. */
export interface Limit {
  /** Channels on the side that has less and on the side that has more, at least. */
  readonly channels: readonly [number, number];
  /** Of the input, at most. */
  readonly pixels: number;
}

/** By kind of convolution; a kind left out is not touched. */
export interface Limits {
  /**
   * 3x3, stride 1: also where one side has a few channels, as images stay in the order of their neighbours
   * then.
   */
  readonly plain: Limit;
  /** 3x3, stride 2. */
  readonly strided: Limit;
  /** 1x1 or 3x3 after doubling height and width; pixels before doubling. */
  readonly enlarged: Limit;
}

export const LIMITS: Limits = {
  plain: { channels: [1, 32], pixels: 1024 },
  strided: { channels: [32, 32], pixels: 1024 },
  enlarged: { channels: [32, 32], pixels: 256 },
};

/** F(4, 3) saves more products, but has 36 terms a filter to F(2, 3)'s 16: not for fewer pixels. */
const MANY_PIXELS = 64;

const pixelsOf = (image: Shape): number => image[1]! * image[2]!;

function within({ channels: [less, more], pixels }: Limit, image: Shape, filter: Shape): boolean {
  const [inner, outer] = [filter[2]!, filter[3]!];
  return pixelsOf(image) <= pixels && Math.min(inner, outer) >= less && Math.max(inner, outer) >= more;
}

const both = (make: (size: number) => Algorithm, image: Shape): Choice => [make(image[1]!), make(image[2]!)];

const divides = (factor: number, image: Shape): boolean =>
  image[1]! % factor === 0 && image[2]! % factor === 0;

/** Square kernels of 1 or 3 with PyTorch's padding that keeps the size; undefined for others. */
function kernelOf(filter: Shape, pad: ConvAttrs['pad']): 1 | 3 | undefined {
  const size = filter[0];
  const padding = size === 3 ? 1 : 0;
  const fits = filter[1] === size && pad.flat().every(n => n === padding);
  return fits && (size === 1 || size === 3) ? size : undefined;
}

/**
 * The algorithms for a convolution of images [N, H, W, C] by a filter [kh, kw, C, O]; `enlarged` says that
 * the convolution sees the images doubled in height and width. Undefined where it is better left as it is.
 */
export function choose(
  images: Shape,
  filter: Shape,
  { strides, pad }: ConvAttrs,
  enlarged: boolean,
  limits: Limits,
): Choice | undefined {
  const kernel = kernelOf(filter, pad);
  const [stride] = strides;
  if (kernel === undefined || stride !== strides[1]) return undefined;
  if (enlarged) {
    if (stride !== 1 || !within(limits.enlarged, images, filter)) return undefined;
    return both(kernel === 3 ? enlargedThree : enlargedOne, images);
  }
  if (stride === 2 && within(limits.strided, images, filter)) {
    if (kernel === 3) return divides(4, images) ? both(stridedThree, images) : undefined;
    return divides(2, images) ? both(stridedOne, images) : undefined;
  }
  if (stride !== 1 || kernel !== 3 || !divides(2, images) || !within(limits.plain, images, filter))
    return undefined;
  return both(divides(4, images) && pixelsOf(images) >= MANY_PIXELS ? winograd4 : winograd2, images);
}
