/** @file What KP-9 is tested on, and its negative controls. */
import { VAE, VAE_RULES, type VaeRules } from '../../../../src/core/objectives/vae/vae.js';
import { graeCovariance } from '../../../../src/theory/closed/grae.js';
import { axisAngle, modQuarter, procrustes } from '../../../../src/theory/numerics/procrustes.js';
import { type Mutant, mat, wrong } from '../../../kit.js';
import { mistaken } from '../../../subjects/mistaken.js';
import { meanField } from './rotation-cases.js';

export const SUBJECT = {
  vae: VAE_RULES,
  /** The best orthogonal matrix, from the sum of z m'. */
  procrustes: (cross: mat.Matrix): mat.Matrix => procrustes(cross),
  /** Its angle in degrees, mod 90. */
  angle: axisAngle,
  /** The angle of the linear optimum for columns of norms 2 and 1, so many degrees apart. */
  predicted: (between: number) => (Math.atan2(4 * Math.cos((between * Math.PI) / 180), 3) * 90) / Math.PI,
  /**
   * The share of angles within a limit of 0, over Gaussian columns rescaled to norms 2 and 1: the angle
   * between them is uniform, and |theta| is below the limit where its |cos| is below 3/4 tan of twice the
   * limit.
   */
  share: (limit: number) => (2 / Math.PI) * Math.asin(Math.min(1, 0.75 * Math.tan((limit * Math.PI) / 90))),
  /** The independent variances for a decoder. */
  variances: meanField,
  /** What turning by theta costs, over beta, for eigenvalues a and b of the posterior's precision. */
  drop: (a: number, b: number, theta: number) =>
    Math.log1p(((a - b) ** 2 * Math.sin(2 * theta) ** 2) / (4 * a * b)) / 2,
};
export type Subject = typeof SUBJECT;

const inVae = (s: Subject, vae: VaeRules): Subject => ({ ...s, vae });

const determinant = (o: mat.Matrix): number => o[0]![0]! * o[1]![1]! - o[0]![1]! * o[1]![0]!;

export const MUTANTS = {
  ...wrong.formula(SUBJECT, 'angle', {
    leftFlip: [
      'a reflection undone on the side of the true latents: the sign of the angle turns',
      o => (determinant(o) < 0 ? SUBJECT.angle([o[0]!, o[1]!.map(x => -x)]) : SUBJECT.angle(o)),
    ],
    halfTurn: ['angles mod 180 degrees', o => (Math.atan2(o[1]![0]!, o[0]![0]!) * 180) / Math.PI / 2],
  }),
  ...wrong.formula(SUBJECT, 'procrustes', {
    transposed: ['M Z^T for Z M^T', cross => SUBJECT.procrustes(mat.transpose(cross))],
    notOrthogonal: ['the cross moments themselves instead of their orthogonal factor', cross => cross],
  }),
  ...wrong.formula(SUBJECT, 'predicted', {
    zeroAngle: ['an angle of 0, as if the true latents were found', () => 0],
    wholeAngle: [
      'the angle of (3, 4c), not half of it',
      between => modQuarter(2 * SUBJECT.predicted(between)),
    ],
  }),
  ...wrong.formula(SUBJECT, 'share', {
    uniformAngles: ['angles that are uniform, as if any rotation would do', limit => limit / 45],
    gathered: ['angles that gather at 0: half of them within 5 degrees', limit => 1 - 2 ** (-limit / 5)],
  }),
  ...wrong.formula(SUBJECT, 'variances', {
    marginalVariances: [
      'diag of P^-1 for 1 / diag P',
      (decoder, noise) => {
        const full = graeCovariance(decoder, noise ** 2);
        return mat.diagonal(full.map((row, i) => row[i]!));
      },
    ],
  }),
  ...wrong.formula(SUBJECT, 'drop', {
    dropWithoutHalf: ['twice the cost of turning', (a, b, theta) => 2 * SUBJECT.drop(a, b, theta)],
    dropOfSingleAngle: ['sin theta for sin 2 theta', (a, b, theta) => SUBJECT.drop(a, b, theta / 2)],
    gramEigenvalues: [
      'the eigenvalues of W^T W for those of the precision',
      (a, b, theta) => SUBJECT.drop(a - 1, b - 1, theta),
    ],
  }),
  covarianceForRoot: mistaken(VAE.mistakes.varianceForDeviation, inVae),
  betaIgnored: mistaken(VAE.mistakes.betaIgnored, inVae),
} satisfies Readonly<Record<string, Mutant<Subject>>>;
