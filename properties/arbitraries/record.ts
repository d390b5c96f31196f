/** @file Records that survive JSON: fast-check's own have no prototype every other time. */
import fc from 'fast-check';

/** One value for each key. */
export const plainRecord = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(fields, { noNullPrototype: true });
