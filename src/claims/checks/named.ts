/** @file What a check measures, as a table: the parts of a case by their names. */
import type { Vector } from '../order/case.js';
import type { Inequality } from './bound.js';
import type { Equality } from './equals.js';

/** Two sides, and the size of their terms where it is not that of the whole table. */
export type Sides<Side> = readonly [left: Side, right: Side, scale?: number];

const sized = <Side>([, , own]: Sides<Side>, shared: number | undefined): { scale?: number } => {
  const scale = own ?? shared;
  return scale === undefined ? {} : { scale };
};

/** Equalities by name: [actual, expected, scale], where the scale may be the same for all. */
export const agree = (table: Readonly<Record<string, Sides<Vector>>>, scale?: number): Equality[] =>
  Object.entries(table).map(([what, sides]) => ({
    what,
    actual: sides[0],
    expected: sides[1],
    ...sized(sides, scale),
  }));

/** Inequalities by name: [lower, upper, scale], where the scale may be the same for all. */
export const below = (table: Readonly<Record<string, Sides<number>>>, scale?: number): Inequality[] =>
  Object.entries(table).map(([what, sides]) => ({
    what,
    lower: sides[0],
    upper: sides[1],
    ...sized(sides, scale),
  }));

/** Two values that agree, as the sides of an inequality. */
export const apart = (a: number, b: number, scale: number): Sides<number> => [Math.abs(a - b), 0, scale];
