/** @file The rotation experiment with tanh: unique optima, and where they are. */
import * as study from '../../../../src/studies/rotation-fit.js';
import { modQuarter } from '../../../../src/theory/numerics/procrustes.js';
import { check, draw, fc, mat, quad } from '../../../kit.js';
import type { Subject } from './controls.js';

interface Experiment extends Size {
  readonly seed: number;
  /** Of W, in radians. */
  readonly turn: number;
}

/** The fits of one experiment, shared by the checks and by the negative controls. */
const fitted = new Map<string, { z: mat.Matrix; fits: readonly study.Fit[] }>();

function fitsOf(experiment: Experiment): { z: mat.Matrix; fits: readonly study.Fit[] } {
  const key = JSON.stringify(experiment);
  const known = fitted.get(key);
  if (known) return known;
  const { seed, turn, samples, nodes } = experiment;
  const data = {
    seed,
    weights: study.orthogonalColumns(turn),
    nu: 'tanh',
    posterior: 'diagonal',
    samples,
  } as const;
  const points = quad.gaussianPoints(2, nodes);
  const { z, x } = study.rotationData(data);
  const made = {
    z,
    fits: [0, 1, 2].map(restart => study.rotationFit(data, x, { restart, points, tolerance: 1e-6 })),
  };
  fitted.set(key, made);
  return made;
}

/** The angles of the restarts that reached the least loss. */
function anglesOf(experiment: Experiment, rules: Subject): number[] {
  const { z, fits } = fitsOf(experiment);
  const least = Math.min(...fits.map(fit => fit.loss));
  return fits
    .filter(fit => fit.loss < least + 1e-6)
    .map(fit => rules.angle(rules.procrustes(mat.multiply(mat.transpose(z), fit.means))));
}

interface Size {
  readonly samples: number;
  readonly nodes: number;
}

const experiments = ({ samples, nodes }: Size): fc.Arbitrary<Experiment> =>
  draw.record({
    seed: fc.integer({ min: 0, max: 2 ** 31 }),
    turn: draw.dyadic({ min: 0.25, max: 0.40625, bits: 6 }),
    samples: fc.constant(samples),
    nodes: fc.constant(nodes),
  });

export const unique = (size: Size, runs: number) =>
  check.bound<Experiment, Subject>({
    says: `for nu = tanh on ${size.samples} data the optimum is unique as well: of three restarts those that reach the least loss agree to 0.01 degrees`,
    given: experiments(size),
    runs,
    measure: (experiment, rules) => {
      const angles = anglesOf(experiment, rules);
      const apart = Math.max(...angles.map(a => Math.abs(modQuarter(a - angles[0]!))));
      return check.below({
        'restarts at the least loss': [2, angles.length, 2],
        spread: [apart, 0.01, 0.01],
      });
    },
  });

export const curved = ({ samples, nodes }: Size, ...seeds: readonly [number, ...number[]]) =>
  check.violates<Experiment, Subject>({
    says: `but it is not the true rotation: with columns at right angles, turned by 17 degrees, ${samples} data lead it more than 5 degrees away (seeds ${seeds.join(', ')})`,
    given: check.only<Experiment>(seeds.map(seed => ({ seed, turn: 0.3, samples, nodes })) as [Experiment]),
    measure: (experiment, rules) => {
      const actual = anglesOf(experiment, rules)[0]!;
      return { claimed: 0, actual, by: Math.abs(actual) - 5, scale: 90 };
    },
  });
