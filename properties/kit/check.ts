/**
 * @file Checks, where their cases come from, and what they measure: tables of named sides, ladders of steps.
 */
export { bound } from '../../src/claims/checks/bound.js';
export { equals } from '../../src/claims/checks/equals.js';
export { only } from '../../src/claims/checks/given.js';
export { agree, apart, below } from '../../src/claims/checks/named.js';
export { order } from '../../src/claims/checks/order.js';
export { statistical } from '../../src/claims/checks/statistical.js';
export { violates } from '../../src/claims/checks/violates.js';
export { within } from '../../src/claims/checks/within.js';
export { deepened } from '../../src/claims/deepened.js';
export { dyadic, ladder } from '../../src/claims/order/case.js';
