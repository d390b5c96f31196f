/**
 * @file The claim type: a statement of a paper, its checks, and the negative controls that those checks must
 * reject.
 */
import { type Finding, faultOf } from './finding.js';
import type { CheckResult, Paper, ShownFormula } from './result.js';
import type { Verdict } from './verdict.js';

export interface CheckOptions {
  readonly seed: number;
  /** Random cases that a check draws, instead of its own number. */
  readonly runs?: number;
  /** Multiplies each check's own number of random cases; 1 by default. */
  readonly effort: number;
  /** fast-check's path, to replay one shrunk case. */
  readonly path?: string;
  /** A mutant is only asked whether it fails: no shrinking, stop early. */
  readonly quick: boolean;
}

/**
 * One test of a claim, run against an implementation of type `Subject`. Made by the constructors in
 * `checks/`.
 */
export interface Check<Subject> {
  readonly kind: CheckResult['kind'];
  readonly says: string;
  /** Takes gigabytes of memory under --deep. */
  readonly large?: true;
  readonly run: (name: string, subject: Subject, options: CheckOptions) => CheckResult;
}

/** An implementation that is wrong in one place; every check run on it, at least one must fail. */
export interface Mutant<Subject> {
  readonly says: string;
  readonly change: (subject: Subject) => Subject;
  /** The proof that no check can tell it from the original. Such a mutant must survive. */
  readonly equivalent?: string;
}

interface ClaimHead {
  readonly id: string;
  readonly paper: Paper;
  /** Paper and equation or section. */
  readonly source: string;
  /**
   * The formula as printed and, where that is wrong or imprecise, as it should be. `asRead`: the print leaves
   * the formula to the reader, and `printed` is our reading of it.
   */
  readonly tex: { readonly printed: string; readonly corrected?: string; readonly asRead?: true };
  /** The closed forms that its checks evaluate, shown as they are evaluated. */
  readonly formulas?: readonly ShownFormula[];
  /** One sentence that a researcher can quote. */
  readonly says: string;
  readonly verdict: Verdict;
  /** What the claim says of the print; a refuted claim has one, or another claim names it in `also`. */
  readonly findings?: readonly Finding[];
  /** The objectives of src/core whose training this claim vouches for. */
  readonly objectives?: readonly string[];
}

/** Rejects `{}` at compile time. */
type NonEmpty<Names extends string, What extends string> = [Names] extends [never]
  ? `a claim needs at least one ${What}`
  : unknown;

/** A claim that is checked: at least one check, and mutants or the reason why there can be none. */
export interface ClaimSpec<Subject, CheckName extends string = string, MutantName extends string = string>
  extends ClaimHead {
  readonly verdict: Exclude<Verdict, { kind: 'not-checkable' }>;
  /** The implementation under test: functions that the mutants replace one at a time. */
  readonly subject: Subject;
  readonly checks: { readonly [name in CheckName]: Check<NoInfer<Subject>> } & NonEmpty<CheckName, 'check'>;
  readonly mutants:
    | ({ readonly [name in MutantName]: Mutant<NoInfer<Subject>> } & NonEmpty<MutantName, 'mutant'>)
    | NoMutants;
}

/** Why a claim can have no negative control: a definition, say. */
export interface NoMutants {
  readonly none: string;
}

/** A claim that stays in the registry unchecked; its verdict says why. */
export interface UncheckedSpec extends ClaimHead {
  readonly verdict: Extract<Verdict, { kind: 'not-checkable' }>;
}

/** A claim with its subject's type hidden, as the registry holds it. */
export interface Claim extends ClaimHead {
  readonly checks: readonly {
    readonly name: string;
    readonly kind: CheckResult['kind'];
    readonly says: string;
    readonly large?: true;
  }[];
  readonly mutants: readonly { readonly name: string; readonly says: string; readonly equivalent?: string }[];
  readonly noMutants?: string;
  /** Runs one check, on the original or on a mutant. */
  runCheck(check: string, mutant: string | null, options: CheckOptions): CheckResult;
}

/** A negative control: `change` returns the subject with one rule replaced. */
export function mutant<Subject>(
  says: string,
  change: (subject: Subject) => NoInfer<Subject>,
  equivalent?: string,
): Mutant<Subject> {
  return { says, change, ...(equivalent !== undefined && { equivalent }) };
}

const hasNone = (mutants: object): mutants is NoMutants =>
  'none' in mutants && typeof mutants.none === 'string';

function refuse(id: string, rule: string, advice: string): never {
  throw new TypeError(`claim ${id}: ${rule} - ${advice}`);
}

/** What the types cannot say, or not once CheckName and MutantName are given as `string`. */
function validateHead(head: ClaimHead): void {
  for (const field of ['id', 'source', 'says'] as const)
    if (head[field].trim() === '')
      refuse(head.id, `${field} must not be empty`, 'name the paper and equation');
  for (const finding of head.findings ?? []) {
    const fault = faultOf(finding);
    if (fault !== undefined) refuse(head.id, fault, 'quote the paper and say where');
  }
}

function validateParts<Subject>({ id, verdict, checks, mutants }: ClaimSpec<Subject>): void {
  const kinds = Object.values<Check<Subject>>(checks).map(check => check.kind);
  if (kinds.length === 0) refuse(id, 'a claim needs at least one check', 'or the verdict notCheckable');
  if (hasNone(mutants)) {
    if (mutants.none.trim() === '')
      refuse(id, 'mutants.none must not be empty', 'say why there can be no mutant');
  } else if (Object.values<Mutant<Subject>>(mutants).every(of => of.equivalent !== undefined))
    refuse(id, 'a claim needs at least one mutant that can be killed', 'or mutants: { none: why }');
  if (verdict.kind !== 'refuted') return;
  if (!kinds.includes('violates'))
    refuse(id, 'a refuted claim must reproduce its counterexample', 'add a `violates` check');
  if (kinds.every(kind => kind === 'violates'))
    refuse(id, 'a refuted claim must test the corrected statement', 'add a check of another kind');
}

/**
 * A claim for the registry, with the type of its subject hidden.
 * @throws TypeError when it has no check or no mutant, or is refuted without a counterexample or without a
 * check of the corrected statement
 */
export function claim(spec: UncheckedSpec): Claim;
export function claim<Subject, CheckName extends string, MutantName extends string>(
  spec: ClaimSpec<Subject, CheckName, MutantName>,
): Claim;
export function claim<Subject>(spec: UncheckedSpec | ClaimSpec<Subject>): Claim {
  const { id, paper, source, tex, formulas, says, verdict, findings, objectives } = spec;
  const head: ClaimHead = {
    id,
    paper,
    source,
    tex,
    ...(formulas !== undefined && { formulas }),
    says,
    verdict,
    ...(findings !== undefined && { findings }),
    ...(objectives !== undefined && { objectives }),
  };
  validateHead(head);
  if (!('checks' in spec)) {
    const runCheck = (): never => refuse(id, 'it has no checks', 'its verdict says why');
    return { ...head, checks: [], mutants: [], runCheck };
  }
  validateParts(spec);
  const checks = new Map(Object.entries<Check<Subject>>(spec.checks));
  const mutants = new Map(hasNone(spec.mutants) ? [] : Object.entries<Mutant<Subject>>(spec.mutants));
  return {
    ...head,
    checks: [...checks].map(([name, { kind, says, large }]) => ({
      name,
      kind,
      says,
      ...(large === true && { large }),
    })),
    mutants: [...mutants].map(([name, of]) => ({
      name,
      says: of.says,
      ...(of.equivalent !== undefined && { equivalent: of.equivalent }),
    })),
    ...(hasNone(spec.mutants) && { noMutants: spec.mutants.none }),
    runCheck(name, mutantName, options) {
      const check =
        checks.get(name) ?? refuse(id, `no check '${name}'`, `it has ${[...checks.keys()].join(', ')}`);
      if (mutantName === null) return check.run(name, spec.subject, options);
      const change =
        mutants.get(mutantName) ??
        refuse(id, `no mutant '${mutantName}'`, `it has ${[...mutants.keys()].join(', ')}`);
      return check.run(name, change.change(spec.subject), options);
    },
  };
}
