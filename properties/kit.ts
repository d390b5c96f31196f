/**
 * @file What claims and their subjects are made of, in one import: `claim` and its verdicts, checks as
 * `check`, matrices as `mat`, generators as `draw`, quadrature as `quad`, mutants from tables as `wrong`.
 * Namespaces keep an import on one line and leave `scale`, `norm` or `identity` free for what a claim calls
 * so. A name that several claims need is added in its group; what only one needs is imported from where it
 * is. Nothing here may load tfjs, which takes longer than all of the rest: a test counts on it.
 */
export { default as fc } from 'fast-check';
export type { Given } from '../src/claims/checks/given.js';
export { type Check, claim, type Mutant, mutant } from '../src/claims/claim.js';
export type { Controls } from '../src/claims/deepened.js';
export type { OrderCase, Rung } from '../src/claims/order/case.js';
export { fill, type Random, stream } from '../src/claims/random.js';
export { asymptotic, conditional, exact, notCheckable, refuted } from '../src/claims/verdict.js';
export * as wrong from '../src/claims/wrong.js';
export * as check from './kit/check.js';
export * as draw from './kit/draw.js';
export * as mat from './kit/mat.js';
export * as quad from './kit/quad.js';
