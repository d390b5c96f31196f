/** @file UJV-11 (appendix A): the length of the perturbation, and with it the error of the linearisation. */

import { bound } from '../../../src/claims/checks/bound.js';
import { equals } from '../../../src/claims/checks/equals.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { exact } from '../../../src/claims/verdict.js';
import { SAMBA_RULES, type SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { cholesky } from '../../../src/theory/numerics/cholesky.js';
import { apply, identity, type Matrix, norm, transpose } from '../../../src/theory/numerics/matrix.js';
import { type RidgeCase, ridges } from '../../arbitraries/functions.js';
import type { SpectralMatrix } from '../../arbitraries/matrix.js';
import { logUniform } from '../../arbitraries/numbers.js';
import { plainRecord } from '../../arbitraries/record.js';
import { PENALTY_RULES } from '../../subjects/sam/covariance.js';
import { ridgeLoss } from '../../subjects/sam/losses.js';
import { inSamba, LENGTH_MUTANTS } from '../../subjects/sam/mutants.js';
import { anySteps, type StepCase, stepsOf } from '../../subjects/sam/perturbations.js';
import { type Case, sizeOf, times, withSigma } from '../../subjects/sam/ridge-cases.js';
import { samOn } from '../../subjects/sam/sam.js';

interface Subject {
  readonly samba: SambaRules;
  /** The largest squared length of the step, from the eigenvalues of Sigma, largest first. */
  readonly longest: (spectrum: readonly number[]) => number;
  /** The variance that makes the step rho long. */
  readonly variance: (rho: number, p: number) => number;
  /** The largest error of the linearised loss, for a Hessian of at most this norm. */
  readonly error: (curvature: number, squaredLength: number) => number;
}

const SUBJECT: Subject = {
  samba: SAMBA_RULES,
  longest: spectrum => spectrum.length * spectrum[0]!,
  variance: (rho, p) => rho ** 2 / p,
  error: (curvature, squaredLength) => (curvature * squaredLength) / 2,
};

const run = ({ samba }: Subject, { gradients, covariances }: StepCase) =>
  stepsOf(
    samba,
    gradients,
    covariances.map(({ matrix }) => matrix),
  ).steps;

const descending = (spectrum: readonly number[]): number[] => [...spectrum].sort((a, b) => b - a);

const condition = ({ spectrum }: SpectralMatrix): number => Math.max(...spectrum) / Math.min(...spectrum);

const diagonal = (spectrum: readonly number[]): SpectralMatrix => ({
  matrix: identity(spectrum.length).map((row, i) => row.map(x => x * spectrum[i]!)),
  spectrum,
  basis: identity(spectrum.length),
});

/** Gradients along the largest and the smallest eigenvector: where the bound is reached, and where it is far. */
const ALIGNED: StepCase = {
  gradients: [
    [2, 0, 0],
    [0, 0, 1e-12],
  ],
  covariances: [diagonal([9, 4, 1]), diagonal([9, 4, 1])],
};

const length = bound<StepCase, Subject>({
  says: 'the squared length of the step is at most p times the largest eigenvalue of Sigma, and at least p times the smallest',
  given: { arbitrary: anySteps, examples: [ALIGNED] },
  runs: 60,
  measure: (c, s) =>
    run(s, c).flatMap((step, i) => {
      const { spectrum } = c.covariances[i]!;
      const squared = norm(step) ** 2;
      const values = descending(spectrum);
      const scale = condition(c.covariances[i]!) * squared;
      return [
        { what: 'longest', lower: squared, upper: s.longest(values), scale },
        { what: 'shortest', lower: values.length * values.at(-1)!, upper: squared, scale },
      ];
    }),
});

const identityOfLength = equals<StepCase, Subject>({
  says: "it is eta' Sigma eta = p |Sigma G|^2 / (G' Sigma G)",
  given: { arbitrary: anySteps },
  runs: 40,
  measure: (c, s) =>
    run(s, c).map((step, i) => {
      const [g, { matrix }] = [c.gradients[i]!, c.covariances[i]!];
      const whitened = norm(apply(transpose(cholesky(matrix)), g));
      return {
        actual: norm(step) ** 2,
        expected: step.length * (norm(apply(matrix, g)) / whitened) ** 2,
        scale: norm(step) ** 2 * condition(c.covariances[i]!),
      };
    }),
});

interface Isotropic {
  readonly steps: StepCase;
  readonly rho: number;
}

const ball = equals<Isotropic, Subject>({
  says: 'with Sigma = (rho^2/p) I it is rho^2, whatever p: the perturbation does not grow with the network',
  given: {
    arbitrary: plainRecord({ steps: anySteps, rho: logUniform({ min: 1e-3, max: 10 }) }),
  },
  runs: 40,
  measure: ({ steps, rho }, s) => {
    const p = steps.gradients[0]!.length;
    const sigma: Matrix = times(s.variance(rho, p), identity(p));
    const found = stepsOf(
      s.samba,
      steps.gradients,
      steps.gradients.map(() => sigma),
    ).steps;
    return found.map(step => ({ actual: norm(step) ** 2, expected: rho ** 2 }));
  },
});

/** Nearly at the top of a cosine: the curvature is all there is. */
const TOP: Case<RidgeCase> = {
  f: { ridge: { kind: 'cos', terms: [{ c: 1, a: [1], b: 0 }] }, point: [2 ** -12] },
  sigma: diagonal([2 ** -8]),
};

const error = bound<Case<RidgeCase>, Subject>({
  says: 'the linearised loss is off by at most sup|H| |e|^2 / 2, at most sup|H| p lambda_max / 2: what the O(e^T e) hides',
  given: { arbitrary: withSigma(p => ridges(p, ['sin', 'cos']), [1, 2, 3]), examples: [TOP] },
  runs: 40,
  measure: (c, s) => {
    const { ridge, point } = c.f;
    const factor = cholesky(c.sigma.matrix);
    const sam = samOn({ samba: s.samba, penalty: PENALTY_RULES }, { loss: ridgeLoss(ridge), point, factor });
    const curvature = ridge.terms.reduce((sum, { c: weight, a }) => sum + Math.abs(weight) * norm(a) ** 2, 0);
    const off = Math.abs(sam.perturbed - sam.penalised);
    const most = s.longest(descending(c.sigma.spectrum));
    const scale = sizeOf(c) * (1 + Math.sqrt(most));
    return [
      { what: 'length', lower: off, upper: s.error(curvature, norm(sam.step) ** 2), scale },
      { what: 'eigenvalue', lower: off, upper: s.error(curvature, most), scale },
    ];
  },
});

const wrong = (says: string, change: Partial<Subject>) => mutant<Subject>(says, s => ({ ...s, ...change }));
const { rootDimensionMissing, dimensionForRoot, covarianceForRoot, covarianceMissing, unnormalised } =
  LENGTH_MUTANTS;

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
    ...inSamba<Subject>({
      rootDimensionMissing,
      dimensionForRoot,
      covarianceForRoot,
      covarianceMissing,
      unnormalised,
    }),
  },
});
