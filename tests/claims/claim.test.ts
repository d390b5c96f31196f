import * as assert from 'uvu/assert';
import { only } from '../../src/claims/checks/given.js';
import { violates } from '../../src/claims/checks/violates.js';
import { claim } from '../../src/claims/claim.js';
import { runClaim } from '../../src/claims/run-claim.js';
import { exact, notCheckable, refuted } from '../../src/claims/verdict.js';
import { suite } from '../harness.js';
import {
  cube,
  doubled,
  even,
  head,
  idle,
  options,
  quadratic,
  type Subject,
  squares,
  subject,
} from './squares.js';

const test = suite('claim');

const good = claim({
  ...head,
  verdict: exact(),
  objectives: ['vae'],
  subject,
  checks: { squares, even, quadratic },
  mutants: { cube, doubled },
});

test('a claim is data with its subject hidden', () => {
  assert.equal(good.checks[0], { name: 'squares', kind: 'equals', says: 'it squares' });
  assert.equal(good.mutants, [
    { name: 'cube', says: 'it cubes' },
    { name: 'doubled', says: 'it is twice as large' },
  ]);
  assert.equal(good.objectives, ['vae']);
  assert.is(good.runCheck('squares', null, options).outcome, 'pass');
  assert.is(good.runCheck('squares', 'cube', options).outcome, 'fail');
  assert.throws(
    () => good.runCheck('cubes', null, options),
    /no check 'cubes' - it has squares, even, quadratic/,
  );
  assert.throws(() => good.runCheck('squares', 'x', options), /no mutant 'x' - it has cube, doubled/);
});

test('a refuted claim passes with its counterexample and its corrected statement', () => {
  const counterexample = violates({
    says: 'squares are not doubles',
    given: only([3]),
    measure: (n: number, s: Subject) => ({
      claimed: 2 * n,
      actual: s.square(n),
      by: s.square(n) - 2 * n,
      scale: 9,
    }),
  });
  const verdict = refuted({ counterexample: 'n = 3', corrected: 'n^2' });
  const spec = { ...head, verdict, subject, mutants: { cube } };
  const result = runClaim(claim({ ...spec, checks: { counterexample, squares } }), { seed: 1 });
  assert.is(result.outcome, 'pass');
  assert.equal(result.verdict, verdict);
  const gone = { ...subject, square: (x: number) => 2 * x };
  assert.is(
    runClaim(claim({ ...spec, subject: gone, checks: { counterexample, even } }), { seed: 1 }).outcome,
    'fail',
  );
  assert.throws(() => claim({ ...spec, checks: { squares } }), /must reproduce its counterexample/);
  assert.throws(() => claim({ ...spec, checks: { counterexample } }), /must test the corrected statement/);
});

test('a claim that is not checkable says so and has no checks', () => {
  const of = claim({ ...head, verdict: notCheckable('it is about people') });
  const result = runClaim(of, { seed: 1 });
  assert.equal([result.outcome, result.cases, result.checks], ['pass', 0, []]);
  assert.throws(() => of.runCheck('x', null, options), /it has no checks/);
});

test('what the types cannot see is refused at once', () => {
  const spec = { ...head, verdict: exact(), subject, checks: { squares }, mutants: { cube } };
  assert.throws(() => claim({ ...spec, source: ' ' }), /claim X-1: source must not be empty/);
  assert.throws(() => claim<Subject, string, string>({ ...spec, checks: {} }), /at least one check/);
  assert.throws(() => claim<Subject, string, string>({ ...spec, mutants: {} }), /at least one mutant/);
  assert.throws(() => claim({ ...spec, mutants: { only: idle('always') } }), /that can be killed/);
  assert.throws(() => claim({ ...spec, mutants: { none: '' } }), /say why/);
});

test.run();
