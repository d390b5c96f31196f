import fc from 'fast-check';
import * as assert from 'uvu/assert';
import { equals } from '../../src/claims/checks/equals.js';
import { order } from '../../src/claims/checks/order.js';
import { type Check, claim, mutant } from '../../src/claims/claim.js';
import { dyadic, ladder } from '../../src/claims/order/case.js';
import { runClaim } from '../../src/claims/run-claim.js';
import { asymptotic, exact } from '../../src/claims/verdict.js';
import { suite } from '../harness.js';
import {
  cube,
  doubled,
  even,
  given,
  head,
  idle,
  quadratic,
  type Subject,
  squares,
  subject,
  throws,
} from './squares.js';

const test = suite('running a claim');

const good = claim({
  ...head,
  verdict: exact(),
  objectives: ['vae'],
  subject,
  checks: { squares, even, quadratic },
  mutants: { cube, doubled },
});

test('a claim passes when its checks pass and its mutants are killed', () => {
  const result = runClaim(good, { seed: 1 });
  assert.is(result.outcome, 'pass');
  assert.equal(
    result.checks.map(check => check.outcome),
    ['pass', 'pass', 'pass'],
  );
  assert.equal(
    result.mutants.list.map(({ name, killedBy }) => [name, killedBy]),
    [
      ['cube', ['squares']],
      ['doubled', ['squares']],
    ],
  );
  assert.equal([result.mutants.killed, result.mutants.equivalent, result.mutants.total], [2, 0, 2]);
  assert.is(result.order?.expected, 2, 'the leading order check speaks for the claim');
  assert.ok((result.constant?.worst ?? 1) < 1e-9);
  assert.is(
    result.cases,
    result.checks.reduce((sum, check) => sum + check.cases, 0),
  );
  assert.ok(result.seconds > 0);
});

test('a result is JSON and comes back the same', () => {
  const result = runClaim(good, { seed: 1 });
  assert.equal(JSON.parse(JSON.stringify(result)), result);
});

test('the same seed gives the same result, another seed other cases', () => {
  const seen: number[] = [];
  const watching = claim({
    ...head,
    verdict: exact(),
    subject,
    checks: {
      watching: equals({
        says: 'x',
        given,
        measure: (n: number, _: Subject) => {
          seen.push(n);
          return { actual: 1, expected: 1 };
        },
      }),
    },
    mutants: { none: 'a test' },
  });
  const cases = (seed: number): number[] => {
    seen.length = 0;
    runClaim(watching, { seed });
    return [...seen];
  };
  const first = cases(1);
  assert.equal(cases(1), first);
  assert.not.equal(cases(2), first);
});

test('claims and checks do not share their cases', () => {
  const seen = new Map<string, number[]>();
  const watch = (key: string) =>
    equals({
      says: 'x',
      given,
      measure: (n: number, _: Subject) => {
        seen.set(key, [...(seen.get(key) ?? []), n]);
        return { actual: 1, expected: 1 };
      },
    });
  const watching = (id: string) =>
    claim({
      ...head,
      id,
      verdict: exact(),
      subject,
      checks: { a: watch(`${id} a`), b: watch(`${id} b`) },
      mutants: { none: 'a test' },
    });
  for (const id of ['X-1', 'X-2']) runClaim(watching(id), { seed: 1 });
  const drawn = [...seen.values()].map(cases => cases.join());
  assert.is(new Set(drawn).size, 4);
});

test('a mutant that survives makes the claim fail', () => {
  const result = runClaim(
    claim({ ...head, verdict: exact(), subject, checks: { even }, mutants: { doubled } }),
    { seed: 1 },
  );
  assert.is(result.checks[0]?.outcome, 'pass');
  assert.is(result.outcome, 'fail');
  assert.equal(result.mutants.list[0]?.killedBy, []);
});

test('a mutant that only failing checks could reject was not tried', () => {
  const wrong = equals({
    says: 'nothing squares to minus one',
    given,
    measure: (n: number, { square }: Subject) => ({ actual: square(n), expected: -1 }),
  });
  const mutants = (checks: Readonly<Record<string, Check<Subject>>>) =>
    runClaim(claim({ ...head, verdict: exact(), subject, checks, mutants: { doubled } }), { seed: 1 })
      .mutants;
  assert.is(mutants({ wrong }).list[0]?.untried, true);
  assert.is(mutants({ wrong, even }).list[0]?.untried, true);
  assert.is(mutants({ even }).list[0]?.untried, undefined, 'it survived');
  const [killed] = mutants({ wrong, squares }).list;
  assert.equal([killed?.killedBy, killed?.untried], [['squares'], undefined]);
});

test('an equivalent mutant must survive', () => {
  const why = 'unused is not used';
  const run = (of: ReturnType<typeof idle>) =>
    runClaim(claim({ ...head, verdict: exact(), subject, checks: { squares }, mutants: { cube, of } }), {
      seed: 1,
    });
  const survives = run(idle(why));
  assert.is(survives.outcome, 'pass');
  assert.equal([survives.mutants.killed, survives.mutants.equivalent, survives.mutants.total], [1, 1, 2]);
  assert.is(survives.mutants.list[1]?.equivalent, why);
  assert.is(run({ ...doubled, equivalent: 'so it was thought' }).outcome, 'fail');
});

test('a mutant that throws is killed, and the report says how', () => {
  const thrown = runClaim(
    claim({ ...head, verdict: exact(), subject, checks: { squares }, mutants: { throws } }),
    { seed: 1 },
  );
  assert.is(thrown.outcome, 'pass');
  assert.is(thrown.mutants.list[0]?.threw, true);
  assert.equal(thrown.mutants.list[0]?.killedBy, ['squares']);
});

test('a wrong value is preferred to an exception as evidence', () => {
  const sometimes = mutant('it throws for negative numbers and is wrong for others', (s: Subject) => ({
    ...s,
    square: (x: number): number => {
      if (x < 0) throw new Error('negative');
      return 2 * x * x;
    },
  }));
  const { list } = runClaim(
    claim({ ...head, verdict: exact(), subject, checks: { even, squares }, mutants: { sometimes } }),
    { seed: 1 },
  ).mutants;
  assert.equal(list[0]?.killedBy, ['squares']);
  assert.is(list[0]?.threw, undefined);
});

test('a check that fails on the original kills no mutant', () => {
  const broken = equals({
    says: 'never',
    given,
    measure: (_: number, s: Subject) => ({ actual: s.square(2), expected: 5 }),
  });
  const result = runClaim(
    claim({ ...head, verdict: exact(), subject, checks: { broken }, mutants: { doubled } }),
    { seed: 1 },
  );
  assert.is(result.outcome, 'fail');
  assert.is(result.mutants.killed, 0);
  assert.is(result.checks[0]?.failure?.expected, '5 +- 7.11e-14');
});

test('inconclusive checks make an inconclusive claim, failed ones a failed claim', () => {
  const short = order({
    says: 'too few rungs',
    given: { arbitrary: fc.integer({ min: 1, max: 9 }) },
    order: 2,
    measure: (n: number, s: Subject) => ({
      ladder: ladder(dyadic(1, 0, 2), h => ({ residual: s.square(n * h), scale: 1 })),
    }),
  });
  const of = (checks: Record<string, Check<Subject>>) =>
    runClaim(
      claim<Subject, string, string>({
        ...head,
        verdict: asymptotic(2, 'h'),
        subject,
        checks,
        mutants: { none: 'a test' },
      }),
      { seed: 1 },
    );
  assert.is(of({ squares, short }).outcome, 'inconclusive');
  const wrong = equals({
    says: 'never',
    given,
    measure: (_: number, s: Subject) => ({ actual: s.square(2), expected: 5 }),
  });
  assert.is(of({ short, wrong }).outcome, 'fail');
});

test('one check alone, without mutants; one case of it by its path', () => {
  const wrong = equals({
    says: 'all squares are below 2000',
    given,
    measure: (n: number, s: Subject) => ({ actual: Math.max(2000, s.square(n)), expected: 2000 }),
  });
  const of = claim({ ...head, verdict: exact(), subject, checks: { squares, wrong }, mutants: { cube } });
  const whole = runClaim(of, { seed: 3 });
  const [, failed] = whole.checks;
  assert.is(failed?.failure?.case, '45', 'shrunk');
  const alone = runClaim(of, { seed: 3, check: 'wrong' });
  assert.equal(alone.checks, [failed]);
  assert.is(alone.mutants.total, 0);
  const path = failed?.path ?? '';
  const replayed = runClaim(of, { seed: 3, check: 'wrong', path });
  assert.is(replayed.checks[0]?.cases, 1);
  assert.equal(replayed.checks[0]?.failure, failed?.failure);
});

test('options out of range are refused', () => {
  assert.throws(() => runClaim(good, { seed: 0.5 }), /seed must be an integer, got 0.5/);
  assert.throws(() => runClaim(good, { seed: 1, runs: 0 }), /runs must be a positive integer, got 0/);
  assert.throws(() => runClaim(good, { seed: 1, effort: -1 }), /effort must be a positive number, got -1/);
  assert.throws(() => runClaim(good, { seed: 1, path: '1' }), /name the check/);
  assert.throws(() => runClaim(good, { seed: 1, check: 'x' }), /no check 'x'/);
});

test('runs and effort set the number of random cases', () => {
  const casesOf = (of: { runs?: number; effort?: number }) =>
    runClaim(good, { seed: 1, check: 'squares', ...of }).cases;
  assert.is(casesOf({}), 100);
  assert.is(casesOf({ runs: 7 }), 7);
  assert.is(casesOf({ effort: 2 }), 200);
  assert.is(runClaim(good, { seed: 1, check: 'quadratic', runs: 2 }).cases, 8, 'an order needs 8');
});

test.run();
