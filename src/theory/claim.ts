/** @file The claim type: a statement of a paper, its checks, and the negative controls that those checks must reject. */
import type { CheckResult, Paper } from './result.js';
import type { Verdict } from './verdict.js';

export interface CheckOptions {
  readonly seed: number;
  /** Multiplies each check's own number of random cases; 1 by default. */
  readonly effort: number;
  /** fast-check's path, to replay one shrunk case. */
  readonly path?: string;
  /** A mutant is only asked whether it fails: no shrinking, stop early. */
  readonly quick: boolean;
}

/** One test of a claim, run against an implementation of type `Subject`. Made by the constructors in `checks/`. */
export interface Check<Subject> {
  readonly kind: CheckResult['kind'];
  readonly says: string;
  run(name: string, subject: Subject, options: CheckOptions): CheckResult;
}

/** An implementation that is wrong in one place; every check run on it, at least one must fail. */
export interface Mutant<Subject> {
  readonly says: string;
  change(subject: Subject): Subject;
  /** The proof that no check can tell it from the original. Such a mutant must survive. */
  readonly equivalent?: string;
}

type NonEmpty<T> = { readonly [name: string]: T };

interface ClaimHead {
  readonly id: string;
  readonly paper: Paper;
  /** Paper and equation or section. */
  readonly source: string;
  /** The formula as printed and, where that is wrong or imprecise, as it should be. */
  readonly tex: { readonly printed: string; readonly corrected?: string };
  /** One sentence that a researcher can quote. */
  readonly says: string;
  readonly verdict: Verdict;
  /** The objectives of src/core whose training this claim vouches for. */
  readonly objectives?: readonly string[];
}

/** A claim that is checked: at least one check, and mutants or the reason why there can be none. */
export interface ClaimSpec<Subject> extends ClaimHead {
  readonly subject: Subject;
  readonly checks: NonEmpty<Check<Subject>>;
  readonly mutants: NonEmpty<Mutant<Subject>> | { readonly none: string };
}

/** A claim with its subject's type hidden, as the registry holds it. */
export interface Claim extends ClaimHead {
  readonly checks: readonly { readonly name: string; readonly kind: CheckResult['kind']; readonly says: string }[];
  readonly mutants: readonly { readonly name: string; readonly says: string; readonly equivalent?: string }[];
  readonly noMutants?: string;
  /** Runs one check, on the original or on a mutant. */
  runCheck(check: string, mutant: string | null, options: CheckOptions): CheckResult;
}
