/** @file Whatever makes a claim easier to pass shuts the gate, though the claim still passes. */
import * as assert from 'uvu/assert';
import { bound } from '../../src/claims/checks/bound.js';
import { equals } from '../../src/claims/checks/equals.js';
import { agree, apart, below } from '../../src/claims/checks/named.js';
import { order } from '../../src/claims/checks/order.js';
import { ULPS } from '../../src/claims/checks/rounding.js';
import { statistical } from '../../src/claims/checks/statistical.js';
import { violates } from '../../src/claims/checks/violates.js';
import { within } from '../../src/claims/checks/within.js';
import { claim, mutant } from '../../src/claims/claim.js';
import { deepened } from '../../src/claims/deepened.js';
import { dyadic, ladder } from '../../src/claims/order/case.js';
import { fill } from '../../src/claims/random.js';
import { runClaim } from '../../src/claims/run-claim.js';
import { conditional, exact } from '../../src/claims/verdict.js';
import { compare, type Row, stops } from '../../src/gate/compare.js';
import { figuresOf } from '../../src/gate/figures.js';
import { given } from '../claims/checks/toy.js';
import { suite } from '../harness.js';
import { RESULT } from '../report/sample.js';

const test = suite('gate/what is loosened');

type Subject = (x: number) => number;

const PINNED = { ...given, examples: [1, 2, 3] };

/** What may be loosened, at its strict value. */
const STRICT = {
  given: PINNED,
  runs: 20,
  ulps: ULPS.expression as number,
  scale: 1,
  tolerance: 0.01,
  noise: 0,
  margin: 2 ** 20,
  alpha: 1e-9,
  draws: 2000,
  constantTolerance: 0.01,
  steps: dyadic(1, 2, 16),
  constant: true,
  parts: true,
  sides: true,
  degenerate: false,
  verdict: exact() as ReturnType<typeof exact> | ReturnType<typeof conditional>,
  objectives: ['vae', 'samba'] as readonly string[],
  without: 'nothing',
  survives: false,
};

type Knobs = typeof STRICT;

/** A claim with a check of every kind; all pass whatever the knobs say. */
function rowsOf(change: Partial<Knobs>): Row[] {
  const figures = (knobs: Knobs) => {
    const { runs, ulps, scale } = knobs;
    const common = { given: knobs.given, runs };
    const near = (tolerance: number) =>
      within<number, Subject>({
        says: 'near',
        ...common,
        tolerance,
        measure: (x, f) => ({ actual: f(x), expected: x * x, noise: knobs.noise }),
      });
    const checks = {
      equals: equals<number, Subject>({
        says: 'squares',
        ...common,
        ulps,
        measure: (x, f) =>
          agree({
            value: [f(x), x * x, scale * x * x],
            ...(knobs.parts && { even: [f(-x), x * x] }),
          }),
      }),
      bound: bound<number, Subject>({
        says: 'at least',
        ...common,
        ulps,
        measure: (x, f) =>
          below({
            'at least': [x, f(x)],
            ...(knobs.sides && { 'as a square': apart(f(x), x * x, x * x) }),
          }),
      }),
      within: deepened(near(knobs.tolerance), () => near(knobs.tolerance / 2)),
      violates: violates<number, Subject>({
        says: 'is not x',
        ...common,
        margin: knobs.margin,
        measure: (x, f) => ({ claimed: x, actual: f(x + 1), by: f(x + 1) - x, scale: x }),
      }),
      statistical: statistical<number, Subject>({
        says: 'mean 0',
        ...common,
        runs: 2,
        alpha: knobs.alpha,
        measure: (_, f, random) => ({
          values: fill(new Float64Array(knobs.draws), 'normal', random).map(x => x * Math.sign(f(1))),
          expected: 0,
        }),
      }),
      order: order<number, Subject>({
        says: 'of order 2',
        ...common,
        order: 2,
        constantTolerance: knobs.constantTolerance,
        measure: (x, f) =>
          knobs.degenerate && x === 1
            ? { degenerate: 'said to be', equals: { actual: 1, expected: 1 } }
            : {
                ladder: ladder(knobs.steps, h => ({ residual: f(1 + h) - 1 - 2 * h, scale: 1 })),
                ...(knobs.constant && { constant: 1 }),
              },
      }),
    };
    const kept = Object.fromEntries(Object.entries(checks).filter(([name]) => name !== knobs.without));
    const alive = mutant<Subject>('the same', f => x => f(x), 'it is the same function');
    const cube = mutant<Subject>('a cube', () => x => x ** 3);
    const mutants = {
      cube: knobs.survives ? alive : cube,
      ...(knobs.without !== 'mutant' && { fourth: mutant<Subject>('a fourth power', () => x => x ** 4) }),
    };
    const { verdict, objectives } = knobs;
    const head = { id: 'KP-8', paper: 'kumar-poole', source: 's', says: 's', tex: { printed: '' } } as const;
    const of = claim<Subject, string, string>({
      ...{ ...head, verdict, objectives },
      ...{ subject: x => x * x, checks: kept, mutants },
    });
    const result = runClaim(of, { seed: 1 });
    assert.is(
      result.outcome,
      'pass',
      JSON.stringify(result.checks.filter(check => check.outcome !== 'pass')),
    );
    return figuresOf({ ...RESULT, claims: [{ ...result, replay: '' }] });
  };
  return compare(figures(STRICT), figures({ ...STRICT, ...change }));
}

const LOOSENED: Readonly<Record<string, readonly [Partial<Knobs>, RegExp]>> = {
  'a tolerance in ulps': [{ ulps: 128 }, /ulps 64 -> 128/],
  'a tolerance by its name': [{ ulps: ULPS.factorisation }, /ulps 64 -> 256/],
  'a relative tolerance': [{ tolerance: 0.02 }, /tolerance 0.01 -> 0.02/],
  'the tolerance of a constant': [{ constantTolerance: 0.02 }, /constantTolerance 0.01 -> 0.02/],
  'the scale that a tolerance is relative to': [{ scale: 1000 }, /smallest error caught/],
  'the margin of a counterexample': [{ margin: 2 ** 10 }, /margin 1048576 -> 1024/],
  'a rate of false alarms': [{ alpha: 1e-10 }, /alpha 1e-9 -> 1e-10/],
  'the draws of a sample': [{ draws: 1000 }, /draws 2000 -> 1000/],
  'the number of random cases': [{ runs: 10 }, /runs 20 -> 10/],
  'a pinned case': [{ given: { ...given, examples: [1, 2] } }, /pinned 3 -> 2/],
  'a ladder at its end': [{ steps: dyadic(1, 2, 15) }, /rungs 15 -> 14, smallestStep/],
  'a ladder at its beginning': [{ steps: dyadic(1, 3, 16) }, /rungs 15 -> 14, largestStep/],
  'a ladder by a range as long but of larger steps': [{ steps: dyadic(1, 1, 15) }, /smallestStep/],
  'a constant that is not stated': [{ constant: false }, /constants 23 -> 0/],
  'a case that is called degenerate': [{ degenerate: true }, /ladders 23 -> 22/],
  'a value that is not compared': [{ parts: false }, /parts 2 -> 1/],
  'a bound that is not looked at': [{ sides: false }, /parts 2 -> 1/],
  'a check': [{ without: 'bound' }, /in the baseline, not in this run/],
  'a mutant': [{ without: 'mutant' }, /fourth killed -> gone/],
  'a mutant that is called equivalent': [{ survives: true }, /cube killed -> equivalent/],
  'a verdict': [{ verdict: conditional('x > 0') }, /exact -> conditional/],
  'an objective that is vouched for': [{ objectives: ['vae'] }, /samba gone/],
};

test('the same claim is unchanged', () => assert.not.ok(rowsOf({}).some(row => row.change !== 'unchanged')));

for (const [what, [change, why]] of Object.entries(LOOSENED))
  test(what, () => {
    const shut = rowsOf(change).filter(stops);
    assert.ok(
      shut.some(row => why.test(row.why)),
      `${why} in ${JSON.stringify(shut)}`,
    );
  });

test.run();
