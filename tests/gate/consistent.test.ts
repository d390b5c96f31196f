import * as assert from 'uvu/assert';
import type { CheckResult, ClaimResult, VerifyResult } from '../../src/claims/result.js';
import { contradiction } from '../../src/gate/consistent.js';
import { suite } from '../harness.js';
import { FAILED, PASSED, RESULT } from '../report/sample.js';

const test = suite('gate/a result that contradicts itself');

const ORDER_CHECK = PASSED.checks[0]!;
const EQUALS = FAILED.checks[1]!;
const { mutants } = PASSED;

const says = (change: Partial<VerifyResult>, part: RegExp): void =>
  assert.match(contradiction({ ...RESULT, ...change }) ?? 'nothing', part);
const claim = (change: Partial<ClaimResult>, part: RegExp): void =>
  says({ claims: [{ ...PASSED, ...change }, FAILED] }, part);
const check = (change: Partial<CheckResult>, part: RegExp): void =>
  claim({ checks: [{ ...ORDER_CHECK, ...change }] }, part);
const equals = (change: Partial<CheckResult>, part: RegExp): void =>
  claim({ checks: [ORDER_CHECK, { ...EQUALS, ...change }] }, part);

test('the sample agrees with itself', () => assert.is(contradiction(RESULT), undefined));

test('counters are counted again', () => {
  says({ passed: 2 }, /passed must be 1 by what is listed, got 2/);
  says({ failed: 0 }, /failed must be 1 .* got 0/);
  says({ failed: 3 }, /failed must be 1 .* got 3/);
  says({ inconclusive: 1 }, /inconclusive must be 0/);
  claim({ cases: 41 }, /SAMBA-18: cases must be 40/);
  claim({ mutants: { ...mutants, killed: 4 } }, /mutants.killed must be 3/);
  claim({ mutants: { ...mutants, equivalent: 0 } }, /mutants.equivalent must be 1/);
  claim({ mutants: { ...mutants, total: 3 } }, /mutants.total must be 4/);
});

test("a claim's outcome, order and constant are its checks'", () => {
  says(
    { claims: [{ ...PASSED }, { ...FAILED, outcome: 'pass' }], passed: 2, failed: 0 },
    /outcome must be "fail"/,
  );
  claim({ outcome: 'fail' }, /outcome must be "pass"/);
  claim({ order: { ...PASSED.order!, low: 1.9 } }, /order must be/);
  claim({ constant: { ...PASSED.constant!, tolerance: 0.5 } }, /constant must be/);
  const list = mutants.list.map(of => (of.name === 'sigma' ? { ...of, killedBy: [] } : of));
  claim({ mutants: { ...mutants, killed: 2, list } }, /outcome must be "fail"/);
});

test('what is there twice, and what is not there', () => {
  says({ claims: [PASSED, FAILED, PASSED] }, /claim SAMBA-18 is there twice/);
  claim({ checks: [ORDER_CHECK, ORDER_CHECK] }, /check z is there twice/);
  claim(
    { mutants: { ...mutants, list: [...mutants.list, mutants.list[0]!] } },
    /mutant noDetach is there twice/,
  );
  claim({ checks: [] }, /has no check/);
  check({ cases: 0 }, /check z has no case/);
  const list = [{ ...mutants.list[0]!, killedBy: ['y'] }];
  claim({ mutants: { ...mutants, list } }, /killed by 'y', which is no check of it/);
});

test('a check that passes against its own numbers', () => {
  const order = PASSED.order!;
  check({ order: { ...order, estimate: 1.5, low: -98, high: 102 } }, /passes with order 1.500 \+- 100/);
  check({ order: { ...order, estimate: 9 } }, /order 9 outside its interval/);
  check({ order: { ...order, expected: 1 } }, /states the orders 1 and 2/);
  check({ decision: 'too-low' }, /ends with pass by too-low/);
  check({ decision: 'inconclusive' }, /ends with pass by inconclusive/);
  const { decision: _, ...undecided } = ORDER_CHECK;
  claim(
    { checks: [{ ...undecided, order: { ...order, low: -98, high: 102 } }] },
    /without a decision on its order/,
  );
  check({ constant: { ...PASSED.constant!, worst: 0.5 } }, /constant off by 0.5, where 0.01/);
  check({ constant: { ...PASSED.constant!, tolerance: 0.9 } }, /states the tolerances 0.9 and 0.01/);
  equals({ worst: 1.5 }, /check gradient passes with an error of 1.5/);
  equals({ failure: { case: '1', expected: '2', measured: '3' } }, /passes with a counterexample/);
  equals({ kind: 'statistical' }, /passes without a test/);
  equals({ kind: 'statistical', test: { p: 1e-9, alpha: 1e-8 } }, /passes with p = 1e-9 at a rate of 1e-8/);
});

test.run();
