/**
 * @file UJV-12 for quadratics: the cross terms that the printed loss leaves out, and that SAM has a loss
 * there.
 */
import type { Degenerate } from '../../../../src/claims/checks/order.js';
import { check, draw, fc, mat, type OrderCase } from '../../../kit.js';
import type { Field } from '../../../subjects/flow/flow.js';
import {
  horizon,
  localError,
  nextTerm,
  type Problem,
  sum,
  zeros,
} from '../../../subjects/flow/local-error.js';
import * as modified from '../../../subjects/flow/modified.js';
import { localOf, samField, smoothQuadratic } from '../../../subjects/flow/smooth.js';
import { quadraticLoss } from '../../../subjects/sam/losses.js';
import { diagonalCovariance } from '../../../subjects/sam/perturbations.js';
import { type Case, withSigma } from '../../../subjects/sam/ridge-cases.js';
import { saddle, TURNED_SADDLE } from '../../../subjects/sam/weight-cases.js';

interface RadiusCase extends Case<draw.Quadratic> {
  readonly radius: number;
}

function quadraticProblem({ f, sigma, radius }: RadiusCase): Problem {
  const [factor, x] = [mat.cholesky(sigma.matrix), zeros(f.gradient)];
  const loss = smoothQuadratic(f);
  const bent = mat.norm(mat.apply(f.matrix, localOf(loss, sigma.matrix, x).e));
  const size = mat.norm(f.gradient) + (Number.isFinite(bent) ? radius * bent : 0);
  return { loss, program: quadraticLoss(f), sigma: sigma.matrix, factor, kappa: radius, x, size };
}

/** Without a gradient SAM has no direction: it stays where it is. */
function still(rules: modified.ModifiedRules, problem: Problem): Degenerate {
  const { v } = modified.trained(rules, problem.program, problem.x, problem.factor, problem.kappa);
  return { degenerate: 'no gradient', equals: { actual: v, expected: zeros(problem.x), scale: 1 } };
}

const onQuadratics = (
  c: RadiusCase,
  rules: modified.ModifiedRules,
  field: (problem: Problem, delta: number) => Field,
  constant: (problem: Problem) => number[],
): OrderCase | Degenerate => {
  const problem = quadraticProblem(c);
  if (mat.norm(c.f.gradient) === 0) return still(rules, problem);
  const steps = check.dyadic(horizon(problem), 3, 14);
  const ladder = localError(rules, problem, steps, delta => field(problem, delta));
  return { ladder, constant: constant(problem) };
};

const flat: RadiusCase = { f: saddle([0, 0], TURNED_SADDLE), sigma: diagonalCovariance([1, 1]), radius: 0.5 };

const anyQuadratic: fc.Arbitrary<RadiusCase> = fc
  .tuple(withSigma(draw.quadratics, [1, 2, 3]), draw.logUniform({ min: 1 / 64, max: 1 }))
  .map(([c, radius]) => ({ ...c, radius }));

/** Flat losses have no residual to see: some cases are pinned, so that enough of the others remain. */
const quadraticCases = {
  arbitrary: anyQuadratic,
  examples: [flat, ...fc.sample(anyQuadratic, { seed: 1, numRuns: 6 })],
};

const quadraticPrinted = check.order<RadiusCase, modified.ModifiedRules>({
  says: 'for quadratics at a fixed radius the order is two, by the cross terms that the printed loss leaves out',
  given: quadraticCases,
  order: 2,
  measure: (c, rules) =>
    onQuadratics(
      c,
      rules,
      (problem, delta) => modified.printedField(rules, problem, delta),
      ({ loss, sigma, kappa, x }) => {
        const { g, hessian, e, turn } = localOf(loss, sigma, x);
        const bent = mat.apply(hessian, e);
        const linear = mat.add(mat.apply(hessian, bent), mat.apply(hessian, turn(g)));
        return mat.scale(
          -1 / 2,
          sum(mat.scale(kappa, linear), mat.scale(kappa ** 2, mat.apply(hessian, turn(bent)))),
        );
      },
    ),
});

const quadraticFull = check.order<RadiusCase, modified.ModifiedRules>({
  says: 'for quadratics the loss E + delta |grad E|^2 / 4, E = L + kappa |Sigma^(1/2) grad L|, follows SAM at third order at any radius',
  given: quadraticCases,
  order: 3,
  measure: (c, rules) =>
    onQuadratics(c, rules, (problem, delta) => modified.fullField(rules, problem, delta), nextTerm),
});

const symmetric = check.equals<RadiusCase, modified.ModifiedRules>({
  says: 'for quadratics it is one, at every radius',
  given: quadraticCases.arbitrary,
  runs: 40,
  measure: (c, rules) => {
    const problem = quadraticProblem(c);
    const { loss, sigma, kappa, x, size } = problem;
    const { n } = localOf(loss, sigma, x);
    if (n === 0) return still(rules, problem).equals;
    const columns = mat.identity(x.length).map(samField(loss, sigma, kappa, x).derivative);
    const bend = mat.norm(c.f.matrix.flat());
    return {
      actual: columns.flat(),
      expected: mat.transpose(columns).flat(),
      scale: (size + bend) * (1 + (kappa * bend * mat.norm(sigma.flat())) / n),
    };
  },
});

/** What the printed loss leaves out, that the whole one leaves nothing out, and that there is one. */
export const QUADRATICS = { quadraticPrinted, quadraticFull, symmetric };
