/**
 * @file Generators: numbers, vectors, matrices and functions that shrink toward the small and simple. No
 * networks: they take tfjs.
 */
import type fc from 'fast-check';

export * from '../arbitraries/functions.js';
export * from '../arbitraries/matrix.js';
export * from '../arbitraries/numbers.js';
export * from '../arbitraries/one-of.js';
export { plainRecord as record } from '../arbitraries/record.js';
export * from '../arbitraries/vector.js';

/** What a generator draws. */
export type Of<Generator> = Generator extends fc.Arbitrary<infer Case> ? Case : never;
