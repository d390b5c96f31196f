/** @file What must not compile: a claim without its source, a check, a mutant, or about another subject. */
import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { equals } from '../../src/claims/checks/equals.js';
import { order } from '../../src/claims/checks/order.js';
import { claim, mutant } from '../../src/claims/claim.js';
import { exact, notCheckable } from '../../src/claims/verdict.js';
import { suite } from '../harness.js';

const test = suite('types');

const subject = { half: 0.5, square: (x: number): number => x * x };
type Subject = typeof subject;

const head = { id: 'X-1', paper: 'samba', source: 'eq. (1)', says: 'x', tex: { printed: 'x' } } as const;
const a = equals({
  says: 'squares',
  given: { arbitrary: fc.nat() },
  measure: (n, s: Subject) => ({ actual: s.square(n), expected: n * n }),
});
const half = mutant('half is one', (s: Subject) => ({ ...s, half: 1 }));

/** Never called: it is enough that it compiles, and that every line marked does not. */
export function compiles(): void {
  claim({ ...head, verdict: exact(), subject, checks: { a }, mutants: { half } });
  claim({ ...head, verdict: exact(), subject, checks: { a }, mutants: { none: 'a definition' } });
  claim({ ...head, verdict: notCheckable('it is about people') });
  claim<Subject, string, string>({ ...head, verdict: exact(), subject, checks: { a }, mutants: { half } });
  // a check may ask for less than the subject has
  claim({
    ...head,
    verdict: exact(),
    subject: { ...subject, more: 1 },
    checks: { a },
    mutants: { none: 'why' },
  });

  // @ts-expect-error no check
  claim({ ...head, verdict: exact(), subject, checks: {}, mutants: { half } });
  // @ts-expect-error no mutant and no reason
  claim({ ...head, verdict: exact(), subject, checks: { a }, mutants: {} });
  // @ts-expect-error no mutants at all
  claim({ ...head, verdict: exact(), subject, checks: { a } });
  // @ts-expect-error no source
  claim({ ...head, source: undefined, verdict: exact(), subject, checks: { a }, mutants: { half } });
  // @ts-expect-error no verdict
  claim({ ...head, subject, checks: { a }, mutants: { half } });
  // @ts-expect-error checks of a claim that is not checkable
  claim({ ...head, verdict: notCheckable('why'), subject, checks: { a }, mutants: { half } });
  // @ts-expect-error a check of a subject that has more
  claim({ ...head, verdict: exact(), subject: { half: 2 }, checks: { a }, mutants: { none: 'why' } });
  // @ts-expect-error a mutant of another subject
  claim({ ...head, verdict: exact(), subject: { ...subject, more: 1 }, checks: { a }, mutants: { half } });
  // @ts-expect-error no measure
  equals({ says: 'x', given: { arbitrary: fc.nat() } });
  // @ts-expect-error no order
  order({ says: 'x', given: { arbitrary: fc.nat() }, measure: () => ({ ladder: [] }) });
  // @ts-expect-error a degenerate case must say what holds there
  order({ says: 'x', given: { arbitrary: fc.nat() }, order: 2, measure: () => ({ degenerate: 'g = 0' }) });
}

test('the lines above are checked by the compiler', () => {
  assert.type(compiles, 'function');
});

test.run();
