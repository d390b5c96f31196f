/** @file The flow of a vector field over a short time, for the local error of one step of a method. */
import { mat } from '../../kit.js';

export type Field = (x: mat.Vector) => readonly number[];

const SUBSTEPS = 4;

/** x + h v, entry by entry. */
const move = (x: mat.Vector, h: number, v: mat.Vector): number[] => x.map((a, i) => a + h * v[i]!);

/**
 * How far the flow of x' = -field(x) moves x in a time t, by the classical fourth-order Runge-Kutta method:
 * an error of order five in t, beyond every order that is asked of a step. Counted from x, so that no digits
 * are lost to its size.
 */
export function descent(field: Field, x: mat.Vector, t: number): number[] {
  const h = t / SUBSTEPS;
  let moved = x.map(() => 0);
  for (let i = 0; i < SUBSTEPS; i++) {
    const at = (v: mat.Vector, factor: number): readonly number[] =>
      field(mat.add(x, move(moved, -factor * h, v)));
    const k1 = at(moved, 0);
    const k2 = at(k1, 1 / 2);
    const k3 = at(k2, 1 / 2);
    const k4 = at(k3, 1);
    moved = moved.map((m, j) => m - (h / 6) * (k1[j]! + 2 * k2[j]! + 2 * k3[j]! + k4[j]!));
  }
  return moved;
}
