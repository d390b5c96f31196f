/** @file What UJV-2 checks of the step in closed form. */
import type * as tf from '@tensorflow/tfjs';
import { diagonal, isotropic, type Scale } from '../../../../src/core/gaussian.js';
import type { SambaRules } from '../../../../src/core/objectives/samba/samba.js';
import { perturb } from '../../../../src/core/perturbation.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { check, draw, fc, mat } from '../../../kit.js';
import {
  anySteps,
  condition,
  diagonalCovariance,
  type StepCase,
  stepCases,
  stepsIn,
} from '../../../subjects/sam/perturbations.js';

export interface Subject {
  /** The step that trains. */
  readonly samba: SambaRules;
}

const run = ({ samba }: Subject, c: StepCase): readonly mat.Vector[] => stepsIn(samba, c);

/** |Sigma^(1/2) G| */
const whitenedNorm = (g: mat.Vector, sigma: mat.Matrix): number =>
  mat.norm(mat.apply(mat.transpose(mat.cholesky(sigma)), g));

/** sqrt(p) Sigma G / |Sigma^(1/2) G|, with the size of its terms. */
const formula = (g: mat.Vector, sigma: mat.Matrix): number[] =>
  mat.scale(Math.sqrt(g.length), mat.apply(sigma, mat.scale(1 / whitenedNorm(g, sigma), g)));

const unit = (p: number): draw.SpectralMatrix => diagonalCovariance(new Array<number>(p).fill(1));

/** Gradients whose squares underflow or overflow, along an axis, nearly zero, and in one dimension. */
const EXAMPLES: readonly StepCase[] = [
  { gradients: [[1e-200], [3]], covariances: [unit(1), unit(1)] },
  {
    gradients: [
      [3e-12, 4e-12, 0],
      [0, 1e200, -1e200],
    ],
    covariances: [unit(3), unit(3)],
  },
];

const given = { arbitrary: anySteps, examples: EXAMPLES };

export const closed = check.equals<StepCase, Subject>({
  says: 'the step is sqrt(p) Sigma G / |Sigma^(1/2) G|',
  given,
  measure: (c, subject) =>
    run(subject, c).map((step, i) => {
      const { matrix, spectrum } = c.covariances[i]!;
      const g = c.gradients[i]!;
      const size = (Math.sqrt(g.length) * Math.max(...spectrum) * mat.norm(g)) / whitenedNorm(g, matrix);
      return { actual: step, expected: formula(g, matrix), scale: size };
    }),
});

export const level = check.equals<StepCase, Subject>({
  says: 'it lies on the ellipsoid: e^T Sigma^-1 e = p',
  given,
  measure: (c, subject) =>
    run(subject, c).map((step, i) => {
      const sigma = c.covariances[i]!;
      return {
        actual: mat.norm(mat.solveLower(mat.cholesky(sigma.matrix), step)) ** 2,
        expected: step.length,
        scale: step.length * condition(sigma),
      };
    }),
});

export const gain = check.equals<StepCase, Subject>({
  says: 'the linearised loss gains sqrt(p) |Sigma^(1/2) G| there',
  given,
  measure: (c, subject) =>
    run(subject, c).map((step, i) => {
      const [g, { matrix }] = [c.gradients[i]!, c.covariances[i]!];
      return {
        actual: mat.dot(g, step),
        expected: Math.sqrt(g.length) * whitenedNorm(g, matrix),
        scale: mat.norm(g) * mat.norm(step),
      };
    }),
});

export const multiplier = check.equals<StepCase, Subject>({
  says: 'it satisfies the optimality condition G = 2 nu Sigma^-1 e with nu = |Sigma^(1/2) G| / (2 sqrt(p)) > 0',
  given,
  measure: (c, subject) =>
    run(subject, c).map((step, i) => {
      const [g, sigma] = [c.gradients[i]!, c.covariances[i]!];
      const nu = whitenedNorm(g, sigma.matrix) / (2 * Math.sqrt(g.length));
      return {
        actual: mat.scale(2 * nu, mat.solve(sigma.matrix, step)),
        expected: g,
        scale: mat.norm(g) * condition(sigma),
      };
    }),
});

export const best = check.bound<{ c: StepCase; u: mat.Vector; near: number }, Subject>({
  says: 'no other point of the ellipsoid gains as much, be it anywhere or close by',
  given: draw.record({
    c: stepCases(3, 2),
    u: draw.unitVector(3),
    near: draw.logUniform({ min: 1e-3, max: 1 }),
  }),
  measure: ({ c, u, near }, subject) =>
    run(subject, c).flatMap((step, i) => {
      const [g, factor] = [c.gradients[i]!, mat.cholesky(c.covariances[i]!.matrix)];
      const nudged = mat.add(mat.solveLower(factor, step), mat.scale(near, u));
      return [u, nudged].map(v => ({
        lower: mat.dot(g, mat.apply(factor, mat.scale(Math.sqrt(3) / mat.norm(v), v))),
        upper: mat.dot(g, step),
        scale: mat.norm(g) * mat.norm(step),
      }));
    }),
});

interface PlainCase {
  readonly gradient: mat.Vector;
  readonly variances: mat.Vector;
  readonly rho: number;
}

const shapes = new Map([1, 2, 4].map(p => [p, { p }]));

/** The steps for a diagonal covariance and for (rho^2 / p) I, by core's own representations of them. */
function plainSteps({ samba }: Subject, { gradient, variances, rho }: PlainCase) {
  const p = gradient.length;
  const program = programOf(samba, shapes.get(p)!, 'plain covariances', () => ({
    specs: { gradient: { shape: [1, p] }, logVariance: { shape: [1, p] }, variance: { shape: [] } },
    fn: inputs => {
      const step = (s: Scale): tf.Tensor => perturb(s, inputs.gradient!, samba).step;
      return { diagonal: step(diagonal(inputs.logVariance!)), isotropic: step(isotropic(inputs.variance!)) };
    },
  }));
  const outputs = program.run({
    gradient: Float64Array.from(gradient),
    logVariance: Float64Array.from(variances, Math.log),
    variance: Float64Array.of(rho ** 2 / p),
  });
  return { diagonal: outputs.diagonal!.slice(), isotropic: outputs.isotropic!.slice() };
}

export const plain = check.equals<PlainCase, Subject>({
  says: 'the same for diagonal covariances; for (rho^2/p) I it is the ordinary step of SAM, rho G / |G|',
  given: fc.oneof(
    ...[...shapes.keys()].map(p =>
      draw.record({
        gradient: draw.vector(p, draw.normal()).filter(g => g.some(x => x !== 0)),
        variances: draw.vector(p, draw.logUniform({ min: 1 / 16, max: 16 })),
        rho: draw.logUniform({ min: 1e-3, max: 8 }),
      }),
    ),
  ),
  measure: (c, subject) => {
    const found = plainSteps(subject, c);
    const sigma = mat.diagonal(c.variances);
    return check.agree({
      diagonal: [found.diagonal, formula(c.gradient, sigma)],
      isotropic: [found.isotropic, mat.scale(c.rho / mat.norm(c.gradient), c.gradient)],
    });
  },
});

export const zero = check.equals<StepCase, Subject>({
  says: 'where the gradient is zero, and every direction as good, the step is zero',
  given: check.only<StepCase>([
    {
      gradients: [
        [0, 0, 0],
        [1, 0, 0],
      ],
      covariances: [unit(3), unit(3)],
    },
  ]),
  measure: (c, subject) => {
    const [nowhere, somewhere] = run(subject, c);
    return [
      { actual: nowhere!, expected: [0, 0, 0] },
      { actual: somewhere!, expected: [Math.sqrt(3), 0, 0] },
    ];
  },
});
