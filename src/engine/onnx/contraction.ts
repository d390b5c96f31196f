/** @file Lowering of matrix products and convolutions. */
import type { Node } from '../graph/graph.js';
import type { Shape } from '../graph/shapes.js';
import { filterToOihw, toChannelsFirst, toChannelsLast } from './layout.js';
import type { Lowering, Rule } from './rule.js';
import { concatenate, pad, reshape, slice } from './shaping.js';

const swapLast = (rank: number): number[] =>
  Array.from({ length: rank }, (_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));

/**
 * `Gemm` transposes for nothing, but takes matrices only; ONNX Runtime fuses `Transpose` into the batched
 * `MatMul`.
 */
export const matMul: Rule<'MatMul'> = (node, [a, b], to) => {
  const { transposeA, transposeB } = node.attrs;
  const { emitter } = to;
  const left = to.value(a!);
  const right = to.value(b!);
  if (a!.shape.length === 2 && b!.shape.length === 2 && (transposeA || transposeB))
    return emitter.emit('Gemm', [left, right], {
      transA: { int: transposeA ? 1 : 0 },
      transB: { int: transposeB ? 1 : 0 },
    });
  return emitter.emit('MatMul', [
    transposeA ? emitter.transpose(left, a!.shape, swapLast(a!.shape.length)) : left,
    transposeB ? emitter.transpose(right, b!.shape, swapLast(b!.shape.length)) : right,
  ]);
};

type Pair = readonly [number, number];
type Shape4 = readonly [number, number, number, number];

/** Attributes of the Conv family; pads of rows, then of columns, before and after. */
const convAttributes = (
  strides: Pair,
  kernel: Pair,
  [[top, bottom], [left, right]]: readonly [Pair, Pair],
) => ({
  strides: { ints: strides },
  kernel_shape: { ints: kernel },
  pads: { ints: [top, left, bottom, right] },
});

const kernelOf = (filter: Shape): Pair => [filter[0]!, filter[1]!];

/** Something for the rows and for the columns. */
const both = <T>(make: (axis: 0 | 1) => T): [T, T] => [make(0), make(1)];

export const conv2D: Rule<'Conv2D'> = (node, [x, filter], to) => {
  const { strides, pad } = node.attrs;
  const kernel = kernelOf(filter!.shape);
  const images = toChannelsFirst(to, to.value(x!), x!.shape);
  const weights = filterToOihw(to, to.value(filter!), filter!.shape);
  const result = to.emitter.emit('Conv', [images, weights], convAttributes(strides, kernel, pad));
  // tfjs asks for fewer columns than there are when strides differ and the padding is one number
  const wanted = both(i => ({ axis: i + 2, begin: 0, end: node.shape[i + 1]! }));
  const surplus = wanted.filter(({ end }, i) => {
    const [before, after] = pad[i]!;
    return end <= (x!.shape[i + 1]! + before + after - kernel[i]!) / strides[i]!;
  });
  return toChannelsLast(to, slice(to, result, surplus), node.shape);
};

/** The filter turned by 180 degrees with its channels swapped, as ONNX wants it: [C, O, kh, kw]. */
function turned(to: Lowering, filter: string, shape: Shape): string {
  const [height, width, inner, outer] = shape;
  const taps = height! * width!;
  const swapped = to.emitter.transpose(filter, shape, [2, 3, 0, 1]);
  if (taps === 1) return swapped;
  const rows = reshape(to, swapped, [inner!, outer!, taps]);
  const backwards = slice(to, rows, [{ axis: 2, begin: -1, end: -1 - taps, step: -1 }]);
  return reshape(to, backwards, [inner!, outer!, height!, width!]);
}

/** Stride 1: a convolution with the turned filter, faster than `ConvTranspose`, which does the rest. */
export const conv2DInputGrad: Rule<'Conv2DInputGrad'> = (node, [dy, filter], to) => {
  const { strides, pad: sides } = node.attrs;
  const kernel = kernelOf(filter!.shape);
  const gradient = toChannelsFirst(to, to.value(dy!), dy!.shape);
  const weights = to.value(filter!);
  const [size, steps] = [both(i => node.shape[i + 1]!), both(i => dy!.shape[i + 1]!)];
  const around = both((i): Pair => [kernel[i]! - 1 - sides[i]![0], size[i]! - steps[i]! + sides[i]![0]]);
  if (strides.every(stride => stride === 1) && around.flat().every(n => n >= 0)) {
    const inputs = [gradient, turned(to, weights, filter!.shape)];
    const result = to.emitter.emit('Conv', inputs, convAttributes(strides, kernel, around));
    return toChannelsLast(to, result, node.shape);
  }
  // how far the filter reached beyond x's last row (column), or fell short of it
  const reach = both(i => (steps[i]! - 1) * strides[i]! + kernel[i]! - sides[i]![0] - size[i]!);
  const cut = both((i): Pair => [sides[i]![0], Math.max(reach[i]!, 0)]);
  // ConvTranspose adds less than a stride by itself
  const added = both(i => Math.min(Math.max(-reach[i]!, 0), strides[i]! - 1));
  const missing = both(i => Math.max(-reach[i]!, 0) - added[i]!);
  const result = to.emitter.emit('ConvTranspose', [gradient, filterToOihw(to, weights, filter!.shape)], {
    ...convAttributes(strides, kernel, cut),
    output_padding: { ints: added },
  });
  const whole = pad(to, result, [0, 0, 0, 0], [0, 0, ...missing], to.emitter.scalar(0, 'float32'));
  return toChannelsLast(to, whole, node.shape);
};

/** `Pad` of rows and columns of NCHW images by zeros; negative numbers cut. */
function padImages(to: Lowering, images: string, [top, bottom]: Pair, [left, right]: Pair): string {
  return pad(to, images, [0, 0, top, left], [0, 0, bottom, right], to.emitter.scalar(0, 'float32'));
}

/**
 * Stride 1: dw[ky, kx] is the sum over all pixels of dy moved down by ky rows, times x moved left by kx
 * columns. So all taps are one product an image, of kh versions of dy [kh O, pixels] and kw versions of x [kw
 * C, pixels], summed over the batch.
 */
function unstridedFilterGrad(node: Node<'Conv2DFilterGrad'>, [x, dy]: readonly Node[], to: Lowering): string {
  const [[top, bottom], [left]] = node.attrs.pad;
  const [height, width, inner, outer] = node.shape as Shape4;
  const [batch, rows, columns] = dy!.shape as Shape4;
  const { emitter } = to;
  const [images, gradient] = [
    toChannelsFirst(to, to.value(x!), x!.shape),
    toChannelsFirst(to, to.value(dy!), dy!.shape),
  ];
  const pixels = (rows + height - 1) * columns;
  const flat = (versions: readonly string[], channels: number): string =>
    reshape(to, concatenate(to, versions, 1), [batch, versions.length * channels, pixels]);
  const moved = Array.from({ length: width }, (_, kx) =>
    padImages(to, images, [top, bottom], [left - kx, columns - x!.shape[2]! - left + kx]),
  );
  const lowered = Array.from({ length: height }, (_, ky) =>
    padImages(to, gradient, [ky, height - 1 - ky], [0, 0]),
  );
  const products = emitter.emit('MatMul', [
    flat(lowered, outer),
    emitter.transpose(flat(moved, inner), [batch, width * inner, pixels], [0, 2, 1]),
  ]);
  const total = emitter.emit('ReduceSum', [products, emitter.ints([0])], { keepdims: { int: 0 } });
  const shape = [height, outer, width, inner];
  return emitter.transpose(reshape(to, total, shape), shape, [0, 2, 3, 1]);
}

/**
 * Other strides: the pixels that a tap saw [N OH OW, C], transposed, times dy [N OH OW, O]; one product a
 * tap.
 */
function stridedFilterGrad(node: Node<'Conv2DFilterGrad'>, [x, dy]: readonly Node[], to: Lowering): string {
  const { strides, pad: sides } = node.attrs;
  const [[top, bottom], [left, right]] = sides;
  const [height, width, inner, outer] = node.shape as Shape4;
  const [batch, rows, columns] = dy!.shape as Shape4;
  const { emitter } = to;
  const zero = emitter.scalar(0, 'float32');
  const images = pad(to, to.value(x!), [0, top, left, 0], [0, bottom, right, 0], zero);
  const seen = batch * rows * columns;
  const gradient = reshape(to, to.value(dy!), [seen, outer]);
  const span = (axis: number, begin: number, count: number, step: number) => ({
    axis,
    begin,
    end: begin + (count - 1) * step + 1,
    step,
  });
  const products = Array.from({ length: height * width }, (_, tap) => {
    const row = span(1, Math.floor(tap / width), rows, strides[0]);
    const column = span(2, tap % width, columns, strides[1]);
    const pixels = reshape(to, slice(to, images, [row, column]), [seen, inner]);
    return emitter.emit('Gemm', [pixels, gradient], { transA: { int: 1 } });
  });
  return reshape(to, concatenate(to, products, 0), [height, width, inner, outer]);
}

export const conv2DFilterGrad: Rule<'Conv2DFilterGrad'> = (node, inputs, to) =>
  node.attrs.strides.every(stride => stride === 1)
    ? unstridedFilterGrad(node, inputs, to)
    : stridedFilterGrad(node, inputs, to);
