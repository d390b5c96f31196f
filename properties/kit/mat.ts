/** @file Small dense matrices: products, factors, spectra. */
export * from '../../src/theory/numerics/cholesky.js';
export * from '../../src/theory/numerics/eigen.js';
export * from '../../src/theory/numerics/matrix.js';
