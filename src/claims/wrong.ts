/** @file Mutants from tables: a formula replaced, or rules of an implementation replaced. */
import { type Mutant, mutant } from './claim.js';

/**
 * What is wrong with it, and what takes the place of the right one; then why no check can tell the two apart,
 * if none can.
 */
export type Wrong<Value> = readonly [says: string, replacement: Value, equivalent?: string];

/** A known mistake of an implementation, as its own list has it: all of its rules, one of them wrong. */
export interface KnownMistake<Rules> {
  readonly says: string;
  readonly rules: Rules;
}

/** Mutants by name. */
export type Mutants<Name extends string, Subject> = { readonly [name in Name]: Mutant<Subject> };

const mutants = <Subject, Value, Name extends string>(
  table: { readonly [name in Name]: Wrong<Value> },
  change: (replacement: Value) => (subject: Subject) => Subject,
): Mutants<Name, Subject> =>
  Object.fromEntries(
    Object.entries<Wrong<Value>>(table).map(([name, [says, replacement, equivalent]]) => [
      name,
      mutant(says, change(replacement), equivalent),
    ]),
  ) as Mutants<Name, Subject>;

/**
 * A mutant for each wrong form of one formula of the subject.
 *
 *     mutants: {
 *       ...wrong.formula(SUBJECT, 'threshold', {
 *         inverted: ['r / d', (d, rank) => rank / d],
 *         complement: ['(d - r) / r', (d, rank) => (d - rank) / rank],
 *       }),
 *     }
 */
export const formula = <Subject extends object, Field extends keyof Subject, Name extends string>(
  _subject: Subject,
  field: Field,
  table: { readonly [name in Name]: Wrong<NoInfer<Subject[Field]>> },
): Mutants<Name, Subject> =>
  mutants<Subject, Subject[Field], Name>(table, replacement => subject => ({
    ...subject,
    [field]: replacement,
  }));

/**
 * A mutant for each entry of a table of wrong rules: rules that take the place of those of the implementation
 * that the subject holds as `field`; of all entries, or of those named. The table is one's own, or an
 * objective's `mistakes`. The wrong implementations are made once, so that all checks share their programs.
 *
 *     mutants: {
 *       ...wrong.rules(SUBJECT, 'vae', { noNoise: ['the mean code only', { sample: mean => mean }] }),
 *       ...wrong.rules(SUBJECT, 'samba', SAMBA.mistakes, ['noDetach', 'signFlip']),
 *     }
 */
export function rules<
  Subject extends object,
  Field extends keyof Subject,
  Name extends string,
  Chosen extends Name = Name,
>(
  subject: Subject,
  field: Field,
  table: {
    readonly [name in Name]: Wrong<NoInfer<Partial<Subject[Field]>>> | KnownMistake<NoInfer<Subject[Field]>>;
  },
  names: readonly Chosen[] = Object.keys(table) as Chosen[],
): Mutants<Chosen, Subject> {
  const chosen = Object.fromEntries(
    names.map((name): [Chosen, Wrong<Subject[Field]>] => {
      const entry = table[name];
      if ('says' in entry) return [name, [entry.says, entry.rules]];
      const [says, replacement, equivalent] = entry;
      const changed: Subject[Field] = { ...subject[field], ...replacement };
      return [name, equivalent === undefined ? [says, changed] : [says, changed, equivalent]];
    }),
  ) as Record<Chosen, Wrong<Subject[Field]>>;
  return mutants<Subject, Subject[Field], Chosen>(chosen, changed => other => ({
    ...other,
    [field]: changed,
  }));
}
