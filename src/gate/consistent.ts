/**
 * @file Whether a result agrees with itself: its counters are counted again from what it holds, never
 * believed.
 */

import { decideInterval, outcomeOf } from '../claims/conclude.js';
import type { CheckResult, ClaimResult, OrderOutcome, VerifyResult } from '../claims/result.js';
import type { Outcome } from '../claims/verdict.js';

/** How a check may end whose order was decided so. */
const ENDS: { readonly [D in OrderOutcome]: readonly Outcome[] } = {
  pass: ['pass'],
  exact: ['pass', 'fail'],
  'super-convergent': ['pass', 'fail'],
  'too-low': ['fail'],
  'wrong-constant': ['fail'],
  vacuous: ['fail'],
  inconclusive: ['inconclusive'],
};

/** The first entry that is there twice. */
export function twice(names: readonly string[]): string | undefined {
  const seen = new Set<string>();
  return names.find(name => seen.size === seen.add(name).size);
}

/** Says that a field holds something else than what the contents give. */
const differs = (field: string, stated: unknown, counted: unknown): string | undefined =>
  JSON.stringify(stated) === JSON.stringify(counted)
    ? undefined
    : `${field} must be ${JSON.stringify(counted) ?? 'absent'} by what is listed, got ${JSON.stringify(stated) ?? 'nothing'}`;

/** The first of several flaws; each is only looked for when those before are not there. */
function first(...flaws: readonly (() => string | undefined)[]): string | undefined {
  for (const flaw of flaws) {
    const found = flaw();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a check that passed cannot have measured. */
function passedWrongly({
  outcome,
  worst,
  order,
  decision,
  constant,
  test,
  failure,
  kind,
  demands,
}: CheckResult) {
  if (outcome !== 'pass') return undefined;
  if (failure !== undefined) return 'passes with a counterexample';
  if (worst !== undefined && worst > 1) return `passes with an error of ${worst} times what it tolerates`;
  if (constant !== undefined && constant.worst > constant.tolerance)
    return `passes with a constant off by ${constant.worst}, where ${constant.tolerance} is tolerated`;
  if (test !== undefined && test.p <= test.alpha)
    return `passes with p = ${test.p} at a rate of ${test.alpha}`;
  if (order !== undefined && demands.order !== undefined && order.expected !== demands.order)
    return `states the orders ${order.expected} and ${demands.order}`;
  if (decision === 'pass' && order === undefined) return 'passes by an order that is not stated';
  if (decision === 'pass' && decideInterval(order!).outcome !== 'pass')
    return `passes with ${decideInterval(order!).why}`;
  if (kind === 'statistical' && test === undefined) return 'passes without a test';
  if (kind === 'order' && decision === undefined) return 'passes without a decision on its order';
  return undefined;
}

function flawOfCheck(check: CheckResult): string | undefined {
  const { cases, order, decision, outcome, constant, demands } = check;
  // a claim whose run did not come to its end has none
  if (cases === 0 && outcome !== 'fail') return 'has no case';
  if (order !== undefined && !(order.low <= order.estimate && order.estimate <= order.high))
    return `has an order ${order.estimate} outside its interval [${order.low}, ${order.high}]`;
  if (decision !== undefined && !ENDS[decision].includes(outcome))
    return `ends with ${outcome} by ${decision}`;
  if (constant !== undefined && demands.constantTolerance !== undefined)
    if (constant.tolerance !== demands.constantTolerance)
      return `states the tolerances ${constant.tolerance} and ${demands.constantTolerance}`;
  return passedWrongly(check);
}

function flawOfMutants({ mutants, checks }: ClaimResult): string | undefined {
  const double = twice(mutants.list.map(mutant => mutant.name));
  if (double !== undefined) return `mutant ${double} is there twice`;
  for (const { name, killedBy } of mutants.list)
    for (const by of killedBy) {
      const check = checks.find(of => of.name === by);
      if (check === undefined) return `mutant ${name} is killed by '${by}', which is no check of it`;
      if (check.outcome === 'fail') return `mutant ${name} is killed by '${by}', which fails without it`;
    }
  return undefined;
}

function flawOfClaim(claim: ClaimResult): string | undefined {
  const { checks, mutants, verdict, outcome } = claim;
  const leading = checks.find(check => check.order !== undefined);
  return first(
    () => (checks.length === 0 && verdict.kind !== 'not-checkable' ? 'has no check' : undefined),
    () => {
      const double = twice(checks.map(check => check.name));
      return double === undefined ? undefined : `check ${double} is there twice`;
    },
    ...checks.map(check => () => {
      const flaw = flawOfCheck(check);
      return flaw === undefined ? undefined : `check ${check.name} ${flaw}`;
    }),
    () => flawOfMutants(claim),
    () => differs('outcome', outcome, outcomeOf(checks, mutants.list)),
    () =>
      differs(
        'cases',
        claim.cases,
        checks.reduce((sum, check) => sum + check.cases, 0),
      ),
    () =>
      differs(
        'mutants.killed',
        mutants.killed,
        mutants.list.filter(of => of.killedBy.length > 0 && of.equivalent === undefined).length,
      ),
    () =>
      differs(
        'mutants.equivalent',
        mutants.equivalent,
        mutants.list.filter(of => of.equivalent !== undefined).length,
      ),
    () => differs('mutants.total', mutants.total, mutants.list.length),
    () => differs('order', claim.order, leading?.order),
    () => differs('constant', claim.constant, leading?.constant),
  );
}

/** How many claims ended so. */
export const countOutcome = (claims: readonly ClaimResult[], outcome: Outcome): number =>
  claims.filter(claim => claim.outcome === outcome).length;

/**
 * What in a result contradicts the rest of it, or nothing that could be a result; undefined where all agrees.
 */
export function contradiction(result: VerifyResult): string | undefined {
  const { claims } = result;
  return first(
    () => {
      const double = twice(claims.map(claim => claim.id));
      return double === undefined ? undefined : `claim ${double} is there twice`;
    },
    ...claims.map(claim => () => {
      const flaw = flawOfClaim(claim);
      return flaw === undefined ? undefined : `claim ${claim.id}: ${flaw}`;
    }),
    () => differs('passed', result.passed, countOutcome(claims, 'pass')),
    () => differs('failed', result.failed, countOutcome(claims, 'fail')),
    () => differs('inconclusive', result.inconclusive, countOutcome(claims, 'inconclusive')),
  );
}
