/** @file The gap averaged over codes, and that of an ELU at its joint: orders in the root of beta. */
import { check } from '../../../kit.js';
import { SUBJECT, type Subject } from './controls.js';
import * as kinks from './kinks.js';

type KinkCase = kinks.KinkCase;

/** In the root of beta: the width of the posteriors is what matters. */
const inRoot =
  (
    constant: (rules: Subject, c: KinkCase) => number,
    top: number,
    gap: (rules: Subject, c: KinkCase, beta: number) => number,
  ) =>
  (c: KinkCase, rules: Subject) => ({
    constant: constant(rules, c),
    ladder: check.ladder(check.dyadic(top, 0, 8), root => ({
      residual: gap(rules, c, root ** 2),
      scale: root ** 2,
    })),
  });

const effect = (_: Subject, c: KinkCase, beta: number): number => kinks.averageEffect(c, beta);

export const averaged = check.order<KinkCase, Subject>({
  says: 'averaged over codes N(0, 1), at eq. (11), the gap is of order beta, as for smooth decoders: -r c p(k) (1/J-^2 + 1/J+^2) / 4 (order 2 in the root of beta)',
  given: { arbitrary: kinks.kinkCases('some'), examples: [kinks.FIGURE] },
  order: 2,
  runs: 10,
  measure: inRoot((rules, c) => rules.average(c), 2 ** -5, effect),
});

export const averagedWithout = check.order<KinkCase, Subject>({
  says: 'and of order beta^(3/2) without a residual, where smooth decoders have order 2 (order 3 in the root of beta)',
  given: kinks.kinkCases('zero').filter(c => Math.abs(SUBJECT.averageWithout(c)) > 2 ** -6),
  order: 3,
  runs: 10,
  measure: inRoot((rules, c) => rules.averageWithout(c), 2 ** -6, effect),
});

export const elu = check.order<KinkCase, Subject>({
  says: 'an ELU at its joint with a residual: order beta, -r / 4v (order 2 in the root of beta)',
  given: kinks.kinkCases('some').map(c => ({ ...c, bend: 0 })),
  order: 2,
  runs: 8,
  measure: inRoot((rules, c) => rules.elu(c).first, 2 ** -4, kinks.eluGap),
});

export const eluWithout = check.order<KinkCase, Subject>({
  says: 'without: order beta^(3/2), -sqrt(2 / pi) / 2v (order 3 in the root of beta)',
  given: kinks.kinkCases('zero').map(c => ({ ...c, bend: 0 })),
  order: 3,
  runs: 8,
  measure: inRoot((rules, c) => rules.elu(c).without, 2 ** -4, kinks.eluGap),
});
