/** @file The worst direction in closed form, and its edge cases: eq. (8), footnote 3. */
import * as tf from '@tensorflow/tfjs';
import { SAMBA_RULES } from '../../../src/core/objectives/samba/samba.js';
import { check, claim, conditional, draw, fc, mat, wrong } from '../../kit.js';
import { wrongSamba } from '../../subjects/sam/mutants.js';
import { anySteps, type StepCase, stepCases, stepsOf } from '../../subjects/sam/perturbations.js';

const matrixOf = ({ matrix }: draw.SpectralMatrix): mat.Matrix => matrix;

const run = ({ samba }: Subject, { gradients, covariances }: StepCase) =>
  stepsOf(samba, gradients, covariances.map(matrixOf));

const condition = ({ spectrum }: draw.SpectralMatrix): number =>
  Math.max(...spectrum) / Math.min(...spectrum);

/** The p-norm; p may be infinite. */
const pNorm = (v: readonly number[], p: number): number =>
  p === Infinity ? Math.max(...v.map(Math.abs)) : v.reduce((sum, x) => sum + Math.abs(x) ** p, 0) ** (1 / p);

const SUBJECT = { samba: SAMBA_RULES };
type Subject = typeof SUBJECT;

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
  findings: [
    {
      class: 'caveat',
      title: 'The direction is the maximiser for the Euclidean norm',
      quote: 'Our analysis focuses on p = 2',
      place: 'footnote 3',
      says: 'For another p the gradient divided by its p-norm does not maximise over the p-ball. Where the gradient is zero, eq. (8) has no value; a step of zero is what trains.',
    },
  ],
  objectives: ['samba'],
  subject: SUBJECT,
  checks: {
    formula: check.equals({
      says: "the step is sqrt(d) Sigma g / (g'Sigma g)^(1/2), whatever square root of Sigma is used",
      given: anySteps,
      measure: (c, subject) =>
        run(subject, c).steps.map((step, i) => {
          const [g, { matrix, spectrum }] = [c.gradients[i]!, c.covariances[i]!];
          const length = Math.sqrt(mat.form(g, matrix, g));
          return {
            actual: step,
            expected: mat.scale(Math.sqrt(g.length) / length, mat.apply(matrix, g)),
            scale: (mat.norm(g) * Math.max(...spectrum)) / length,
          };
        }),
    }),
    level: check.equals({
      says: "it lies on the ellipsoid: e'Sigma^-1 e = d",
      given: anySteps,
      measure: (c, subject) =>
        run(subject, c).steps.map((step, i) => {
          const sigma = c.covariances[i]!;
          return {
            actual: mat.dot(step, mat.solve(sigma.matrix, step)),
            expected: step.length,
            scale: step.length * condition(sigma),
          };
        }),
    }),
    maximiser: check.bound({
      says: 'no other point of the ellipsoid gains more from the linearised loss',
      given: fc.tuple(stepCases(3, 2), draw.unitVector(3)),
      measure: ([c, u], subject) =>
        run(subject, c).steps.map((step, i) => {
          const factor = mat.cholesky(c.covariances[i]!.matrix);
          const other = mat.scale(Math.sqrt(u.length), mat.apply(factor, u));
          return { lower: mat.dot(c.gradients[i]!, other), upper: mat.dot(c.gradients[i]!, step) };
        }),
    }),
    direction: check.equals({
      says: 'it is the same for c L + c0, c > 0, from 2^-900 to 2^900, and the opposite for c < 0',
      given: anySteps,
      measure: (c, subject) => {
        const { steps } = run(subject, c);
        return [2 ** -900, 3, 2 ** 900, -2].flatMap(factor => {
          const scaled = run(subject, { ...c, gradients: c.gradients.map(g => mat.scale(factor, g)) }).steps;
          return scaled.map((step, i) => ({
            actual: step,
            expected: mat.scale(Math.sign(factor), steps[i]!),
            what: `c = ${factor}`,
          }));
        });
      },
    }),
    rotation: check.equals({
      says: "it turns with the coordinates: Q e for Q g and Q Sigma Q'",
      given: fc.tuple(stepCases(3, 2), draw.orthogonal(3)),
      measure: ([c, q], { samba }) => {
        const { steps } = run({ samba }, c);
        const covariances = c.covariances.map(({ matrix }) => {
          const m = mat.multiply(q, mat.multiply(matrix, mat.transpose(q)));
          return m.map((row, i) => row.map((x, j) => (x + m[j]![i]!) / 2));
        });
        const gradients = c.gradients.map(g => mat.apply(q, g));
        return stepsOf(samba, gradients, covariances).steps.map((step, i) => ({
          actual: step,
          expected: mat.apply(q, steps[i]!),
          scale: mat.norm(steps[i]!) * condition(c.covariances[i]!),
        }));
      },
    }),
    zeroGradient: check.equals({
      says: 'a gradient of exactly zero gives a step of zero and is counted; its neighbours in the batch are not touched',
      given: stepCases(5, 3),
      measure: (c, subject) => {
        const { steps } = run(subject, c);
        const cleared = (rows: readonly mat.Vector[]) =>
          rows.map((row, i) => (i === 1 ? mat.zeros(row.length) : row));
        const found = run(subject, { ...c, gradients: cleared(c.gradients) });
        return [
          { actual: found.steps.flat(), expected: cleared(steps).flat() },
          { actual: found.zeroDirections, expected: 1, what: 'samples without a direction' },
        ];
      },
    }),
    otherNorms: check.violates({
      says: 'sqrt(d) g/|g|_p, the option of the released code that footnote 3 leaves out, does not maximise over the p-ball for p = 1, 1.5, 3, infinity',
      given: draw
        .vector(6, draw.normal())
        .filter(g => new Set(g.map(Math.abs)).size === 6 && g.every(x => x !== 0)),
      measure: g =>
        [1, 1.5, 3, Infinity].map(p => {
          const radius = Math.sqrt(g.length);
          const dual = p === 1 ? Infinity : p === Infinity ? 1 : p / (p - 1);
          const claimed = radius * pNorm(g, dual);
          const actual = (radius * mat.dot(g, g)) / pNorm(g, p);
          return { claimed, actual, by: claimed - actual, scale: claimed, what: `p = ${p}` };
        }),
    }),
  },
  mutants: {
    ...wrongSamba<Subject>('unnormalised', 'dividedBySquare', 'rootDimensionMissing', 'dimensionForRoot'),
    ...wrongSamba<Subject>('covarianceForRoot', 'covarianceMissing', 'largestEntryNorm', 'absoluteSumNorm'),
    ...wrongSamba<Subject>('epsilonInDenominator', 'batchNorm', 'signStep'),
    ...wrong.rules(SUBJECT, 'samba', {
      naiveNorm: [
        'the norm is the root of the sum of squares, which overflows',
        { norm: w => tf.sqrt(tf.sum(tf.square(w), 1, true)) },
      ],
      unguarded: [
        'zero is divided by zero where the gradient is zero',
        { normalise: (w, norm) => tf.div(w, norm) },
      ],
    }),
  },
});
