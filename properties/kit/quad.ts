/** @file Quadrature: points and weights of expectations and integrals. */
export * from '../../src/theory/numerics/gauss-hermite.js';
export * from '../../src/theory/numerics/gauss-legendre.js';
