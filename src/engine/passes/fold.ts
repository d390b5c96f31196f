/** @file Folding: replaces nodes by simpler ones of the same value. */
import type { Graph } from '../graph/graph.js';
import { rewrite } from '../graph/rewrite.js';
import { foldAlgebra } from './fold/algebra.js';
import { foldConstants } from './fold/constants.js';
import { foldShapes } from './fold/shapes.js';

/**
 * Evaluates what is constant, applies rules of arithmetic with uniform constants (x + 0, x * 1, x * 0, ...),
 * and removes reshapes, transposes and the like that do nothing. Leaves dead nodes behind. Values keep to a
 * few ulp; the exceptions: 0 * x is 0 for a constant 0 even where x is infinite or NaN, and zeros may change
 * their sign.
 */
export const fold = (graph: Graph): Graph =>
  rewrite(
    graph,
    (node, inputs, builder) =>
      foldConstants(node, inputs, builder) ??
      foldShapes(node, inputs, builder) ??
      foldAlgebra(node, inputs, builder),
  );
