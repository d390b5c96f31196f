/**
 * @file UJV-15 (Table 2): the four approximations side by side, and whether the last one's penalty is
 * positive.
 */

import { SAMBA_RULES } from '../../../src/core/objectives/samba/samba.js';
import { check, claim, draw, fc, mat, mutant, refuted } from '../../kit.js';
import { allParts, expanded, linearised, type RateCase, rateCases } from '../../subjects/flow/ladders.js';
import { jointLimit } from '../../subjects/flow/local-error.js';
import { MFVI_RULES, type MfviRules } from '../../subjects/flow/mfvi.js';
import { MODIFIED_RULES } from '../../subjects/flow/modified.js';
import { SGD_RULES, type SgdRules } from '../../subjects/flow/sgd.js';
import { PENALTY_RULES } from '../../subjects/sam/covariance.js';
import { DETACH_MUTANTS, DIRECTION_MUTANTS, inSamba, LENGTH_MUTANTS } from '../../subjects/sam/mutants.js';
import { type Case, withSigma } from '../../subjects/sam/ridge-cases.js';
import type { SamRules } from '../../subjects/sam/sam.js';
import { pick } from '../../subjects/sam/step-mutants.js';

/** The cells of the table, row by row: SAM and MFVI, in expectation and along their steps. */
interface Cells extends SamRules {
  readonly mfvi: MfviRules;
  /** delta/4 |grad L|^2 beside SAM's first cell. */
  readonly samQuarter: number;
  /** What stands beside MFVI's first cell. */
  readonly sgd: SgdRules;
  /** tr(Sigma H^2), the printed cell. */
  readonly printed: (sigma: mat.Matrix, hessian: mat.Matrix) => number;
}

const CELLS: Cells = {
  samba: SAMBA_RULES,
  penalty: PENALTY_RULES,
  mfvi: MFVI_RULES,
  samQuarter: MODIFIED_RULES.quarter,
  sgd: SGD_RULES,
  printed: SGD_RULES.spread,
};

const ridgeCases = withSigma(draw.ridges, [1, 2, 3]);

const sam = check.order<Case<draw.RidgeCase>, Cells>({
  says: "SAM's first cell, L + sqrt(p)|Sigma^(1/2) grad L|, is right up to second order in the radius",
  given: ridgeCases,
  order: 2,
  measure: linearised,
});

const mfvi = check.order<Case<draw.RidgeCase>, Cells>({
  says: "MFVI's first cell, L + tr(Sigma H)/2, is right up to fourth order in the root of Sigma",
  given: ridgeCases,
  order: 4,
  measure: (c, cells) => expanded(c, cells.mfvi),
});

const samSteps = check.order<Case<draw.RidgeCase>, Cells>({
  says: "with delta/4 |grad L|^2, SAM's second cell, one step follows the flow up to third order where the radius is that of the learning rate",
  given: ridgeCases,
  order: 3,
  measure: (c, { samba, samQuarter: quarter }) => jointLimit(c, { ...MODIFIED_RULES, samba, quarter }),
});

const mfviSteps = check.order<RateCase, Cells>({
  says: "MFVI's second cell needs delta/4 grad L . grad tr(Sigma H) beside delta/4 tr(Sigma H^2), and tr(Sigma H)/2 of the first row: then E[L + delta/4 |grad L|^2] is right up to fourth order",
  given: rateCases([1, 2, 3]),
  order: 4,
  measure: (c, { sgd }) =>
    allParts(
      c,
      sgd,
      ({ loss, curvature, square, spread, turning }) =>
        loss + curvature + c.delta * (square + spread + turning),
    ),
});

const frobenius = check.equals<Case<draw.Quadratic>, Cells>({
  says: 'tr(Sigma H^2) = |Sigma^(1/2) H|_F^2: the printed cell by itself is never negative',
  given: withSigma(draw.quadratics, [1, 2, 3]),
  measure: ({ f, sigma }, { printed }) => {
    const root = mat.cholesky(sigma.matrix);
    const half = mat.multiply(mat.transpose(root), f.matrix);
    return {
      actual: printed(sigma.matrix, f.matrix),
      expected: mat.trace(mat.multiply(half, mat.transpose(half))),
      scale: mat.norm(sigma.matrix.flat()) * mat.norm(f.matrix.flat()) ** 2,
    };
  },
});

interface ConcaveCase extends Case<draw.Quadratic> {
  readonly share: number;
}

/** Everything that noise adds to a quadratic loss: E[L + delta/4 |grad L|^2] less its value without noise. */
function addedByNoise({ f, sigma }: Case<draw.Quadratic>, delta: number, cells: Cells) {
  const curvature = cells.sgd.half * mat.traceOfProduct(sigma.matrix, f.matrix);
  const spread = cells.sgd.quarter * delta * cells.printed(sigma.matrix, f.matrix);
  return { curvature, spread, whole: curvature + spread };
}

const negative = check.violates<ConcaveCase, Cells>({
  says: 'the whole penalty is negative at a maximum of the loss for every learning rate below 2 / |H|',
  given: fc
    .tuple(
      withSigma(p => draw.quadraticOf(p, 'interior'), [1, 2, 3]),
      draw.logUniform({ min: 1 / 64, max: 15 / 16 }),
    )
    .map(([c, share]): ConcaveCase => ({ ...c, share })),
  measure: (c, cells) => {
    const delta = (2 * c.share) / Math.max(...c.f.spectrum.map(Math.abs));
    const { curvature, spread, whole } = addedByNoise(c, delta, cells);
    return { claimed: 0, actual: whole, by: -whole, scale: Math.abs(curvature) + spread };
  },
});

const positive = check.bound<ConcaveCase, Cells>({
  says: 'it lies between tr(Sigma H)/2 and (1 + delta |H| / 2) times that where H is positive',
  given: fc
    .tuple(
      withSigma(p => draw.quadraticOf(p, 'psd'), [1, 2, 3]),
      draw.logUniform({ min: 1 / 64, max: 1 }),
    )
    .map(([c, share]): ConcaveCase => ({ ...c, share })),
  measure: (c, cells) => {
    const largest = Math.max(...c.f.spectrum);
    const { curvature, whole } = addedByNoise(c, c.share / largest, cells);
    return check.below({ below: [curvature, whole], above: [whole, (1 + c.share / 2) * curvature] });
  },
});

const changed = (says: string, change: Partial<Cells>) => {
  const cells = { ...CELLS, ...change };
  return mutant<Cells>(says, () => cells);
};

const inMfvi = (says: string, change: Partial<MfviRules>) =>
  changed(says, { mfvi: { ...MFVI_RULES, ...change } });

const inSgd = (says: string, change: Partial<SgdRules>) =>
  changed(says, { sgd: { ...SGD_RULES, ...change } });

export default claim({
  id: 'UJV-15',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, Table 2',
  tex: {
    printed:
      '\\begin{array}{lll} & \\text{SAM} & \\text{MFVI} \\\\ \\text{objective} & L + \\sqrt p\\,\\|\\nabla L\\|_\\Sigma & L + \\tfrac12\\operatorname{tr}(\\Sigma\\nabla^2 L) \\\\ \\text{along steps} & +\\tfrac{\\delta}{4}\\|\\nabla L\\|^2 & L + \\tfrac{\\delta}{4}\\|\\nabla L\\|^2 + \\tfrac{\\delta}{4}\\operatorname{tr}(\\Sigma(\\nabla^2 L)^2) \\end{array}',
    corrected:
      '\\text{last cell: } L + \\tfrac12\\operatorname{tr}(\\Sigma\\nabla^2 L) + \\tfrac{\\delta}{4}\\bigl[\\|\\nabla L\\|^2 + \\operatorname{tr}(\\Sigma(\\nabla^2 L)^2) + \\nabla L\\cdot\\nabla\\operatorname{tr}(\\Sigma\\nabla^2 L)\\bigr]',
  },
  says: 'Of the four cells three are right, with errors of second order (SAM), fourth order (MFVI) and third order for a radius of the order of the learning rate (steps of SAM); the last one leaves out tr(Sigma H)/2, so that the penalty of MFVI is not always positive: it is negative at a maximum for every learning rate below 2/|H|.',
  verdict: refuted({
    counterexample:
      'L = -h w^2 / 2: the noise adds -h sigma^2 / 2 + delta h^2 sigma^2 / 4, negative for delta < 2 / h',
    corrected:
      'tr(Sigma H^2) itself is |Sigma^(1/2) H|_F^2 >= 0; beside it stand tr(Sigma H)/2 and delta/4 grad L . grad tr(Sigma H)',
  }),
  findings: [
    {
      class: 'error',
      title: 'The penalty along the steps of MFVI is not always positive',
      quote: 'for MFVI the penalty contains the trace of the Hessian squared, which is now always positive',
      place: 'table 2, caption',
      says: 'Tr(ΣH²) itself is never negative, but ½Tr(ΣH) stands beside it, which the last cell leaves out: together they are negative at a maximum of the loss for every learning rate below 2/|H|. The other three cells are right, with errors of second (SAM), fourth (MFVI) and, for a radius of the order of the learning rate, third order (steps of SAM).',
    },
  ],
  subject: CELLS,
  checks: { negative, frobenius, sam, mfvi, samSteps, mfviSteps, positive },
  mutants: {
    ...inSamba<Cells>(DETACH_MUTANTS),
    ...inSamba<Cells>(DIRECTION_MUTANTS),
    ...inSamba<Cells>(pick(LENGTH_MUTANTS, 'rootDimensionMissing', 'covarianceForRoot')),
    halfPenalty: changed('half of the penalty of SAM', {
      penalty: { ...PENALTY_RULES, radius: p => Math.sqrt(p) / 2 },
    }),
    traceWhole: inMfvi('tr(Sigma H) without the 1/2', { prefactor: 1 }),
    samHalf: changed('delta/2 for SAM', { samQuarter: 1 / 2 }),
    samEighth: changed('delta/8 for SAM', { samQuarter: 1 / 8 }),
    samMinus: changed('a reward for large gradients', { samQuarter: -1 / 4 }),
    turningDropped: inSgd('no grad L . grad tr(Sigma H)', { turning: () => 0 }),
    curvatureDropped: inSgd('no tr(Sigma H)/2, as printed', { half: 0 }),
    sgdEighth: inSgd('delta/8 for MFVI', { quarter: 1 / 8 }),
    hessianUnsquared: changed('tr(Sigma H) for tr(Sigma H^2)', { printed: mat.traceOfProduct }),
    covarianceSquared: changed('tr(Sigma^2 H^2)', {
      printed: (s, h) => mat.traceOfProduct(mat.multiply(s, s), mat.multiply(h, h)),
    }),
  },
});
