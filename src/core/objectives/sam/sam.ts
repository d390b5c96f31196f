/** @file Sharpness-aware minimisation (Foret et al. 2021). */
import { constant } from '../../../engine/ops.js';
import { mapParams } from '../../derivatives.js';
import type { Fields, HyperOf } from '../fields.js';
import { DIAGONAL, diagonalLoss, type SamRules, stepMistakes } from './diagonal.js';
import { RHO } from './fields.js';
import { classifierObjective } from './objective.js';

const hyper = { rho: RHO } as const satisfies Fields;

export type SamHyper = HyperOf<typeof hyper>;

/** A = I: rho g/|g|. */
export const SAM_RULES: SamRules<SamHyper> = {
  ...DIAGONAL,
  root: ({ params }) => mapParams(params, () => constant(1)),
  radius: ({ rho }) => rho,
};

/** grad L at w + rho g/|g|, one norm over all parameters. */
export const SAM = classifierObjective({
  name: 'sam',
  hyper,
  uses: 'none',
  rules: SAM_RULES,
  loss: diagonalLoss,
  mistakes: stepMistakes<SamHyper>(),
});

export const makeSam = SAM.make;
