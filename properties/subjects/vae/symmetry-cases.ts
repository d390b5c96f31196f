/** @file Priors with a map that leaves them as they are, at a point. */
import { normalCdf } from '../../../src/claims/statistics.js';
import { clearance, PRIORS, type Prior, scoreRotation } from '../../../src/theory/closed/prior-symmetry.js';
import { check, draw, fc, mat } from '../../kit.js';

export interface SymmetryCase {
  readonly prior: Prior;
  /** Orthogonal; a reflection as often as not. */
  readonly u: mat.Matrix;
  readonly z: mat.Vector;
}

/** Off the kinks of the Laplace density, before and after the map: differences need a smooth map around. */
const smoothAround = ({ prior, u, z }: SymmetryCase): boolean =>
  prior.name !== 'laplace' || Math.min(clearance(z), clearance(scoreRotation(prior, u)(z))) > 0.15;

const symmetryCases = (priors: readonly Prior[]): fc.Arbitrary<SymmetryCase> =>
  draw
    .record({
      prior: fc.constantFrom(...priors),
      u: draw.orthogonal(2),
      // uniformly distributed, but not near the ends
      scores: draw.vector(2, draw.normal({ std: 0.75 })).filter(n => mat.norm(n) < 1.75),
    })
    .map(({ prior, u, scores }) => ({ prior, u, z: prior.fromUniform(scores.map(normalCdf)) }))
    .filter(smoothAround);

export const rotation = (angle: number): number[][] => [
  [Math.cos(angle), -Math.sin(angle)],
  [Math.sin(angle), Math.cos(angle)],
];

/** Where the determinant is not 1: two-sided exponential and logistic priors, rotated by 0.7. */
const UNEQUAL: [SymmetryCase, ...SymmetryCase[]] = [
  { prior: PRIORS.laplace, u: rotation(0.7), z: [0.5, 1] },
  { prior: PRIORS.laplace, u: rotation(0.7), z: [1, -0.5] },
  { prior: PRIORS.laplace, u: rotation(0.7), z: [2, 0.25] },
  { prior: PRIORS.logistic, u: rotation(0.7), z: [1, 1.5] },
  { prior: PRIORS.dependent, u: rotation(0.7), z: [0.5, 1] },
];

export const show = ({ prior, u, z }: SymmetryCase): string =>
  `${prior.name} prior, U = ${JSON.stringify(u)}, z = [${z.join(', ')}]`;

/** All priors, those with other determinants always. */
export const anyPrior = { arbitrary: symmetryCases(Object.values(PRIORS)), examples: UNEQUAL, show };

/** Priors whose maps keep volumes. */
export const volumeKept = { arbitrary: symmetryCases([PRIORS.normal, PRIORS.uniform]), show };

/** Priors and points where they do not. */
export const unequal = check.only(UNEQUAL, show);
