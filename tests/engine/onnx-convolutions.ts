/** @file Convolutions of every kind of stride and padding. */
import type { Shape } from '../../src/engine/graph/shapes.js';

export interface Convolution {
  readonly x: Shape;
  readonly filter: Shape;
  readonly strides: readonly [number, number];
  readonly pad: readonly [readonly [number, number], readonly [number, number]];
}

const NONE = [0, 0] as const;

export const CONVOLUTIONS: readonly Convolution[] = [
  {
    x: [2, 5, 4, 3],
    filter: [3, 3, 3, 4],
    strides: [1, 1],
    pad: [
      [1, 1],
      [1, 1],
    ],
  },
  {
    x: [2, 5, 4, 20],
    filter: [3, 3, 20, 2],
    strides: [1, 1],
    pad: [
      [1, 1],
      [1, 1],
    ],
  },
  { x: [2, 5, 6, 2], filter: [1, 1, 2, 3], strides: [1, 1], pad: [NONE, NONE] },
  { x: [1, 6, 7, 2], filter: [1, 1, 2, 3], strides: [2, 2], pad: [NONE, NONE] },
  {
    x: [2, 8, 8, 3],
    filter: [3, 3, 3, 2],
    strides: [2, 2],
    pad: [
      [0, 1],
      [0, 1],
    ],
  },
  {
    x: [2, 8, 7, 17],
    filter: [3, 3, 17, 2],
    strides: [2, 2],
    pad: [
      [1, 1],
      [1, 0],
    ],
  },
  {
    x: [1, 9, 6, 1],
    filter: [4, 2, 1, 2],
    strides: [3, 2],
    pad: [
      [2, 0],
      [0, 1],
    ],
  },
  {
    x: [1, 6, 6, 2],
    filter: [2, 3, 2, 1],
    strides: [2, 1],
    pad: [
      [1, 0],
      [0, 2],
    ],
  },
  // padding as wide as the filter: rows of x that only padding meets
  {
    x: [1, 3, 3, 2],
    filter: [1, 2, 2, 2],
    strides: [1, 1],
    pad: [
      [1, 2],
      [2, 2],
    ],
  },
  {
    x: [1, 3, 4, 1],
    filter: [2, 2, 1, 2],
    strides: [1, 2],
    pad: [
      [2, 0],
      [3, 0],
    ],
  },
];
