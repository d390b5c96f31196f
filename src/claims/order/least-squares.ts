/** @file Weighted linear least squares with a handful of parameters. */
import { dot } from './vector.js';

export interface Fit {
  /** One row of weights a parameter: parameter j is estimator[j] . y, whatever y was measured. */
  readonly estimator: readonly Float64Array[];
  /** The parameters of this y. */
  readonly parameters: readonly number[];
  /** How far each y is from a fit to the others. */
  readonly misfits: readonly number[];
}

/**
 * Fits y = sum_j parameter_j * columns[j], y_k having the given variance, by modified Gram-Schmidt.
 * @param columns - one array a parameter, as long as y; linearly independent
 */
export function fit(
  columns: readonly (readonly number[])[],
  y: readonly number[],
  variance: readonly number[],
): Fit {
  const weight = variance.map(v => 1 / Math.sqrt(v));
  const basis = columns.map(column => Float64Array.from(column, (x, k) => x * weight[k]!));
  const count = basis.length;
  const upper = Array.from({ length: count }, () => new Float64Array(count));
  for (let j = 0; j < count; j++) {
    for (let i = 0; i < j; i++) {
      const overlap = dot(basis[i]!, basis[j]!);
      upper[i]![j] = overlap;
      basis[j]!.forEach((x, k) => {
        basis[j]![k] = x - overlap * basis[i]![k]!;
      });
    }
    const length = Math.sqrt(dot(basis[j]!, basis[j]!));
    upper[j]![j] = length;
    basis[j]!.forEach((x, k) => {
      basis[j]![k] = x / length;
    });
  }
  // back substitution on the rows of Q^T W^(1/2): the estimator is R^-1 Q^T W^(1/2)
  const estimator = basis.map(q => q.map((x, k) => x * weight[k]!));
  for (let j = count - 1; j >= 0; j--) {
    for (let k = 0; k < y.length; k++) {
      let value = estimator[j]![k]!;
      for (let i = j + 1; i < count; i++) value -= upper[j]![i]! * estimator[i]![k]!;
      estimator[j]![k] = value / upper[j]![j]!;
    }
  }
  const parameters = estimator.map(row => dot(row, y));
  const misfits = y.map((value, k) => {
    const rest = columns.reduce((left, column, j) => left - parameters[j]! * column[k]!, value);
    const leverage = columns.reduce((sum, column, j) => sum + column[k]! * estimator[j]![k]!, 0);
    // a point that alone fixes a parameter is fitted whatever it is
    return leverage > 1 - 1e-6 ? 0 : rest / (1 - leverage);
  });
  return { estimator, parameters, misfits };
}
