/** @file What is said of repeated measurements. */

const sorted = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

export const median = (values: readonly number[]): number => {
  const all = sorted(values);
  const middle = all.length / 2;
  return (all[Math.ceil(middle) - 1]! + all[Math.floor(middle)]!) / 2;
};

/** Largest less smallest. */
export const range = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
