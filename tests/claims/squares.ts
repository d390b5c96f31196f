/** @file A claim about squares, right and wrong. */
import fc from 'fast-check';
import { equals } from '../../src/claims/checks/equals.js';
import { order } from '../../src/claims/checks/order.js';
import { mutant } from '../../src/claims/claim.js';
import { dyadic, ladder } from '../../src/claims/order/case.js';

export const subject = { square: (x: number): number => x * x, unused: 1 };
export type Subject = typeof subject;

export const head = {
  id: 'X-1',
  paper: 'samba',
  source: 'eq. (1)',
  says: 'x',
  tex: { printed: 'x' },
} as const;
export const given = { arbitrary: fc.integer({ min: 2, max: 100 }) };
export const options = { seed: 1, effort: 1, quick: false };

export const squares = equals({
  says: 'it squares',
  given,
  measure: (n: number, s: Subject) => ({ actual: s.square(n), expected: n * n }),
});
export const even = equals({
  says: 'it is even',
  given,
  measure: (n: number, s: Subject) => ({ actual: s.square(-n), expected: s.square(n) }),
});
export const quadratic = order({
  says: 'it is of order 2',
  given: { arbitrary: fc.integer({ min: 1, max: 9 }) },
  order: 2,
  measure: (n: number, s: Subject) => ({
    ladder: ladder(dyadic(1, 0, 20), h => ({ residual: s.square(n * h), scale: 1 })),
    constant: n * n,
  }),
});
export const cube = mutant('it cubes', (s: Subject) => ({ ...s, square: (x: number) => x ** 3 }));
export const doubled = mutant('it is twice as large', (s: Subject) => ({
  ...s,
  square: (x: number) => 2 * x * x,
}));
export const throws = mutant('it throws', (s: Subject) => ({
  ...s,
  square: (): number => {
    throw new Error('no square today');
  },
}));
export const idle = (equivalent?: string) =>
  mutant('it changes nothing that matters', (s: Subject) => ({ ...s, unused: 2 }), equivalent);
