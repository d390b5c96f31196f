/**
 * @file Between our layouts (NHWC images, HWIO filters) and ONNX's (NCHW, OIHW); adjacent transposes cancel.
 */
import type { Shape } from '../graph/shapes.js';
import type { Lowering } from './rule.js';

export const toChannelsFirst = (to: Lowering, images: string, shape: Shape): string =>
  to.emitter.transpose(images, shape, [0, 3, 1, 2]);

/** To the given shape [N, H, W, C]. */
export const toChannelsLast = (to: Lowering, images: string, [n, h, w, c]: Shape): string =>
  to.emitter.transpose(images, [n!, c!, h!, w!], [0, 2, 3, 1]);

export const filterToOihw = (to: Lowering, filter: string, shape: Shape): string =>
  to.emitter.transpose(filter, shape, [3, 2, 0, 1]);
