/**
 * @file The known mistakes of every objective: what a wrong vector is compared with, and negative vectors are
 * made of.
 */
import type { WrongRules } from '../core/objectives/define.js';
import { DESCRIPTIONS, LISTED, VECTOR_OBJECTIVES, type VectorObjectiveName } from './metadata.js';
import { AUTOENCODER_MISTAKES, COMMON_MISTAKES, VARIANCE_MISTAKES } from './mistakes/common.js';
import { fieldMistakes } from './mistakes/fields.js';
import type { Mistake } from './mistakes/mistake.js';

type Mistakes = Readonly<Record<string, Mistake>>;

/** Those in an objective's rules that are not of claims alone. */
const ruleMistakes = (mistakes: Readonly<Record<string, WrongRules<object>>>): Mistakes =>
  Object.fromEntries(
    Object.entries(mistakes)
      .filter(([, { only }]) => only !== 'claims')
      .map(([name, { says, rules, only }]) => [
        name,
        { says, change: { kind: 'rules', rules }, ...(only === 'diagnosis' && { diagnosisOnly: true }) },
      ]),
  );

function mistakesOf(name: VectorObjectiveName): Mistakes {
  const { hyper, vector, mistakes } = LISTED[name];
  const fields = { ...hyper, ...vector.hyper };
  const learns = Object.values(fields).some(({ kind }) => kind === 'variance' || kind === 'learned');
  const common = learns ? VARIANCE_MISTAKES : AUTOENCODER_MISTAKES;
  return {
    ...ruleMistakes(mistakes),
    ...fieldMistakes(fields, vector.misread),
    ...(DESCRIPTIONS[name].net === 'classifier' ? COMMON_MISTAKES : common),
  };
}

/** By objective and name; those of the objective come before those that any may have. */
export const MISTAKES = Object.fromEntries(VECTOR_OBJECTIVES.map(name => [name, mistakesOf(name)])) as {
  readonly [K in VectorObjectiveName]: Mistakes;
};
