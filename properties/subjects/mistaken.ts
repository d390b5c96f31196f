/** @file A known mistake of an objective as a mutant of what a claim is tested on. */
import { type Mutant, mutant } from '../../src/claims/claim.js';
import type { Wrong } from '../../src/claims/wrong.js';
import type { Mistake } from '../../src/core/objectives/define.js';

/** The subject with the wrong rules put where it holds the right ones. */
export const mistaken = <Rules, Subject>(
  { says, rules }: Mistake<Rules>,
  put: (subject: Subject, rules: Rules) => Subject,
): Mutant<Subject> => mutant(says, subject => put(subject, rules));

/** Known mistakes as a table for `wrong.rules`, under the names that a claim gives them. */
export const known = <Rules, Known extends string, Name extends string>(
  { mistakes }: { readonly mistakes: { readonly [Each in Known]: Mistake<Rules> } },
  names: { readonly [Each in Name]: NoInfer<Known> },
) =>
  Object.fromEntries(
    Object.entries<Known>(names).map(([name, mistake]) => [
      name,
      [mistakes[mistake].says, mistakes[mistake].rules],
    ]),
  ) as unknown as { readonly [Each in Name]: Wrong<Rules> };
