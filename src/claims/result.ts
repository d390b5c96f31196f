/** @file The result model of a verification run: plain JSON data that every report is a pure function of. */
import type { Finding } from './finding.js';
import type { Outcome, Verdict } from './verdict.js';

export type Paper = 'samba' | 'ujvary' | 'kumar-poole' | 'vgr' | 'rae';

/** The estimated order of convergence with its interval over the cases. */
export interface OrderEstimate {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  readonly expected: number;
}

/** The measured leading constant against the theorem's, as a ratio after Richardson extrapolation. */
export interface ConstantEstimate {
  /** Median over cases of (measured / theorem's). */
  readonly ratio: number;
  /** Largest relative deviation of the extrapolated constant from the theorem's, over cases. */
  readonly worst: number;
  readonly tolerance: number;
}

/** Why a check ended as it did. */
export type OrderOutcome =
  | 'pass'
  | 'exact'
  | 'super-convergent'
  | 'too-low'
  | 'wrong-constant'
  | 'inconclusive'
  | 'vacuous';

export interface CounterexampleReport {
  /** The shrunk case, as readable text. */
  readonly case: string;
  readonly expected: string;
  readonly measured: string;
}

export interface CheckResult {
  readonly name: string;
  readonly says: string;
  readonly kind: 'order' | 'equals' | 'bound' | 'violates' | 'within' | 'statistical';
  readonly outcome: Outcome;
  /** The named outcome of the order decision, where the check is one. */
  readonly decision?: OrderOutcome;
  readonly order?: OrderEstimate;
  readonly constant?: ConstantEstimate;
  /** Median residual against step over the cases, for plots: pairs (step, residual). */
  readonly ladder?: readonly (readonly [number, number])[];
  /** Largest error seen, relative to what the check tolerates (at most 1 when it passes). */
  readonly worst?: number;
  /** The smallest error that this check would have caught, and relative to what. */
  readonly detects?: { readonly error: number; readonly of: string };
  readonly cases: number;
  readonly failure?: CounterexampleReport;
  /** Tightest (upper - lower) / scale seen by a bound check: how near to equality the cases came. */
  readonly slack?: number;
  /** The p-value of a statistical check (corrected for its own cases) and the false-alarm rate it is held against. */
  readonly test?: { readonly p: number; readonly alpha: number };
  /** The failure is an exception of the code under test, not a wrong value. */
  readonly threw?: true;
  readonly note?: string;
  /** fast-check's path to the shrunk failing case. */
  readonly path?: string;
}

export interface MutantResult {
  readonly name: string;
  readonly says: string;
  /** The checks that rejected it; empty when it survived. */
  readonly killedBy: readonly string[];
  /** It was rejected by throwing where the original does not, rather than by a wrong value. */
  readonly threw?: true;
  /** The proof that it cannot be told from the original, for a mutant that is equivalent by design. */
  readonly equivalent?: string;
  /** Nothing rejected it, and a check that might have fails on the claim itself: that says nothing of the mutant. */
  readonly untried?: true;
}

/** A formula that a claim's checks evaluate, as it is shown. */
export interface ShownFormula {
  readonly says: string;
  readonly tex: string;
}

export interface ClaimResult {
  readonly id: string;
  readonly paper: Paper;
  readonly source: string;
  readonly says: string;
  readonly tex: { readonly printed: string; readonly corrected?: string; readonly asRead?: true };
  /** What the claim says of the print, class, quotation and place. */
  readonly findings?: readonly Finding[];
  /** The closed forms that the checks evaluate. */
  readonly formulas?: readonly ShownFormula[];
  readonly verdict: Verdict;
  readonly outcome: Outcome;
  /** Of the claim's leading order check (the first one), where there is one. */
  readonly order?: OrderEstimate;
  readonly constant?: ConstantEstimate;
  readonly cases: number;
  readonly checks: readonly CheckResult[];
  readonly mutants: {
    readonly killed: number;
    readonly equivalent: number;
    readonly total: number;
    readonly list: readonly MutantResult[];
  };
  /** A token for `flatcheck verify --replay`, for the failing check where there is one, else for the whole claim. */
  readonly replay: string;
  readonly seconds: number;
}

export interface RunInfo {
  readonly engine: string;
  readonly seed: number;
  readonly alpha: number;
  readonly versions: Readonly<Record<string, string>>;
  readonly commit: string | null;
  readonly digest: string;
  /** Which part of the claims this run took, counted from 1; absent for all of them. */
  readonly shard?: { readonly index: number; readonly count: number };
}

export interface VerifyResult {
  readonly schema: 1;
  readonly claims: readonly ClaimResult[];
  readonly passed: number;
  readonly failed: number;
  readonly inconclusive: number;
  readonly run: RunInfo;
}
