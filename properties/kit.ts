/**
 * @file What claims and their subjects are made of, in one import: the framework by its own names, matrices as `mat`,
 * generators as `draw`, quadrature as `quad`. Namespaces keep an import on one line and leave `scale`, `norm` or `identity`
 * free for what a claim calls so. A name that several claims need is added in its group; what only one needs is imported
 * from where it is. Nothing here may load tfjs, which takes longer than all of the rest: a test counts on it.
 */
export { default as fc } from 'fast-check';
export { bound } from '../src/claims/checks/bound.js';
export { equals } from '../src/claims/checks/equals.js';
export { type Given, only } from '../src/claims/checks/given.js';
export { agree, apart, below } from '../src/claims/checks/named.js';
export { order } from '../src/claims/checks/order.js';
export { statistical } from '../src/claims/checks/statistical.js';
export { violates } from '../src/claims/checks/violates.js';
export { within } from '../src/claims/checks/within.js';
export { type Check, claim, type Mutant, mutant } from '../src/claims/claim.js';
export { type Controls, deepened } from '../src/claims/deepened.js';
export { dyadic as halvings, ladder, type OrderCase, type Rung } from '../src/claims/order/case.js';
export { fill, type Random, stream } from '../src/claims/random.js';
export { asymptotic, conditional, exact, notCheckable, refuted } from '../src/claims/verdict.js';
export { wrongFormula, wrongRules } from '../src/claims/wrong.js';
export * as draw from './kit/draw.js';
export * as mat from './kit/mat.js';
export * as quad from './kit/quad.js';
