/**
 * @file What the methods of figure 1 make of the toy loss, each a landscape and the direction in which it is
 * descended.
 */

import {
  gradientOf,
  type Landscape,
  noisy,
  oneStep,
  penalised,
  type ToyRules,
  toyLoss,
  worstCase,
} from '../../src/theory/closed/toy-landscape.js';
import type { Vector } from '../../src/theory/numerics/matrix.js';

export const VIEWS = ['loss', 'sam', 'sam-one-step', 'gradient-penalty', 'mfvi', 'mfvi-whole'] as const;
export type View = (typeof VIEWS)[number];

/** @param nodes - of each piece of the quadrature under noise */
export function landscape(view: View, rules: ToyRules, nodes: number): Landscape {
  switch (view) {
    case 'loss':
      return toyLoss(rules);
    case 'sam':
      return worstCase(rules);
    case 'sam-one-step':
      return oneStep(rules);
    case 'gradient-penalty':
      return penalised(rules);
    case 'mfvi':
      return noisy(rules, nodes);
    case 'mfvi-whole':
      return noisy({ ...rules, deviation: radius => radius }, nodes);
  }
}

/**
 * The gradient of the landscape; for one step of SAM that of the loss at the perturbed point, as the
 * algorithm has it.
 */
export function descent(view: View, rules: ToyRules, of: Landscape): (w: Vector) => readonly number[] {
  if (view !== 'sam-one-step') return w => gradientOf(of, w);
  const loss = toyLoss(rules);
  return w => {
    const [a, b] = gradientOf(loss, w);
    const n = Math.hypot(a, b) || 1;
    return gradientOf(loss, [w[0]! + (rules.radius * a) / n, w[1]! + (rules.radius * b) / n]);
  };
}
