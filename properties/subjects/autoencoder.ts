/**
 * @file Autoencoders as the cases of claims, in one import: their networks at their codes, SAMBA and the RAE
 * on them.
 */
export * from '../arbitraries/autoencoders.js';
export * from '../arbitraries/given.js';
export * from './network/degenerate.js';
export * from './network/jets.js';
export * from './network/network.js';
export * from './sam/kinked.js';
export * from './sam/mutants.js';
export * from './sam/pair.js';
export * from './sam/steps.js';
