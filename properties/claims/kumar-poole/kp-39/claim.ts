/** @file KP-39: figure 6. A diagonal covariance for each datum fixes the rotation, a full one does not. */
import { VAE, VAE_RULES, type VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import type { Nonlinearity } from '../../../../src/studies/rotation-fit.js';
import { rotationNet } from '../../../../src/studies/rotation-net.js';
import { axisAngle, modQuarter, procrustes } from '../../../../src/theory/numerics/procrustes.js';
import { check, claim, conditional, draw, fc, mat, quad, wrong } from '../../../kit.js';
import { mistaken } from '../../../subjects/mistaken.js';
import { betaVae, posterior } from '../../../subjects/vae/step.js';
import * as free from './unamortised.js';

const SUBJECT = {
  vae: VAE_RULES,
  /** The covariance of a posterior in latents turned by R. */
  turned: (r: mat.Matrix, covariance: mat.Matrix): number[][] =>
    mat.multiply(mat.multiply(mat.transpose(r), covariance), r),
  /** The mean. */
  turnedMean: (r: mat.Matrix, mean: mat.Vector): number[] => mat.apply(mat.transpose(r), mean),
  /** The family that fixes the rotation, and the one that does not. */
  fixing: 'diagonal' as free.Family,
  leaving: 'full' as free.Family,
  /** The angle of a rotation in degrees, mod 90. */
  angle: axisAngle,
};
type Subject = typeof SUBJECT;

const POINTS = quad.gaussianPoints(2, 3);

const invariant = check.equals({
  says: 'with a full covariance the beta-VAE of each datum, as trained, is the same with decoder nu(ARz + b), mean R^T mu and covariance R^T Sigma R, for nu = identity, tanh, sigmoid, elu and every orthogonal R (the noises turned along)',
  given: draw.record({
    nu: fc.constantFrom<Nonlinearity>('tanh', 'sigmoid', 'elu', 'identity'),
    decoder: draw.vector(4, draw.normal()),
    bias: draw.vector(2, draw.normal()),
    mean: draw.vector(2, draw.normal()),
    covariance: draw.spd(2, 1 / 64, 4).map(({ matrix }) => matrix),
    x: draw.vector(2, draw.normal()),
    r: draw.orthogonal(2),
    beta: draw.logUniform({ min: 1e-3, max: 1 }),
  }),
  runs: 24,
  measure: ({ nu, decoder, bias, mean, covariance, x, r, beta }, rules: Subject) => {
    const net = rotationNet(nu, 'cholesky');
    const loss = (weight: mat.Vector, m: mat.Vector, s: mat.Matrix, points: typeof POINTS): number => {
      const params = { ...posterior(net, m, s), 'decoder.weight': weight, 'decoder.bias': bias };
      return betaVae(rules.vae, net, { params, x, beta }, points);
    };
    const expected = loss(decoder, mean, covariance, POINTS);
    const s = rules.turned(r, covariance);
    // R^T L = L' Q^T for the factors L and L': the noise Q^T eta gives the turned code
    const before = mat.multiply(mat.transpose(r), mat.cholesky(covariance));
    const factor = mat.cholesky(SUBJECT.turned(r, covariance));
    const points = POINTS.map(({ point, weight }) => ({
      point: mat.solveLower(factor, mat.apply(before, point)),
      weight,
    }));
    const weight = mat.multiply([decoder.slice(0, 2), decoder.slice(2)], r).flat();
    const actual = loss(weight, rules.turnedMean(r, mean), s, points);
    return { actual, expected, scale: 64 * (1 + expected) };
  },
});

const given = check.only<free.Experiment>([
  { seed: 11, nu: 'tanh', turn: 0.5 },
  { seed: 12, nu: 'sigmoid', turn: 0.75 },
  { seed: 13, nu: 'elu', turn: 1 },
]);

/** Largest distance of two angles from the first. */
function spreadOf(fits: readonly free.Fit[], { angle }: Subject): number {
  const [first, ...others] = fits.map(({ cross }) => angle(procrustes(cross))) as [number, ...number[]];
  return Math.max(...others.map(a => Math.abs(modQuarter(a - first))));
}

const unique = check.bound<free.Experiment, Subject>({
  says: 'with diagonal covariances six data have one optimum, up to signs and order: of three starts, from the true decoder in latents turned by -40, -10 and 20 degrees, those that reach the least loss agree to 0.01 degrees',
  given,
  measure: (experiment, rules) => {
    const fits = free.fitsOf(experiment, rules.fixing);
    const { loss } = free.leastOf(fits);
    const least = fits.filter(fit => fit.loss < loss + 1e-3);
    return check.below({
      'starts that reach it': [2, least.length, 2],
      spread: [least.length < 2 ? 0 : spreadOf(least, rules), 0.01, 0.01],
    });
  },
});

const flat = check.bound<free.Experiment, Subject>({
  says: 'with full covariances the same starts reach the same loss to 0.001 at rotations more than 10 degrees apart',
  given,
  measure: (experiment, rules) => {
    const fits = free.fitsOf(experiment, rules.leaving);
    const losses = fits.map(({ loss }) => loss);
    return check.below({
      losses: [Math.max(...losses) - Math.min(...losses), 1e-3, 1e-3],
      spread: [10, spreadOf(fits, rules)],
    });
  },
});

const strict = check.violates<free.Experiment, Subject>({
  says: 'with diagonal covariances a decoder whose latents are turned by 20 or 45 degrees away from the optimum costs more, the posteriors at their best',
  given,
  measure: (experiment, rules) => {
    const least = free.leastOf(free.fitsOf(experiment, rules.fixing));
    return [20, 45].map(degrees => {
      const actual = free.turnedLoss(experiment, rules.fixing, least, degrees);
      return {
        what: `${degrees} degrees`,
        claimed: least.loss,
        actual,
        by: actual - least.loss - 1e-3,
        scale: 1,
      };
    });
  },
});

const inVae = (s: Subject, vae: VaeRules): Subject => ({ ...s, vae });

export default claim({
  id: 'KP-39',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, figure 6 and appendix C, unamortised inference',
  tex: {
    printed:
      'q_i(z) = \\mathcal N(\\mu_i, \\Sigma_i),\\ x = \\nu(Az) + b: \\quad L(AR, R^\\top\\mu_i, R^\\top\\Sigma_i R) = L(A, \\mu_i, \\Sigma_i), \\qquad \\Sigma_i \\text{ diagonal}: \\text{ one rotation}',
    asRead: true,
  },
  says: 'With a posterior of its own for each datum the objective of a curved decoder does not see rotations of the latents if covariances are full, and on small data sets diagonal ones have one optimum, up to signs and order, that every rotation makes worse: as for amortised posteriors; which rotation that is, is another matter (KP-9).',
  verdict: conditional(
    'the invariance is exact; uniqueness is that of the optima reached on six data from rotated starts',
  ),
  objectives: ['beta-vae'],
  subject: SUBJECT,
  checks: { invariant, unique, flat, strict },
  mutants: {
    ...wrong.formula(SUBJECT, 'turned', {
      unturned: ['the covariance left as it is', (_, covariance) => covariance.map(row => [...row])],
      inverse: ['R Sigma R^T', (r, covariance) => SUBJECT.turned(mat.transpose(r), covariance)],
      diagonalOnly: [
        'the diagonal of the turned covariance',
        (r, covariance) => mat.diagonal(SUBJECT.turned(r, covariance).map((row, i) => row[i]!)),
      ],
    }),
    ...wrong.formula(SUBJECT, 'turnedMean', {
      meanUnturned: ['the mean left as it is', (_, mean) => [...mean]],
      meanInverse: ['R mu', (r, mean) => mat.apply(r, mean)],
    }),
    ...wrong.formula(SUBJECT, 'fixing', {
      fullFixes: ['full covariances said to fix the rotation', 'full'],
      equalVariances: ['diagonal covariances with equal variances', 'isotropic'],
    }),
    ...wrong.formula(SUBJECT, 'leaving', {
      diagonalLeaves: ['diagonal covariances said to leave it free', 'diagonal'],
    }),
    covarianceForRoot: mistaken(VAE.mistakes.varianceForDeviation, inVae),
  },
});
