/** @file The fits of one run of the rotation experiment: several data sets, several restarts each. */

import { stream } from '../../src/claims/random.js';
import {
  NOISE,
  type Nonlinearity,
  orthogonalColumns,
  type RotationExperiment,
  rotationData,
  rotationFit,
} from '../../src/studies/rotation-fit.js';
import { entry, type Stepper } from '../../src/studies/stepper.js';
import { svd, symmetricEigen } from '../../src/theory/numerics/eigen.js';
import { apply, type Matrix, multiply, norm, transpose } from '../../src/theory/numerics/matrix.js';
import { polarPoints } from '../../src/theory/numerics/polar-points.js';
import { axisAngle, modQuarter, procrustes } from '../../src/theory/numerics/procrustes.js';

export interface RotationRun {
  readonly seed: number;
  readonly nu: Nonlinearity;
  readonly posterior: RotationExperiment['posterior'];
  /** Gaussian columns rescaled to norms 2 and 1, as the paper has them; or those made orthogonal. */
  readonly columns: 'rescaled' | 'orthogonal';
  readonly sets: number;
  readonly restarts: number;
  readonly samples: number;
  readonly radii: number;
}

/** Angles of the quadrature. */
const ANGLES = 10;

function weightsOf({ seed, columns }: RotationRun, set: number): number[][] {
  const random = stream(seed, 'weights', set);
  if (columns === 'orthogonal') return orthogonalColumns(2 * Math.PI * random.uniform());
  const w = [0, 1].map(() => [random.normal(), random.normal()]);
  const lengths = transpose(w).map(column => norm(column));
  return w.map(row => row.map((x, k) => ((2 - k) * x) / lengths[k]!));
}

/** The data of a set have a seed of their own. */
const experimentOf = (run: RotationRun, set: number): RotationExperiment => ({
  seed: stream(run.seed, 'set', set).uint32(),
  weights: weightsOf(run, set),
  nu: run.nu,
  posterior: run.posterior,
  samples: run.samples,
});

const angleBetween = (z: Matrix, means: Matrix): number =>
  axisAngle(procrustes(multiply(transpose(z), means)));

/** The angle between the columns' principal axes and the true ones, W = U S V': that of V' (KP-9). */
export const principalAngle = (weights: Matrix): number => axisAngle(transpose(svd(weights).right));

/**
 * The angle of the exact optimum for nu = identity on these very data: probabilistic PCA with the variance
 * given, columns along the principal axes of the data.
 */
export function linearAngle(z: Matrix, x: Matrix): number {
  const n = x.length;
  const centre = [0, 1].map(k => x.reduce((sum, row) => sum + row[k]! / n, 0));
  const centred = x.map(row => row.map((value, k) => value - centre[k]!));
  const covariance = multiply(transpose(centred), centred).map(row => row.map(value => value / n));
  const { values, vectors } = symmetricEigen(covariance);
  const encoder = values.map((value, k) =>
    vectors[k]!.map(u => (u * Math.sqrt(Math.max(0, value - NOISE ** 2))) / value),
  );
  return angleBetween(
    z,
    centred.map(row => apply(encoder, row)),
  );
}

/** One data set: what its restarts came to. */
export interface SetResult {
  /** Of the principal axes of W. */
  readonly principal: number;
  /** Of the linear optimum on the data. */
  readonly linear: number;
  /** The best restart's. */
  readonly angle: number;
  /** Largest difference between the angles of restarts that reach the least loss. */
  readonly spread: number;
  /** How many do. */
  readonly reached: number;
}

/** Losses that differ by less are the same optimum. */
const SAME = 1e-4;

const COLUMNS = 2;

/** A fit a step. */
export function rotationRuns(run: RotationRun): Stepper & { results(): SetResult[] } {
  const points = polarPoints(run.radii, ANGLES);
  /** loss, angle of each fit */
  const fits: number[] = [];
  const done = (): number => fits.length / COLUMNS;
  return {
    steps: run.sets * run.restarts,
    get done() {
      return done();
    },
    advance() {
      const set = Math.floor(done() / run.restarts);
      const experiment = experimentOf(run, set);
      const { z, x } = rotationData(experiment);
      const fit = rotationFit(experiment, x, { restart: done() % run.restarts, points, tolerance: 1e-5 });
      fits.push(fit.loss, angleBetween(z, fit.means));
    },
    state: () => ({ fits: Float64Array.from(fits) }),
    resume(state) {
      fits.push(...entry(state, 'fits'));
    },
    results: () =>
      Array.from({ length: run.sets }, (_, set) => {
        const experiment = experimentOf(run, set);
        const { z, x } = rotationData(experiment);
        const own = Array.from({ length: run.restarts }, (__, restart) => {
          const at = COLUMNS * (set * run.restarts + restart);
          return { loss: fits[at]!, angle: fits[at + 1]! };
        });
        const best = own.reduce((a, b) => (b.loss < a.loss ? b : a));
        const reached = own.filter(({ loss }) => loss < best.loss + SAME);
        return {
          principal: principalAngle(experiment.weights),
          linear: linearAngle(z, x),
          angle: best.angle,
          spread: Math.max(
            ...reached.flatMap(a => reached.map(b => Math.abs(modQuarter(a.angle - b.angle)))),
          ),
          reached: reached.length,
        };
      }),
  };
}
