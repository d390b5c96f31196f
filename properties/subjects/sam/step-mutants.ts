/**
 * @file Negative controls of the weight perturbations: the known mistakes of the SAM family, under the names
 * of the claims.
 */

import { completed, type Mistake } from '../../../src/core/objectives/define.js';
import { metricMistakes, type SamRules, stepMistakes } from '../../../src/core/objectives/sam/diagonal.js';
import { type Mutant, mutant } from '../../kit.js';

/** All of them for one method; made once, so that every check meets the same object and trace. */
export function wrongSteps<Hyper>(rules: SamRules<Hyper>) {
  const step = completed(rules, stepMistakes<Hyper>());
  const metric = completed(rules, metricMistakes(rules, 'sqrt(Sigma)', 'Sigma'));
  return {
    notDetached: step.noDetach,
    downhill: step.signFlip,
    noSecondStep: step.noStep,
    unnormalised: step.unnormalised,
    dividedBySquare: step.dividedBySquare,
    tensorNorm: step.perLayer,
    firstTensorNorm: step.firstLayer,
    epsilonInDenominator: step.epsilonInDenominator,
    notWhitened: metric.notWhitened,
    rootMissing: metric.rootOuter,
    covarianceForRoot: metric.squareOuter,
  };
}

/** Some entries of a table. */
export const pick = <Value, Name extends string>(
  table: Readonly<Record<Name, Value>>,
  ...names: readonly Name[]
): Record<string, Value> => Object.fromEntries(names.map(name => [name, table[name]]));

/** Mutants of a subject that holds rules. */
export const inRules = <Rules, Subject>(
  wrong: Readonly<Record<string, Mistake<Rules>>>,
  put: (subject: Subject, rules: Rules) => Subject,
  prefix = '',
): Record<string, Mutant<Subject>> =>
  Object.fromEntries(
    Object.entries(wrong).map(([name, { says, rules }]) => [
      `${prefix}${prefix === '' ? name : name[0]!.toUpperCase() + name.slice(1)}`,
      mutant(prefix === '' ? says : `${prefix}: ${says}`, (subject: Subject) => put(subject, rules)),
    ]),
  );
