/** @file UJV-12 (Prop. 2): which loss the steps of SAM descend, by the local error of one step. */

import { check, claim, conditional, draw, mat, mutant } from '../../../kit.js';
import {
  horizon,
  jointLimit,
  localError,
  nextTerm,
  ridgeProblem,
} from '../../../subjects/flow/local-error.js';
import * as modified from '../../../subjects/flow/modified.js';
import { localOf, samField } from '../../../subjects/flow/smooth.js';
import { DETACH_MUTANTS, DIRECTION_MUTANTS, inSamba, LENGTH_MUTANTS } from '../../../subjects/sam/mutants.js';
import { type Case, nearest, withSigma } from '../../../subjects/sam/ridge-cases.js';
import { pick } from '../../../subjects/sam/step-mutants.js';
import { QUADRATICS } from './quadratics.js';

const joint = check.order<Case<draw.RidgeCase>, modified.ModifiedRules>({
  says: 'where the radius is proportional to the learning rate one step of SAM differs from the flow of the modified loss at third order, with a known constant',
  given: withSigma(draw.ridges, [1, 2, 3]),
  order: 3,
  measure: jointLimit,
});

/** A radius fixed at half of where SAM's step stays near the true maximiser. */
const halfway = (c: Case<draw.RidgeCase>): number => (Math.sqrt(c.f.point.length) * nearest(c)) / 2;

const fixedRadius = check.order<Case<draw.RidgeCase>, modified.ModifiedRules>({
  says: 'at a fixed radius the order is one only: the flow does not follow SAM by what the penalised gradient lacks, kappa^2 T[e, e] / 2 and more',
  given: withSigma(draw.ridges),
  order: 1,
  measure: (c, rules) => {
    const problem = ridgeProblem(c, halfway(c));
    const { loss, sigma, kappa, x } = problem;
    const { g, hessian, e } = localOf(loss, sigma, x);
    const lacking = mat.subtract(
      loss.gradient(mat.add(x, mat.scale(kappa, e))),
      mat.add(g, mat.scale(kappa, mat.apply(hessian, e))),
    );
    return {
      ladder: localError(
        rules,
        problem,
        check.dyadic((kappa ** 2 / Math.max(kappa, 1)) * horizon(problem, c.f), 4, 15),
        delta => modified.printedField(rules, problem, delta),
      ),
      constant: mat.scale(-1, lacking),
    };
  },
});

const vector = check.order<Case<draw.RidgeCase>, modified.ModifiedRules>({
  says: "the flow of SAM's own field v plus delta (Dv) v / 2 follows it at third order at any radius; that field is no gradient",
  given: withSigma(draw.ridges, [1, 2, 3]),
  order: 3,
  measure: (c, rules) => {
    const problem = ridgeProblem(c, halfway(c));
    return {
      ladder: localError(rules, problem, check.dyadic(horizon(problem, c.f), 2, 13), delta =>
        modified.vectorField(rules, problem, delta),
      ),
      constant: nextTerm(problem),
    };
  },
});

const step = check.equals<Case<draw.RidgeCase>, modified.ModifiedRules>({
  says: "core's SAM steps along grad L(x + kappa e), e = Sigma g / |Sigma^(1/2) g|",
  given: withSigma(draw.ridges, [1, 2, 3]),
  runs: 30,
  measure: (c, rules) => {
    const problem = ridgeProblem(c, halfway(c));
    const { loss, sigma, kappa, x } = problem;
    const { n, g } = localOf(loss, sigma, x);
    return {
      actual: modified.trained(rules, problem.program, x, problem.factor, kappa).v,
      expected: samField(loss, sigma, kappa, x).v,
      // a relative error in the direction is that of the gradient over its length
      scale: problem.size * (1 + (kappa * mat.norm(loss.hessian(x).flat()) * mat.norm(g)) / n),
    };
  },
});

const curl = check.order<Case<draw.RidgeCase>, modified.ModifiedRules>({
  says: "SAM's field is no gradient: its Jacobian differs from its transpose by kappa^2 (T_e De - (T_e De)')",
  given: withSigma(draw.ridges),
  order: 2,
  measure: c => {
    const { loss, sigma, x, size } = ridgeProblem(c, 0);
    const { e, turn, n } = localOf(loss, sigma, x);
    const axes = mat.identity(x.length);
    const difference = (columns: mat.Matrix): number[] =>
      columns.flatMap((column, j) => column.map((a, i) => a - columns[i]![j]!));
    return {
      ladder: check.dyadic(2 * halfway(c), 1, 12).map(kappa => ({
        step: kappa,
        residual: difference(axes.map(samField(loss, sigma, kappa, x).derivative)),
        scale: size * (1 + (kappa * size * mat.norm(sigma.flat())) / n),
      })),
      constant: difference(axes.map(axis => loss.third(x, e, turn(axis)))),
    };
  },
});

const wrong = (says: string, change: Partial<modified.ModifiedRules>) =>
  mutant<modified.ModifiedRules>(says, rules => ({ ...rules, ...change }));

const { symmetric, ...flows } = QUADRATICS;

export default claim({
  id: 'UJV-12',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, Proposition 2, eqs. (11)-(12), (25)-(28)',
  tex: {
    // the index of the norm is hardly readable; eq. (9) and appendix A have that of Sigma
    asRead: true,
    printed:
      '\\dot\\mu = -\\nabla\\tilde L, \\qquad \\tilde L = L + \\sqrt p\\,\\|\\nabla L\\|_\\Sigma + \\tfrac\\delta4\\|\\nabla L\\|^2',
    corrected:
      '\\tilde L = L + \\sqrt p\\,\\|\\Sigma^{1/2}\\nabla L\\| + \\tfrac\\delta4\\|\\nabla L\\|^2 \\text{ to } O(\\delta^3) \\text{ if } \\sqrt{\\|\\Sigma\\|} = O(\\delta);\\quad \\tilde v = v + \\tfrac\\delta2 (Dv)\\,v,\\ v = \\nabla L(\\mu+\\varepsilon^*) \\text{ at any radius}',
  },
  says: 'One step of SAM with learning rate delta follows the modified loss up to third order where the radius shrinks with the learning rate; at a fixed radius up to second order for quadratics and up to first order otherwise, because the step is not a gradient field: the modified field v + delta (Dv) v / 2 restores third order.',
  verdict: conditional('the radius is of the order of the learning rate'),
  findings: [
    {
      class: 'sharpened',
      title: 'The order of the modified loss of SAM, and how small the radius must be for it',
      quote: 'Since we also have the scaling factor [...] we may neglect these terms',
      place: 'appendix A, after eq. (28)',
      says: 'The terms neglected are of the order of the radius times δ, so that the loss follows one step up to third order where the radius is of the order of the learning rate. At a fixed radius the order is two for quadratics and one otherwise, because the SAM step is not a gradient field; v + (δ/2)(Dv)v follows it to third order at any radius.',
    },
  ],
  objectives: ['samba'],
  subject: modified.MODIFIED_RULES,
  checks: { joint, fixedRadius, vector, ...flows, step, curl, symmetric },
  mutants: {
    half: wrong('delta/2 |grad L|^2', { quarter: 1 / 2 }),
    eighth: wrong('delta/8 |grad L|^2', { quarter: 1 / 8 }),
    minus: wrong('a reward for large gradients', { quarter: -1 / 4 }),
    none: wrong('no extra term', { quarter: 0 }),
    whitenedExtra: wrong('delta/4 |Sigma^(1/2) grad L|^2', {
      extra: (hessian, g, sigma) => mat.apply(hessian, mat.apply(sigma, g)),
    }),
    rootExtra: wrong('delta/4 |grad L|, not squared', {
      extra: (hessian, g) => mat.scale(1 / (2 * mat.norm(g)), mat.apply(hessian, g)),
    }),
    unwhitenedPenalty: wrong('sqrt(p) |grad L| without the covariance', {
      direction: g => mat.scale(1 / mat.norm(g), g),
    }),
    halfPenalty: wrong('half of the penalty of first order', {
      direction: (g, sigma) => mat.scale(1 / 2, modified.MODIFIED_RULES.direction(g, sigma)),
    }),
    crossTermsDropped: wrong('the cross terms of |grad E|^2 are left out', {
      cross: (_whole, printed) => printed,
    }),
    vectorDropped: wrong('no correction of the field', { half: 0 }),
    vectorWhole: wrong('delta (Dv) v', { half: 1 }),
    ...inSamba<modified.ModifiedRules>(DETACH_MUTANTS),
    ...inSamba<modified.ModifiedRules>(DIRECTION_MUTANTS),
    ...inSamba<modified.ModifiedRules>(
      pick(LENGTH_MUTANTS, 'rootDimensionMissing', 'covarianceForRoot', 'covarianceMissing', 'unnormalised'),
    ),
  },
});
