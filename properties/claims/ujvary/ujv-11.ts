/** @file UJV-11 (appendix A): the length of the perturbation, and with it the error of the linearisation. */

import { SAMBA_RULES } from '../../../src/core/objectives/samba/samba.js';
import { check, claim, draw, exact, mat, mutant } from '../../kit.js';
import { PENALTY_RULES } from '../../subjects/sam/covariance.js';
import { ridgeLoss } from '../../subjects/sam/losses.js';
import { inSamba, LENGTH_MUTANTS } from '../../subjects/sam/mutants.js';
import {
  anySteps,
  condition,
  diagonalCovariance,
  type StepCase,
  stepsIn,
  stepsOf,
} from '../../subjects/sam/perturbations.js';
import { type Case, sizeOf, times, withSigma } from '../../subjects/sam/ridge-cases.js';
import { samOn } from '../../subjects/sam/sam.js';
import { pick } from '../../subjects/sam/step-mutants.js';

const SUBJECT = {
  samba: SAMBA_RULES,
  /** The largest squared length of the step, from the eigenvalues of Sigma, largest first. */
  longest: (spectrum: readonly number[]) => spectrum.length * spectrum[0]!,
  /** The variance that makes the step rho long. */
  variance: (rho: number, p: number) => rho ** 2 / p,
  /** The largest error of the linearised loss, for a Hessian of at most this norm. */
  error: (curvature: number, squaredLength: number) => (curvature * squaredLength) / 2,
};
type Subject = typeof SUBJECT;

const run = ({ samba }: Subject, c: StepCase) => stepsIn(samba, c);

const descending = (spectrum: readonly number[]): number[] => [...spectrum].sort((a, b) => b - a);

/**
 * Gradients along the largest and the smallest eigenvector: where the bound is reached, and where it is far.
 */
const ALIGNED: StepCase = {
  gradients: [
    [2, 0, 0],
    [0, 0, 1e-12],
  ],
  covariances: [diagonalCovariance([9, 4, 1]), diagonalCovariance([9, 4, 1])],
};

const length = check.bound<StepCase, Subject>({
  says: 'the squared length of the step is at most p times the largest eigenvalue of Sigma, and at least p times the smallest',
  given: { arbitrary: anySteps, examples: [ALIGNED] },
  runs: 60,
  measure: (c, s) =>
    run(s, c).flatMap((step, i) => {
      const { spectrum } = c.covariances[i]!;
      const squared = mat.norm(step) ** 2;
      const values = descending(spectrum);
      const scale = condition(c.covariances[i]!) * squared;
      return check.below(
        { longest: [squared, s.longest(values)], shortest: [values.length * values.at(-1)!, squared] },
        scale,
      );
    }),
});

const identityOfLength = check.equals<StepCase, Subject>({
  says: "it is eta' Sigma eta = p |Sigma G|^2 / (G' Sigma G)",
  given: anySteps,
  runs: 40,
  measure: (c, s) =>
    run(s, c).map((step, i) => {
      const [g, { matrix }] = [c.gradients[i]!, c.covariances[i]!];
      const whitened = mat.norm(mat.apply(mat.transpose(mat.cholesky(matrix)), g));
      return {
        actual: mat.norm(step) ** 2,
        expected: step.length * (mat.norm(mat.apply(matrix, g)) / whitened) ** 2,
        scale: mat.norm(step) ** 2 * condition(c.covariances[i]!),
      };
    }),
});

const ball = check.equals({
  says: 'with Sigma = (rho^2/p) I it is rho^2, whatever p: the perturbation does not grow with the network',
  given: draw.record({ steps: anySteps, rho: draw.logUniform({ min: 1e-3, max: 10 }) }),
  runs: 40,
  measure: ({ steps, rho }, s: Subject) => {
    const p = steps.gradients[0]!.length;
    const sigma: mat.Matrix = times(s.variance(rho, p), mat.identity(p));
    const found = stepsOf(
      s.samba,
      steps.gradients,
      steps.gradients.map(() => sigma),
    ).steps;
    return found.map(step => ({ actual: mat.norm(step) ** 2, expected: rho ** 2 }));
  },
});

/** Nearly at the top of a cosine: the curvature is all there is. */
const TOP: Case<draw.RidgeCase> = {
  f: { ridge: { kind: 'cos', terms: [{ c: 1, a: [1], b: 0 }] }, point: [2 ** -12] },
  sigma: diagonalCovariance([2 ** -8]),
};

const error = check.bound<Case<draw.RidgeCase>, Subject>({
  says: 'the linearised loss is off by at most sup|H| |e|^2 / 2, at most sup|H| p lambda_max / 2: what the O(e^T e) hides',
  given: { arbitrary: withSigma(p => draw.ridges(p, ['sin', 'cos']), [1, 2, 3]), examples: [TOP] },
  runs: 40,
  measure: (c, s) => {
    const { ridge, point } = c.f;
    const factor = mat.cholesky(c.sigma.matrix);
    const sam = samOn({ samba: s.samba, penalty: PENALTY_RULES }, { loss: ridgeLoss(ridge), point, factor });
    const curvature = ridge.terms.reduce(
      (sum, { c: weight, a }) => sum + Math.abs(weight) * mat.norm(a) ** 2,
      0,
    );
    const off = Math.abs(sam.perturbed - sam.penalised);
    const most = s.longest(descending(c.sigma.spectrum));
    const scale = sizeOf(c) * (1 + Math.sqrt(most));
    return check.below(
      {
        length: [off, s.error(curvature, mat.norm(sam.step) ** 2)],
        eigenvalue: [off, s.error(curvature, most)],
      },
      scale,
    );
  },
});

const wrong = (says: string, change: Partial<Subject>) => mutant<Subject>(says, s => ({ ...s, ...change }));
export default claim({
  id: 'UJV-11',
  paper: 'ujvary',
  source: 'Ujváry et al. 2022, appendix A',
  tex: {
    printed:
      '\\varepsilon^{*\\top}\\varepsilon^* = \\eta^\\top\\Sigma\\eta \\le p\\,\\lambda_{\\max}(\\Sigma), \\quad \\lambda_{\\max} \\le K/p \\Rightarrow \\varepsilon^{*\\top}\\varepsilon^* \\le K; \\qquad \\text{error } O(\\varepsilon^{*\\top}\\varepsilon^*)',
    corrected:
      '|L(\\mu+\\varepsilon^*) - L - \\sqrt p\\,\\|\\Sigma^{1/2}\\nabla L\\|| \\le \\tfrac12 \\sup\\|\\nabla^2 L\\|\\;\\varepsilon^{*\\top}\\varepsilon^*',
  },
  says: 'The squared length of the SAM perturbation is at most p lambda_max(Sigma), with equality for gradients in the top eigenspace, and rho^2 for Sigma = (rho^2/p) I; the error of the linearisation is at most half of it times the largest curvature.',
  verdict: exact(),
  objectives: ['samba'],
  subject: SUBJECT,
  checks: { length, identityOfLength, ball, error },
  mutants: {
    trace: wrong('the trace of Sigma for p lambda_max', {
      longest: spectrum => spectrum.reduce((a, b) => a + b),
    }),
    largestAlone: wrong('lambda_max without p', { longest: spectrum => spectrum[0]! }),
    smallest: wrong('p lambda_min', { longest: spectrum => spectrum.length * spectrum.at(-1)! }),
    dimensionMissing: wrong('Sigma = rho^2 I', { variance: rho => rho ** 2 }),
    quarter: wrong('1/4 for 1/2 in front of the curvature', {
      error: (curvature, squared) => (curvature * squared) / 4,
    }),
    ...inSamba<Subject>(
      pick(
        LENGTH_MUTANTS,
        'rootDimensionMissing',
        'dimensionForRoot',
        'covarianceForRoot',
        'covarianceMissing',
        'unnormalised',
      ),
    ),
  },
});
