/** @file Between our layouts (NHWC images, HWIO filters) and ONNX's (NCHW, OIHW); transposes that meet cancel. */
import type { Lowering } from './rule.js';

export const toChannelsFirst = (to: Lowering, images: string): string =>
  to.emitter.transpose(images, [0, 3, 1, 2]);

export const toChannelsLast = (to: Lowering, images: string): string =>
  to.emitter.transpose(images, [0, 2, 3, 1]);

export const filterToOihw = (to: Lowering, filter: string): string =>
  to.emitter.transpose(filter, [3, 2, 0, 1]);
