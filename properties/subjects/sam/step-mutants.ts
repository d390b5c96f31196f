/** @file Negative controls of the weight perturbations: one rule of the SAM family replaced. */
import * as tf from '@tensorflow/tfjs';
import { type Mutant, mutant } from '../../../src/claims/claim.js';
import { mapParams } from '../../../src/core/derivatives.js';
import type { SamRules } from '../../../src/core/objectives/sam/diagonal.js';
import { scaledNorm } from '../../../src/core/perturbation.js';
import { constant } from '../../../src/engine/ops.js';

interface Wrong<Rules> {
  readonly says: string;
  readonly rules: Rules;
}

/** All of them for one method; made once, so that every check meets the same object and trace. */
export function wrongSteps<Hyper>(rules: SamRules<Hyper>) {
  const wrong = (says: string, change: Partial<SamRules<Hyper>>): Wrong<SamRules<Hyper>> => ({
    says,
    rules: { ...rules, ...change },
  });
  return {
    notDetached: wrong('the step is differentiated', { detach: step => step }),
    downhill: wrong('downhill instead of uphill', { point: (w, step) => tf.sub(w, step) }),
    noSecondStep: wrong('the gradient is taken at the unperturbed weights', { point: w => w }),
    unnormalised: wrong('the whitened gradient is not normalised', { normalise: w => w }),
    dividedBySquare: wrong('the whitened gradient is divided by its squared norm', {
      normalise: (w, norm) => tf.div(rules.normalise(w, norm), norm),
    }),
    tensorNorm: wrong('one norm for each tensor of weights', {
      norm: whitened => mapParams(whitened, w => tf.squeeze(scaledNorm(tf.reshape(w, [1, w.size])), [0])),
    }),
    firstTensorNorm: wrong('the norm over the first tensor of weights only', {
      norm: whitened => {
        const first = Object.values(whitened)[0]!;
        const norm = tf.squeeze(scaledNorm(tf.reshape(first, [1, first.size])), [0]);
        return mapParams(whitened, () => norm);
      },
    }),
    epsilonInDenominator: wrong('1e-3 is added to the norm', {
      norm: whitened => mapParams(rules.norm(whitened), norm => tf.add(norm, constant(1e-3))),
    }),
    notWhitened: wrong('the gradient is not whitened before it is normalised', { whiten: (_, g) => g }),
    rootMissing: wrong('the square root of Sigma is missing in front', { outer: (_, eta) => eta }),
    covarianceForRoot: wrong('Sigma for its square root in front', {
      outer: (root, eta) => tf.mul(tf.square(root), eta),
    }),
  };
}

/** Mutants of a subject that holds rules. */
export const inRules = <Rules, Subject>(
  wrong: Readonly<Record<string, Wrong<Rules>>>,
  put: (subject: Subject, rules: Rules) => Subject,
  prefix = '',
): Record<string, Mutant<Subject>> =>
  Object.fromEntries(
    Object.entries(wrong).map(([name, { says, rules }]) => [
      `${prefix}${prefix === '' ? name : name[0]!.toUpperCase() + name.slice(1)}`,
      mutant(prefix === '' ? says : `${prefix}: ${says}`, (subject: Subject) => put(subject, rules)),
    ]),
  );
