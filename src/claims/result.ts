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

/** What a check demands, by name; each has its rule in src/gate/rules.ts for which way is weaker. */
export type DemandName =
  /** Random cases by the check's own number (or --runs), and pinned ones. */
  | 'runs'
  | 'pinned'
  /** Of equals, bound, within and violates: the values compared, by their names over all cases. */
  | 'parts'
  /** Of equals and bound: the tolerance in units of 2^-52 of the scale. */
  | 'ulps'
  /** Of within: the largest relative error. */
  | 'tolerance'
  /** Of violates: by how much a counterexample must violate the claim, in units of 2^-52 of the scale. */
  | 'margin'
  /** Of statistical: the false-alarm rate, and the draws of the smallest sample. */
  | 'alpha'
  | 'draws'
  /**
   * Of order: what is expected, the largest deviation of the constant vector, the cases that have a ladder...
   */
  | 'order'
  | 'constantTolerance'
  | 'ladders'
  /**
   * ...how many of these state the theorem's constant, the rungs of the shortest, and median ends of the
   * steps.
   */
  | 'constants'
  | 'rungs'
  | 'largestStep'
  | 'smallestStep';

/** Plain numbers, so that the gate can hold them: what is loosened in a check must not pass in silence. */
export type Demands = Readonly<Partial<Record<DemandName, number>>>;

export interface CheckResult {
  readonly name: string;
  readonly says: string;
  readonly kind: 'order' | 'equals' | 'bound' | 'violates' | 'within' | 'statistical';
  readonly outcome: Outcome;
  readonly demands: Demands;
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
  /**
   * The p-value of a statistical check (corrected for its own cases) and the false-alarm rate it is held
   * against.
   */
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
  /**
   * Nothing rejected it, and a check that might have fails on the claim itself: that says nothing of the
   * mutant.
   */
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
  /** The objectives of src/core whose training it vouches for. */
  readonly objectives?: readonly string[];
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
  /**
   * A token for `flatcheck verify --replay`, for the failing check where there is one, else for the whole
   * claim.
   */
  readonly replay: string;
  readonly seconds: number;
}

export interface RunInfo {
  readonly engine: string;
  readonly seed: number;
  readonly alpha: number;
  readonly versions: Readonly<Record<string, string>>;
  /** Hashes of the packages that take part, by name@version. */
  readonly integrity: Readonly<Record<string, string>>;
  /** Of flatcheck's own code: ends in -dirty where files differ from it; null where it is not known. */
  readonly commit: string | null;
  /** Of our code, the packages that take part and Node's version: what a result vouches for. */
  readonly digest: string;
  /** Of our code alone. */
  readonly code: string;
  /** Of the ids of all claims that there were, this run's or not. */
  readonly registry: string;
  /** The constants by which orders are decided, by name. */
  readonly rules: Readonly<Record<string, number>>;
  /** Where each check drew this number of random cases instead of its own... */
  readonly runs?: number;
  /** ...or so many times its own. */
  readonly effort?: number;
  /** One check alone was replayed. */
  readonly replayed?: true;
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
