/** @file What an order decision is made from: one case's residuals on a ladder of steps. */

/** A scalar, or a vector compared as a vector. */
export type Vector = number | Float64Array | readonly number[];

export interface Rung {
  readonly step: number;
  /** Left side minus right side of the claim at this step. */
  readonly residual: Vector;
  /**
   * Size of the terms whose difference the residual is (for vectors, in the 2-norm): its round-off is about
   * eps * scale.
   */
  readonly scale: number;
}

export interface OrderCase {
  /** Any order of steps; at least 6 rungs, dyadic by habit. */
  readonly ladder: readonly Rung[];
  /**
   * The theorem's K in residual = K * step^order + ...; zero where the theorem says that the leading term
   * vanishes.
   */
  readonly constant?: Vector;
}

/** The steps from * 2^-first ... from * 2^-last, largest first. */
export function dyadic(from: number, first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => from * 2 ** -(first + i));
}

/** The rungs of a ladder: `at(step)` gives the residual and its scale. */
export function ladder(
  steps: readonly number[],
  at: (step: number) => { residual: Vector; scale: number },
): Rung[] {
  return steps.map(step => ({ step, ...at(step) }));
}
