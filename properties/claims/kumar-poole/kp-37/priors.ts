/** @file Priors of dependent latents with conditional distribution functions in any order. */
import { normalQuantile } from '../../../../src/claims/normal-quantile.js';
import { normalCdf } from '../../../../src/claims/statistics.js';
import { draw, fc, mat } from '../../../kit.js';

/** A distribution of one coordinate. */
interface Conditional {
  readonly cdf: (z: number) => number;
  readonly quantile: (u: number) => number;
}

/** A distribution of dependent coordinates. */
interface Joint {
  readonly logDensity: (z: mat.Vector) => number;
  /** The distribution of latent i where those of `known` are as in z. */
  readonly conditional: (i: number, known: readonly number[], z: mat.Vector) => Conditional;
}

/** N(0, S) */
function gaussian(covariance: mat.Matrix): Joint {
  const pick = (rows: readonly number[], columns: readonly number[]): number[][] =>
    rows.map(i => columns.map(j => covariance[i]![j]!));
  return {
    logDensity: z =>
      -(mat.dot(z, mat.solve(covariance, z)) + mat.logDet(covariance) + z.length * Math.log(2 * Math.PI)) / 2,
    conditional: (i, known, z) => {
      const across = pick([i], known)[0]!;
      const weights = mat.solve(pick(known, known), across);
      const values = known.map(j => z[j]!);
      const centre = mat.dot(weights, values);
      const std = Math.sqrt(covariance[i]![i]! - mat.dot(weights, across));
      return { cdf: x => normalCdf((x - centre) / std), quantile: u => centre + std * normalQuantile(u) };
    },
  };
}

/** Independent logistic coordinates, with a centre each. */
interface Component {
  readonly weight: number;
  readonly centres: mat.Vector;
}

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const density = (x: number): number => logistic(x) * logistic(-x);

/** Where an increasing function takes a value, between two bounds. */
function root(f: (x: number) => number, value: number, low: number, high: number): number {
  let [below, above] = [low, high];
  for (let i = 0; i < 56; i++) {
    const middle = (below + above) / 2;
    if (f(middle) < value) below = middle;
    else above = middle;
  }
  return (below + above) / 2;
}

/** Dependent through the component that is drawn: the coordinates known say which one it may be. */
function mixture(components: readonly Component[]): Joint {
  const likelihood = ({ weight, centres }: Component, known: readonly number[], z: mat.Vector): number =>
    known.reduce((product, j) => product * density(z[j]! - centres[j]!), weight);
  return {
    logDensity: z => Math.log(mat.sum(components.map(component => likelihood(component, [...z.keys()], z)))),
    conditional: (i, known, z) => {
      const shares = components.map(component => likelihood(component, known, z));
      const total = mat.sum(shares);
      const cdf = (x: number): number =>
        shares.reduce((sum, share, k) => sum + share * logistic(x - components[k]!.centres[i]!), 0) / total;
      const quantile = (u: number): number => {
        const ends = components.map(({ centres }) => centres[i]! + Math.log(u / (1 - u)));
        return root(cdf, u, Math.min(...ends), Math.max(...ends));
      };
      return { cdf, quantile };
    },
  };
}

/** A prior, the order in which its latents are taken, an orthogonal matrix, and the scores of a point. */
export interface ConditionalCase {
  readonly covariance?: mat.Matrix;
  readonly components?: readonly Component[];
  readonly order: readonly number[];
  readonly u: mat.Matrix;
  readonly scores: mat.Vector;
}

export const jointOf = ({ covariance, components }: ConditionalCase): Joint =>
  covariance === undefined ? mixture(components!) : gaussian(covariance);

const orders = (size: number): fc.Arbitrary<number[]> =>
  fc.shuffledSubarray([...Array(size).keys()], { minLength: size });

const placed = (size: number) => ({
  order: orders(size),
  u: draw.orthogonal(size),
  // not near the ends of the distribution functions
  scores: draw.vector(size, draw.normal({ std: 0.75 })).filter(n => mat.norm(n) < 1.75),
});

export const gaussians = (size: number): fc.Arbitrary<ConditionalCase> =>
  draw.record({ covariance: draw.spd(size, 1 / 4, 4).map(({ matrix }) => matrix), ...placed(size) });

export const mixtures = (size: number): fc.Arbitrary<ConditionalCase> =>
  draw.record({
    components: fc.tuple(
      ...[0.5, 0.3, 0.2].map(weight =>
        draw.vector(size, draw.normal({ std: 2 })).map(centres => ({ weight, centres })),
      ),
    ),
    ...placed(size),
  });

/** Turns every axis of three. */
export const TURN = [
  [2 / 3, -1 / 3, 2 / 3],
  [2 / 3, 2 / 3, -1 / 3],
  [-1 / 3, 2 / 3, 2 / 3],
];

/** Two components apart in all latents. */
export const APART: ConditionalCase = {
  components: [
    { weight: 0.5, centres: [2, 2, -2] },
    { weight: 0.5, centres: [-2, -1, 2] },
  ],
  order: [0, 1, 2],
  u: TURN,
  scores: [0.5, -0.25, 0.75],
};

/** Three correlated normal latents, taken from the last to the first. */
export const CHAIN: ConditionalCase = {
  covariance: [
    [1, 0.75, 0.5],
    [0.75, 1, 0.75],
    [0.5, 0.75, 1],
  ],
  order: [2, 1, 0],
  u: TURN,
  scores: [0.5, -0.25, 0.75],
};
