/** @file Cases in several dimensions. */
import fc from 'fast-check';

/** One of the arbitraries that the dimensions give, each as likely. */
export const oneof = <T>(
  dimensions: readonly number[],
  of: (p: number) => fc.Arbitrary<T>,
): fc.Arbitrary<T> => fc.oneof(...dimensions.map(of));
