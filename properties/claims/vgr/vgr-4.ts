/** @file VGR-4: superfluous latents are switched off by the mean-field posterior, not by the VAE as such. */
import fc from 'fast-check';
import { bound } from '../../../src/claims/checks/bound.js';
import { equals } from '../../../src/claims/checks/equals.js';
import { within } from '../../../src/claims/checks/within.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { conditional } from '../../../src/claims/verdict.js';
import { GAMMA_VAE_RULES, type GammaVaeRules } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { energy } from '../../../src/studies/energy.js';
import { graeLogDet, precision } from '../../../src/theory/closed/grae.js';
import { linearVaeMinimum } from '../../../src/theory/closed/linear-vae.js';
import { symmetricEigen } from '../../../src/theory/numerics/eigen.js';
import { gaussianPoints, sigmaPoints } from '../../../src/theory/numerics/gauss-hermite.js';
import {
  add,
  apply,
  diagonal,
  dot,
  gram,
  type Matrix,
  norm,
  scale,
  subtract,
  transpose,
} from '../../../src/theory/numerics/matrix.js';
import { orthogonal } from '../../arbitraries/matrix.js';
import { dyadic, normal } from '../../arbitraries/numbers.js';
import { plainRecord } from '../../arbitraries/record.js';
import { vector } from '../../arbitraries/vector.js';
import { gammaControls } from '../../subjects/energy/gamma-controls.js';
import {
  dataOf,
  gammaOf,
  type LinearCase,
  linearCases,
  netOf,
  optimumOf,
  parametersOf,
  rankOf,
  rotatedOptimum,
  sizeOf,
} from '../../subjects/energy/linear-cases.js';
import { polynomialAutoencoder, polynomialParameters } from '../../subjects/energy/tables.js';

interface Subject {
  readonly gamma: GammaVaeRules;
  /** What a mean-field posterior costs more than a full one, for the decoder's weights. */
  readonly gap: (weight: Matrix, gamma: number) => number;
}

const SUBJECT: Subject = {
  gamma: GAMMA_VAE_RULES,
  gap: (weight, gamma) => {
    const latent = weight[0]!.length;
    const p = precision(weight, gamma, latent);
    return p.reduce((sum, row, k) => sum + Math.log(row[k]!), 0) - graeLogDet(weight, gamma, latent);
  },
};

/** The sparse optimum turned by r, its posteriors full or the best diagonal ones. */
function turned(c: LinearCase, { gamma: rules }: Subject, r: Matrix, kind: 'diagonal' | 'cholesky') {
  const gamma = gammaOf(c);
  const { weight, encoder, covariance } = rotatedOptimum(c, optimumOf(c, gamma), r);
  const best = diagonal(precision(weight, gamma, c.latent).map((row, k) => 1 / row[k]!));
  const net = netOf(c, kind);
  const params = parametersOf(net, weight, encoder, kind === 'diagonal' ? best : covariance);
  const x = dataOf(c);
  const found = energy(rules, net, { params, x: x.flat(), gamma }, sigmaPoints(c.latent));
  const codes = transpose(x.map(row => apply(encoder, row)));
  return {
    loss: found.loss,
    weight,
    used: codes.filter(code => norm(code) > 1e-6 * norm(codes.flat())).length,
  };
}

const floorOf = (c: LinearCase): number => linearVaeMinimum(c, gammaOf(c));

/** The covariance has a condition number of 1/gamma; its Cholesky factor carries that into the energy. */
const roughSize = (c: LinearCase): number => sizeOf(c, gammaOf(c)) * (1 + c.values[0]! / gammaOf(c)) ** 0.5;

const given = { arbitrary: linearCases };

const rotation = equals<LinearCase, Subject>({
  says: "a rotation of the latents costs a mean-field VAE exactly sum log P_kk - log det P, P = I + W'W/gamma, and nothing if it only permutes or reflects them",
  given,
  runs: 40,
  measure: (c, subject) => {
    const at = turned(c, subject, c.rotation, 'diagonal');
    const swap = Array.from({ length: c.latent }, (_, i) =>
      Array.from({ length: c.latent }, (_, j) => (i + j === c.latent - 1 ? (i === 0 ? -1 : 1) : 0)),
    );
    return [
      {
        what: 'rotated',
        actual: at.loss - floorOf(c),
        expected: subject.gap(at.weight, gammaOf(c)),
        scale: roughSize(c),
      },
      {
        what: 'permuted',
        actual: turned(c, subject, swap, 'diagonal').loss,
        expected: floorOf(c),
        scale: sizeOf(c, gammaOf(c)),
      },
    ];
  },
});

/** Rotations that mix latents: more than one of them. */
const mixing: fc.Arbitrary<LinearCase> = linearCases.filter(c => c.latent > rankOf(c));

const pruned = equals<LinearCase, Subject>({
  says: 'the sparse optimum uses exactly r latents and has kappa - r at the prior; with a full covariance the rotated one has the same energy and uses all kappa: definition 1 (ii) needs the mean field',
  given: { arbitrary: mixing.filter(c => transpose(c.rotation).every(col => Math.abs(col[0]!) > 1e-3)) },
  runs: 24,
  measure: (c, subject) => {
    const identityLike = diagonal(new Array<number>(c.latent).fill(1));
    const sparse = turned(c, subject, identityLike, 'diagonal');
    const { variances } = optimumOf(c, gammaOf(c));
    const full = turned(c, subject, c.rotation, 'cholesky');
    return [
      { what: 'used', actual: sparse.used, expected: rankOf(c) },
      { what: 'at the prior', actual: variances.filter(s => s === 1).length, expected: c.latent - rankOf(c) },
      { what: 'energy', actual: full.loss, expected: floorOf(c), scale: roughSize(c) },
      { what: 'used by the rotated', actual: full.used, expected: c.latent },
    ];
  },
});

const never = bound<LinearCase, Subject>({
  says: 'mean field: no rotation gets below the sparse optimum, whatever diagonal posterior',
  given,
  runs: 24,
  measure: (c, subject) => ({
    lower: floorOf(c),
    upper: turned(c, subject, c.rotation, 'diagonal').loss,
    scale: roughSize(c),
  }),
});

interface Cloud {
  readonly points: Matrix;
}

const NODES = [-1, -0.25, 0.5, 1.25];
const CLOUD = polynomialAutoencoder(3, NODES.length);

const interpolation = within<Cloud, Subject>({
  says: 'footnote 2: with a decoder through all data points one latent beats any linear model: its energy falls by (d - 1) ln 10 for each decade of gamma, whatever the rank of the data (0.01 %: terms of order gamma)',
  given: {
    arbitrary: plainRecord({ points: fc.tuple(...NODES.map(() => vector(3, normal()))) }).filter(
      ({ points }) => polynomialParameters(NODES, points).slopes.every(slope => norm(slope) > 0.1),
    ),
  },
  tolerance: 1e-4,
  runs: 12,
  measure: ({ points }, { gamma: rules }) => {
    const at = (gamma: number): number => {
      const { params, slopes } = polynomialParameters(NODES, points);
      const logVariance = slopes.map(slope => -Math.log1p(dot(slope, slope) / gamma));
      const values = { params: { ...params, code: NODES, logvar: logVariance }, x: points.flat(), gamma };
      return energy(rules, CLOUD, values, gaussianPoints(1, 8)).loss;
    };
    return { actual: at(1e-9) - at(1e-8), expected: -2 * Math.LN10 };
  },
});

interface Outlier {
  readonly plane: Matrix;
  readonly radius: number;
  readonly angle: number;
}

const outlier = equals<Outlier, Subject>({
  says: 'figure 1: PCA with two components reconstructs an outlier in the plane of a curve without error, where the curve is far away',
  given: {
    arbitrary: plainRecord({
      plane: orthogonal(3),
      radius: dyadic({ min: 0, max: 3, bits: 4 }).filter(radius => Math.abs(radius - 1) > 0.2),
      angle: dyadic({ min: -3, max: 3, bits: 4 }),
    }),
  },
  runs: 16,
  measure: ({ plane, radius, angle }) => {
    const point = (t: number, r: number): number[] =>
      add(scale(r * Math.cos(t), plane[0]!), scale(r * Math.sin(t), plane[1]!));
    const inliers = [0, 1, 2, 3, 4, 5].map(k => point((k * Math.PI) / 3, 1));
    const { vectors } = symmetricEigen(gram(inliers));
    const x = point(angle, radius);
    const kept = vectors.slice(0, 2).map(v => scale(dot(v, x), v));
    const error = norm(subtract(x, add(kept[0]!, kept[1]!)));
    const nearest = norm(subtract(x, point(angle, 1)));
    return [
      { what: 'PCA', actual: error, expected: 0, scale: 1 + radius },
      { what: 'distance to the curve', actual: nearest, expected: Math.abs(radius - 1), scale: 1 + radius },
    ];
  },
});

const withGap =
  (gap: Subject['gap']) =>
  (s: Subject): Subject => ({ ...s, gap });

export default claim({
  id: 'VGR-4',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, definition 1, remark 1, footnote 2, figure 1',
  tex: {
    printed:
      '\\text{at VAE global minima } \\kappa - r \\text{ latent dimensions are pruned: } \\mu_z = 0,\\ \\sigma_z = 1',
    corrected:
      '\\mathcal L(WR) - \\mathcal L(W) = \\sum_k\\log P_{kk} - \\log\\det P, \\quad P = I + \\tfrac1\\gamma R^\\top W^\\top W R \\quad (\\text{diagonal } q;\\ 0 \\text{ for full covariances})',
  },
  says: 'Exactly r active and kappa - r pruned latents is a property of the mean-field posterior: with a full covariance the energy does not change under rotations of the latents, so that equally good solutions use all kappa of them; and r is relative to the decoder family, since one latent reconstructs any finite data set.',
  verdict: conditional('the posterior is diagonal and the decoder family cannot interpolate the data'),
  objectives: ['gamma-vae'],
  subject: SUBJECT,
  checks: { rotation, pruned, never, interpolation, outlier },
  mutants: {
    halfGap: mutant<Subject>(
      'half the gap',
      withGap((w, gamma) => SUBJECT.gap(w, gamma) / 2),
    ),
    invariant: mutant<Subject>(
      'rotations cost nothing with a diagonal posterior either',
      withGap(() => 0),
    ),
    rowsForColumns: mutant<Subject>(
      "the gap of W'",
      withGap((w, gamma) => SUBJECT.gap(transpose(w), gamma)),
    ),
    gammaDropped: mutant<Subject>(
      "P = I + W'W",
      withGap(w => SUBJECT.gap(w, 1)),
    ),
    ...gammaControls<Subject>(
      'normaliserMissing',
      'klOnce',
      'noNoise',
      'halfPrecision',
      'varianceForDeviation',
    ),
  },
});
