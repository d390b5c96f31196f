/** @file The worst direction in closed form, and its edge cases: eq. (8), footnote 3. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { bound } from '../../../src/claims/checks/bound.js';
import { equals } from '../../../src/claims/checks/equals.js';
import { violates } from '../../../src/claims/checks/violates.js';
import { claim } from '../../../src/claims/claim.js';
import { conditional } from '../../../src/claims/verdict.js';
import { SAMBA_RULES, type SambaRules } from '../../../src/core/objectives/samba/samba.js';
import { cholesky, solve } from '../../../src/theory/numerics/cholesky.js';
import { apply, dot, form, multiply, norm, scale, transpose } from '../../../src/theory/numerics/matrix.js';
import { orthogonal, type SpectralMatrix } from '../../arbitraries/matrix.js';
import { normal } from '../../arbitraries/numbers.js';
import { unitVector, vector } from '../../arbitraries/vector.js';
import { DIRECTION_MUTANTS, inSamba, LENGTH_MUTANTS } from '../../subjects/sam/mutants.js';
import { anySteps, type StepCase, stepCases, stepsOf } from '../../subjects/sam/perturbations.js';

interface Subject {
  readonly samba: SambaRules;
}

const run = ({ samba }: Subject, { gradients, covariances }: StepCase) =>
  stepsOf(
    samba,
    gradients,
    covariances.map(({ matrix }) => matrix),
  );

const condition = ({ spectrum }: SpectralMatrix): number => Math.max(...spectrum) / Math.min(...spectrum);

/** The p-norm; p may be infinite. */
const pNorm = (v: readonly number[], p: number): number =>
  p === Infinity ? Math.max(...v.map(Math.abs)) : v.reduce((sum, x) => sum + Math.abs(x) ** p, 0) ** (1 / p);

const {
  unnormalised,
  dividedBySquare,
  rootDimensionMissing,
  dimensionForRoot,
  covarianceForRoot,
  covarianceMissing,
} = LENGTH_MUTANTS;
const { largestEntryNorm, absoluteSumNorm, epsilonInDenominator, batchNorm } = LENGTH_MUTANTS;
const naive = {
  naiveNorm: {
    says: 'the norm is the root of the sum of squares, which overflows',
    rules: { ...SAMBA_RULES, norm: (w: tf.Tensor) => tf.sqrt(tf.sum(tf.square(w), 1, true)) },
  },
  unguarded: {
    says: 'zero is divided by zero where the gradient is zero',
    rules: { ...SAMBA_RULES, normalise: (w: tf.Tensor, norm: tf.Tensor) => tf.div(w, norm) },
  },
};

export default claim<Subject, string, string>({
  id: 'SAMBA-9',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (8), footnote 3',
  tex: {
    printed: '\\eta = \\rho\\,\\frac{\\sqrt\\Sigma\\,\\nabla L}{\\|\\sqrt\\Sigma\\,\\nabla L\\|}',
    corrected:
      '\\eta = \\rho\\,\\frac{\\Sigma^{1/2}\\nabla L}{\\|\\Sigma^{1/2}\\nabla L\\|_2}\\ \\text{for}\\ \\nabla L\\neq 0,\\quad \\eta = 0\\ \\text{for}\\ \\nabla L = 0;\\ \\text{only the Euclidean norm gives the maximiser}',
  },
  says: "The SAM step lies on the ellipsoid of radius rho and maximises the linearised loss there; it depends on the gradient's direction alone, is zero where the gradient is zero, and other norms than the Euclidean do not give the maximiser over their own ball.",
  verdict: conditional('the gradient is not zero and the norm is Euclidean'),
  objectives: ['samba'],
  subject: { samba: SAMBA_RULES },
  checks: {
    formula: equals({
      says: "the step is sqrt(d) Sigma g / (g'Sigma g)^(1/2), whatever square root of Sigma is used",
      given: { arbitrary: anySteps },
      measure: (c, subject) =>
        run(subject, c).steps.map((step, i) => {
          const [g, { matrix, spectrum }] = [c.gradients[i]!, c.covariances[i]!];
          const length = Math.sqrt(form(g, matrix, g));
          return {
            actual: step,
            expected: scale(Math.sqrt(g.length) / length, apply(matrix, g)),
            scale: (norm(g) * Math.max(...spectrum)) / length,
          };
        }),
    }),
    level: equals({
      says: "it lies on the ellipsoid: e'Sigma^-1 e = d",
      given: { arbitrary: anySteps },
      measure: (c, subject) =>
        run(subject, c).steps.map((step, i) => {
          const sigma = c.covariances[i]!;
          return {
            actual: dot(step, solve(sigma.matrix, step)),
            expected: step.length,
            scale: step.length * condition(sigma),
          };
        }),
    }),
    maximiser: bound({
      says: 'no other point of the ellipsoid gains more from the linearised loss',
      given: { arbitrary: fc.tuple(stepCases(3, 2), unitVector(3)) },
      measure: ([c, u], subject) =>
        run(subject, c).steps.map((step, i) => {
          const factor = cholesky(c.covariances[i]!.matrix);
          const other = scale(Math.sqrt(u.length), apply(factor, u));
          return { lower: dot(c.gradients[i]!, other), upper: dot(c.gradients[i]!, step) };
        }),
    }),
    direction: equals({
      says: 'it is the same for c L + c0, c > 0, from 2^-900 to 2^900, and the opposite for c < 0',
      given: { arbitrary: anySteps },
      measure: (c, subject) => {
        const { steps } = run(subject, c);
        return [2 ** -900, 3, 2 ** 900, -2].flatMap(factor => {
          const scaled = run(subject, { ...c, gradients: c.gradients.map(g => scale(factor, g)) }).steps;
          return scaled.map((step, i) => ({
            actual: step,
            expected: scale(Math.sign(factor), steps[i]!),
            what: `c = ${factor}`,
          }));
        });
      },
    }),
    rotation: equals({
      says: "it turns with the coordinates: Q e for Q g and Q Sigma Q'",
      given: { arbitrary: fc.tuple(stepCases(3, 2), orthogonal(3)) },
      measure: ([c, q], { samba }) => {
        const { steps } = run({ samba }, c);
        const turned = stepsOf(
          samba,
          c.gradients.map(g => apply(q, g)),
          c.covariances.map(({ matrix }) => {
            const m = multiply(q, multiply(matrix, transpose(q)));
            return m.map((row, i) => row.map((x, j) => (x + m[j]![i]!) / 2));
          }),
        ).steps;
        return turned.map((step, i) => ({
          actual: step,
          expected: apply(q, steps[i]!),
          scale: norm(steps[i]!) * condition(c.covariances[i]!),
        }));
      },
    }),
    zeroGradient: equals({
      says: 'a gradient of exactly zero gives a step of zero and is counted; its neighbours in the batch are not touched',
      given: { arbitrary: stepCases(5, 3) },
      measure: (c, subject) => {
        const { steps } = run(subject, c);
        const found = run(subject, {
          ...c,
          gradients: c.gradients.map((g, i) => (i === 1 ? g.map(() => 0) : g)),
        });
        const expected = steps.map((step, i) => (i === 1 ? step.map(() => 0) : step));
        return [
          { actual: found.steps.flat(), expected: expected.flat() },
          { actual: found.zeroDirections, expected: 1, what: 'samples without a direction' },
        ];
      },
    }),
    otherNorms: violates({
      says: 'sqrt(d) g/|g|_p (footnote 3 and the released code) does not maximise over the p-ball for p = 1, 1.5, 3, infinity',
      given: {
        arbitrary: vector(6, normal()).filter(
          g => new Set(g.map(Math.abs)).size === 6 && g.every(x => x !== 0),
        ),
      },
      measure: g =>
        [1, 1.5, 3, Infinity].map(p => {
          const radius = Math.sqrt(g.length);
          const dual = p === 1 ? Infinity : p === Infinity ? 1 : p / (p - 1);
          const claimed = radius * pNorm(g, dual);
          const actual = (radius * dot(g, g)) / pNorm(g, p);
          return { claimed, actual, by: claimed - actual, scale: claimed, what: `p = ${p}` };
        }),
    }),
  },
  mutants: {
    ...inSamba<Subject>({ unnormalised, dividedBySquare, rootDimensionMissing, dimensionForRoot }),
    ...inSamba<Subject>({ covarianceForRoot, covarianceMissing, largestEntryNorm, absoluteSumNorm }),
    ...inSamba<Subject>({ epsilonInDenominator, batchNorm, signStep: DIRECTION_MUTANTS.signStep }),
    ...inSamba<Subject>(naive),
  },
});
