/** @file A check that a residual is of a given order in a step, with the theorem's leading constant. */
import type { Check } from '../claim.js';
import type { OrderCase } from '../order/case.js';
import { smallestDetected } from '../order/detect.js';
import { type CaseDecision, judgeCase, type OrderRule } from '../order/judge.js';
import { entries, maxAbs, norm } from '../order/vector.js';
import { CONSTANT_TOLERANCE, decideFromCases, MIN_CASES, type OrderDecision } from '../order.js';
import type { CheckResult, Demands } from '../result.js';
import { median } from '../statistics.js';
import type { Outcome } from '../verdict.js';
import { type Equality, judgeEquality } from './equals.js';
import { type Cases, casesDemanded } from './given.js';
import { isList } from './parts.js';
import { randomCases, type Seen, search } from './search.js';
import { text } from './text.js';

/**
 * A case to which the order statement does not apply (g = 0, a quadratic loss): what must hold there instead.
 */
export interface Degenerate {
  /** Why the order statement does not apply. */
  readonly degenerate: string;
  readonly equals: Equality | readonly Equality[];
}

export interface OrderSpec<Case, Subject> {
  readonly says: string;
  readonly given: Cases<Case>;
  /** Expected order q of the residual in the step. */
  readonly order: number;
  /** Largest relative deviation of the extrapolated constant vector from the theorem's; 0.01 by default. */
  readonly constantTolerance?: number;
  /** Why a higher order than expected is right in all cases; without it super-convergence does not pass. */
  readonly superConvergent?: string;
  /** Why a residual at round-off in all cases is right; without it that does not pass. */
  readonly exact?: string;
  /** Random cases, 12 by default, at least 8. */
  readonly runs?: number;
  measure(c: Case, subject: Subject): OrderCase | Degenerate;
}

const isDegenerate = (measured: OrderCase | Degenerate): measured is Degenerate => 'degenerate' in measured;

/** Rounding allowed where a degenerate case must be exact. */
const DEGENERATE_ULPS = 64;

type Ladder = { readonly of: OrderCase; readonly decision: CaseDecision };
type Judged = Ladder | { readonly degenerate: string };

/** A NaN of the code under test is a wrong value, not an error of the ladder. */
function notFinite({ ladder }: OrderCase): string | undefined {
  const bad = ladder.find(({ residual }) => !Number.isFinite(maxAbs(entries(residual))));
  return bad && `${text(bad.residual)} at step ${bad.step}`;
}

function see(measured: OrderCase | Degenerate, rule: OrderRule): Seen<Judged> {
  if (isDegenerate(measured)) {
    const { degenerate, equals } = measured;
    const parts = isList(equals) ? equals : [equals];
    const failure = parts
      .map(part => judgeEquality(part, DEGENERATE_ULPS).failure)
      .find(f => f !== undefined);
    if (failure === undefined) return { value: { degenerate } };
    return {
      value: { degenerate },
      failure: { ...failure, expected: `${failure.expected} (${degenerate})` },
    };
  }
  const bad = notFinite(measured);
  if (bad !== undefined)
    return { value: { degenerate: bad }, failure: { expected: 'finite residuals', measured: bad } };
  const decision = judgeCase(measured, rule);
  const value = { of: measured, decision };
  const { outcome, why } = decision;
  if (outcome !== 'too-low' && outcome !== 'wrong-constant') return { value };
  const constant =
    measured.constant === undefined ? '' : `, constant within ${100 * rule.constantTolerance} %`;
  return { value, failure: { expected: `order ${rule.order}${constant}`, measured: `${outcome}: ${why}` } };
}

/** Median step and median residual of the cases, rung by rung, for a plot. */
function medianLadder(cases: readonly OrderCase[]): (readonly [number, number])[] {
  const sorted = cases.map(({ ladder }) => [...ladder].sort((a, b) => b.step - a.step));
  const rungs = Math.min(...sorted.map(ladder => ladder.length));
  if (!Number.isFinite(rungs)) return [];
  return Array.from({ length: rungs }, (_, k): readonly [number, number] => [
    median(sorted.map(ladder => ladder[k]!.step)),
    median(sorted.map(ladder => norm(entries(ladder[k]!.residual)))),
  ]);
}

/** What the ladders are like, so that a shorter one is seen. */
function laddersOf(cases: readonly OrderCase[]): Demands {
  const steps = cases.map(({ ladder }) => ladder.map(rung => rung.step));
  const constants = cases.filter(({ constant }) => constant !== undefined).length;
  if (steps.length === 0) return { ladders: 0, constants };
  return {
    ladders: steps.length,
    constants,
    rungs: Math.min(...steps.map(of => of.length)),
    largestStep: median(steps.map(of => Math.max(...of))),
    smallestStep: median(steps.map(of => Math.min(...of))),
  };
}

type Reasons = Pick<OrderSpec<never, never>, 'exact' | 'superConvergent'>;

/** The outcome of a decision, and the note that goes with it. */
function settle(
  { outcome, why }: OrderDecision,
  { exact, superConvergent }: Reasons,
): { outcome: Outcome; note?: string } {
  switch (outcome) {
    case 'pass':
      return { outcome };
    case 'exact':
      return exact === undefined
        ? { outcome: 'fail', note: `${why}: no order to see - give the reason as \`exact\` if that is right` }
        : { outcome: 'pass', note: `${why}: ${exact}` };
    case 'super-convergent':
      return superConvergent === undefined
        ? { outcome: 'fail', note: `${why} - give the reason as \`superConvergent\` if that is right` }
        : { outcome: 'pass', note: `${why}: ${superConvergent}` };
    case 'inconclusive':
      return { outcome, note: why };
    case 'too-low':
    case 'wrong-constant':
    case 'vacuous':
      return { outcome: 'fail', note: why };
  }
}

/** What all cases together say, none of them being wrong by itself. */
function together(
  judged: readonly Ladder[],
  rule: OrderRule,
  reasons: Reasons,
  quick: boolean,
): Partial<CheckResult> & { outcome: Outcome } {
  const decision = decideFromCases(
    judged.map(value => value.decision),
    rule,
  );
  const { outcome, note } = settle(decision, reasons);
  const error =
    outcome === 'pass' && !quick
      ? smallestDetected(
          judged.map(({ of }) => of),
          rule,
        )
      : undefined;
  const expected = `order ${rule.order} in all cases together`;
  return {
    outcome,
    decision: decision.outcome,
    ...(decision.order !== undefined && { order: decision.order }),
    ...(decision.constant !== undefined && { constant: decision.constant }),
    ...(error !== undefined && { detects: { error, of: 'step * scale, a first-order term' } }),
    ...(outcome === 'fail' && { failure: { case: 'all cases together', expected, measured: decision.why } }),
    ...(note !== undefined && { note }),
  };
}

/** What is known when one case failed by itself. */
function alone(last: Judged | undefined): Pick<CheckResult, 'decision'> {
  if (last === undefined || 'degenerate' in last) return {};
  const { outcome } = last.decision;
  return outcome === 'too-low' || outcome === 'wrong-constant' ? { decision: outcome } : {};
}

/**
 * The residual is K * step^order + higher: every case by itself may contradict that (and is shrunk), and all
 * cases together must show it: see decideOrder. Replaying one case judges that case alone.
 */
export function order<Case, Subject>(spec: OrderSpec<Case, Subject>): Check<Subject> {
  const rule = { order: spec.order, constantTolerance: spec.constantTolerance ?? CONSTANT_TOLERANCE };
  if (!(rule.constantTolerance > 0 && rule.constantTolerance < 1))
    throw new RangeError(
      `order: constantTolerance must be in (0, 1), got ${rule.constantTolerance} - 1 accepts any constant`,
    );
  const { says, given } = spec;
  return {
    kind: 'order',
    says,
    run(name, subject, options) {
      const runs = options.quick ? MIN_CASES : Math.max(MIN_CASES, randomCases(spec.runs ?? 12, options));
      const found = search(name, given, runs, options, c => see(spec.measure(c, subject), rule));
      const demands: Demands = { ...casesDemanded(given, runs), ...rule };
      const head = { name, says, kind: 'order', cases: found.cases, demands } as const;
      if (found.failure !== undefined) return { ...head, ...alone(found.values.at(-1)), ...found.failure };
      if (options.path !== undefined) return { ...head, outcome: 'pass', note: 'this case alone' };
      const judged = found.values.flatMap(value => ('of' in value ? [value] : []));
      const plot = medianLadder(judged.map(({ of }) => of));
      return {
        ...head,
        demands: { ...demands, ...laddersOf(judged.map(({ of }) => of)) },
        ...together(judged, rule, spec, options.quick),
        ...(plot.length > 0 && { ladder: plot }),
      };
    },
  };
}
