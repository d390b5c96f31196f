/** @file A known mistake of an objective as a mutant of what a claim is tested on. */
import { type Mutant, mutant } from '../../src/claims/claim.js';
import type { Mistake } from '../../src/core/objectives/define.js';

/** The subject with the wrong rules put where it holds the right ones. */
export const mistaken = <Rules, Subject>(
  { says, rules }: Mistake<Rules>,
  put: (subject: Subject, rules: Rules) => Subject,
): Mutant<Subject> => mutant(says, subject => put(subject, rules));
