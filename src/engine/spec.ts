/** @file How the inputs of a traced function are described. */
import type { DType } from './graph/graph.js';
import type { Shape } from './graph/shapes.js';

/** Shape and kind of one input; `float` when not said. */
export interface Spec {
  readonly shape: Shape;
  readonly dtype?: Exclude<DType, 'bool'>;
}

export type Specs = Readonly<Record<string, Spec>>;

/** Inputs of these shapes. */
export const specsOf = (shapes: Readonly<Record<string, Shape>>): Specs =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape }]));
