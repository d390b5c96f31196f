/**
 * @file Convolution and its two gradients: patches gathered into rows, then matrix products; NHWC and HWIO.
 */
import type { ConvAttrs } from '../../graph/ops.js';
import type { Shape } from '../../graph/shapes.js';
import { matrixAt, multiply, workspaceFor } from './product.js';

/** Sizes of one convolution y = conv(x, filter). */
interface Geometry {
  readonly attrs: ConvAttrs;
  readonly batch: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly kernelHeight: number;
  readonly kernelWidth: number;
  readonly outHeight: number;
  readonly outWidth: number;
  readonly outChannels: number;
  /** Rows and columns of one sample's patch matrix. */
  readonly positions: number;
  readonly patch: number;
  /** Numbers in one sample of x and of y. */
  readonly sample: number;
  readonly outSample: number;
}

function geometry(attrs: ConvAttrs, x: Shape, filter: Shape, y: Shape): Geometry {
  const [batch, height, width, channels] = x as [number, number, number, number];
  const [kernelHeight, kernelWidth] = filter as [number, number];
  const [, outHeight, outWidth, outChannels] = y as [number, number, number, number];
  const positions = outHeight * outWidth;
  return {
    attrs,
    batch,
    height,
    width,
    channels,
    kernelHeight,
    kernelWidth,
    outHeight,
    outWidth,
    outChannels,
    positions,
    patch: kernelHeight * kernelWidth * channels,
    sample: height * width * channels,
    outSample: positions * outChannels,
  };
}

/**
 * Walks the pairs (row of channels in the patch matrix of a sample, row of channels in its image).
 * `toPatches` copies image to patches with zeros outside; otherwise patches are added to the image.
 */
function movePatches(
  g: Geometry,
  image: Float64Array,
  start: number,
  patches: Float64Array,
  toPatches: boolean,
): void {
  const { channels, width, height, kernelWidth, kernelHeight } = g;
  const [strideY, strideX] = g.attrs.strides;
  const [[top], [left]] = g.attrs.pad;
  let at = 0;
  for (let oy = 0; oy < g.outHeight; oy++)
    for (let ox = 0; ox < g.outWidth; ox++)
      for (let ky = 0; ky < kernelHeight; ky++) {
        const y = oy * strideY - top + ky;
        const inside = y >= 0 && y < height;
        for (let kx = 0; kx < kernelWidth; kx++, at += channels) {
          const x = ox * strideX - left + kx;
          const from = start + (y * width + x) * channels;
          if (inside && x >= 0 && x < width) {
            if (toPatches) for (let c = 0; c < channels; c++) patches[at + c] = image[from + c]!;
            else for (let c = 0; c < channels; c++) image[from + c]! += patches[at + c]!;
          } else if (toPatches) for (let c = 0; c < channels; c++) patches[at + c] = 0;
        }
      }
}

type Bind = (
  attrs: ConvAttrs,
  shapes: { readonly x: Shape; readonly filter: Shape; readonly y: Shape },
  inputs: readonly [Float64Array, Float64Array],
  output: Float64Array,
) => () => void;

/** (x, filter) -> y */
export const bindConv2D: Bind = (attrs, { x, filter, y }, [image, weights], output) => {
  const g = geometry(attrs, x, filter, y);
  const patches = new Float64Array(g.positions * g.patch);
  const extent = { m: g.positions, n: g.outChannels, k: g.patch };
  const workspace = workspaceFor(extent);
  const left = matrixAt(patches, 0, g.patch);
  const right = matrixAt(weights, 0, g.outChannels);
  return () => {
    for (let n = 0; n < g.batch; n++) {
      movePatches(g, image, n * g.sample, patches, true);
      multiply(left, right, output, n * g.outSample, extent, workspace, false);
    }
  };
};

/** (dy, filter) -> dx */
export const bindConv2DInputGrad: Bind = (attrs, { x, filter, y }, [dy, weights], output) => {
  const g = geometry(attrs, x, filter, y);
  const patches = new Float64Array(g.positions * g.patch);
  const extent = { m: g.positions, n: g.patch, k: g.outChannels };
  const workspace = workspaceFor(extent);
  const lefts = samples(g.batch).map(n => matrixAt(dy, n * g.outSample, g.outChannels));
  const right = matrixAt(weights, 0, g.outChannels, true);
  return () => {
    output.fill(0);
    lefts.forEach((left, n) => {
      multiply(left, right, patches, 0, extent, workspace, false);
      movePatches(g, output, n * g.sample, patches, false);
    });
  };
};

/** (x, dy) -> dfilter */
export const bindConv2DFilterGrad: Bind = (attrs, { x, filter, y }, [image, dy], output) => {
  const g = geometry(attrs, x, filter, y);
  const patches = new Float64Array(g.positions * g.patch);
  const extent = { m: g.patch, n: g.outChannels, k: g.positions };
  const workspace = workspaceFor(extent);
  const left = matrixAt(patches, 0, g.patch, true);
  const rights = samples(g.batch).map(n => matrixAt(dy, n * g.outSample, g.outChannels));
  return () => {
    rights.forEach((right, n) => {
      movePatches(g, image, n * g.sample, patches, true);
      multiply(left, right, output, 0, extent, workspace, n > 0);
    });
  };
};

const samples = (batch: number): number[] => Array.from({ length: batch }, (_, n) => n);
