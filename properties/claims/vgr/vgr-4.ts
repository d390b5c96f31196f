/** @file VGR-4: superfluous latents are switched off by the mean-field posterior, not by the VAE as such. */
import { GAMMA_VAE_RULES } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { energy } from '../../../src/studies/energy.js';
import { graeLogDet, precision } from '../../../src/theory/closed/grae.js';
import { linearVaeMinimum } from '../../../src/theory/closed/linear-vae.js';
import { KEPT_COST } from '../../../src/theory/closed/ppca.js';
import { check, claim, conditional, draw, fc, mat, quad, wrong } from '../../kit.js';
import { GAMMA_WRONG } from '../../subjects/energy/gamma-controls.js';
import * as linear from '../../subjects/energy/linear-cases.js';
import { polynomialAutoencoder, polynomialParameters } from '../../subjects/energy/tables.js';

const SUBJECT = {
  gamma: GAMMA_VAE_RULES,
  /** What a mean-field posterior costs more than a full one, for the decoder's weights. */
  gap: (weight: mat.Matrix, gamma: number) => {
    const latent = weight[0]!.length;
    const p = precision(weight, gamma, latent);
    return p.reduce((sum, row, k) => sum + Math.log(row[k]!), 0) - graeLogDet(weight, gamma, latent);
  },
};
type Subject = typeof SUBJECT;

/** The sparse optimum turned by r, its posteriors full or the best diagonal ones. */
function turned(
  c: linear.LinearCase,
  { gamma: rules }: Subject,
  r: mat.Matrix,
  kind: 'diagonal' | 'cholesky',
) {
  const gamma = linear.gammaOf(c);
  const { weight, encoder, covariance } = linear.rotatedOptimum(c, linear.optimumOf(c, gamma), r);
  const best = mat.diagonal(precision(weight, gamma, c.latent).map((row, k) => 1 / row[k]!));
  const net = linear.netOf(c, kind);
  const params = linear.parametersOf(net, weight, encoder, kind === 'diagonal' ? best : covariance);
  const x = linear.dataOf(c);
  const found = energy(rules, net, { params, x: x.flat(), gamma }, quad.sigmaPoints(c.latent));
  const codes = mat.transpose(x.map(row => mat.apply(encoder, row)));
  return {
    loss: found.loss,
    weight,
    used: codes.filter(code => mat.norm(code) > 1e-6 * mat.norm(codes.flat())).length,
  };
}

const floorOf = (c: linear.LinearCase): number => linearVaeMinimum(c, linear.gammaOf(c));

/** The covariance has a condition number of 1/gamma; its Cholesky factor carries that into the energy. */
const roughSize = (c: linear.LinearCase): number =>
  linear.sizeOf(c, linear.gammaOf(c)) * (1 + c.values[0]! / linear.gammaOf(c)) ** 0.5;

const given = { arbitrary: linear.linearCases };

const rotation = check.equals<linear.LinearCase, Subject>({
  says: "a rotation of the latents costs a mean-field VAE exactly sum log P_kk - log det P, P = I + W'W/gamma, and nothing if it only permutes or reflects them",
  given,
  runs: 40,
  measure: (c, subject) => {
    const at = turned(c, subject, c.rotation, 'diagonal');
    const swap = Array.from({ length: c.latent }, (_, i) =>
      Array.from({ length: c.latent }, (_, j) => (i + j === c.latent - 1 ? (i === 0 ? -1 : 1) : 0)),
    );
    return check.agree({
      rotated: [at.loss - floorOf(c), subject.gap(at.weight, linear.gammaOf(c)), roughSize(c)],
      permuted: [turned(c, subject, swap, 'diagonal').loss, floorOf(c), linear.sizeOf(c, linear.gammaOf(c))],
    });
  },
});

/** Rotations that mix latents: more than one of them. */
const mixing: fc.Arbitrary<linear.LinearCase> = linear.linearCases.filter(c => c.latent > linear.rankOf(c));

const pruned = check.equals<linear.LinearCase, Subject>({
  says: 'the sparse optimum uses exactly r latents and has kappa - r at the prior; with a full covariance the rotated one has the same energy and uses all kappa: definition 1 (ii) needs the mean field',
  given: mixing.filter(c => mat.transpose(c.rotation).every(col => Math.abs(col[0]!) > 1e-3)),
  runs: 24,
  measure: (c, subject) => {
    const identityLike = mat.diagonal(new Array<number>(c.latent).fill(1));
    const sparse = turned(c, subject, identityLike, 'diagonal');
    const { variances } = linear.optimumOf(c, linear.gammaOf(c));
    const full = turned(c, subject, c.rotation, 'cholesky');
    return check.agree({
      used: [sparse.used, linear.rankOf(c)],
      'at the prior': [variances.filter(s => s === 1).length, c.latent - linear.rankOf(c)],
      energy: [full.loss, floorOf(c), roughSize(c)],
      'used by the rotated': [full.used, c.latent],
    });
  },
});

const never = check.bound<linear.LinearCase, Subject>({
  says: 'mean field: no rotation gets below the sparse optimum, whatever diagonal posterior',
  given,
  runs: 24,
  measure: (c, subject) => ({
    lower: floorOf(c),
    upper: turned(c, subject, c.rotation, 'diagonal').loss,
    scale: roughSize(c),
  }),
});

const NODES = [-1, -0.25, 0.5, 1.25];
const CLOUD = polynomialAutoencoder(3, NODES.length);

const interpolation = check.within({
  says: 'footnote 2: with a decoder through all data points one latent beats any linear model: its energy falls by (d - 1) ln 10 for each decade of gamma, whatever the rank of the data (0.01 %: terms of order gamma)',
  given: draw
    .record({ points: fc.tuple(...NODES.map(() => draw.vector(3, draw.normal()))) })
    .filter(({ points }) => polynomialParameters(NODES, points).slopes.every(slope => mat.norm(slope) > 0.1)),
  tolerance: 1e-4,
  runs: 12,
  measure: ({ points }, { gamma: rules }: Subject) => {
    const at = (gamma: number): number => {
      const { params, slopes } = polynomialParameters(NODES, points);
      const logVariance = slopes.map(slope => -Math.log1p(mat.dot(slope, slope) / gamma));
      const values = { params: { ...params, code: NODES, logvar: logVariance }, x: points.flat(), gamma };
      return energy(rules, CLOUD, values, quad.gaussianPoints(1, 8)).loss;
    };
    return { actual: at(1e-9) - at(1e-8), expected: -2 * Math.LN10 };
  },
});

const outlier = check.equals({
  says: 'figure 1: PCA with two components reconstructs an outlier in the plane of a curve without error, where the curve is far away',
  given: draw.record({
    plane: draw.orthogonal(3),
    radius: draw.dyadic({ min: 0, max: 3, bits: 4 }).filter(radius => Math.abs(radius - 1) > 0.2),
    angle: draw.dyadic({ min: -3, max: 3, bits: 4 }),
  }),
  runs: 16,
  measure: ({ plane, radius, angle }) => {
    const point = (t: number, r: number): number[] =>
      mat.add(mat.scale(r * Math.cos(t), plane[0]!), mat.scale(r * Math.sin(t), plane[1]!));
    const inliers = [0, 1, 2, 3, 4, 5].map(k => point((k * Math.PI) / 3, 1));
    const { vectors } = mat.symmetricEigen(mat.gram(inliers));
    const x = point(angle, radius);
    const kept = vectors.slice(0, 2).map(v => mat.scale(mat.dot(v, x), v));
    const error = mat.norm(mat.subtract(x, mat.add(kept[0]!, kept[1]!)));
    const nearest = mat.norm(mat.subtract(x, point(angle, 1)));
    return check.agree(
      { PCA: [error, 0], 'distance to the curve': [nearest, Math.abs(radius - 1)] },
      1 + radius,
    );
  },
});

export default claim({
  id: 'VGR-4',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, definition 1, remarks 1 and 4, footnote 2, figure 1',
  formulas: [KEPT_COST],
  tex: {
    printed:
      '\\text{for unneeded latent dimensions } q_\\phi(z_j|x^{(i)}) = \\mathcal N(0, 1) \\text{ for all } i',
    corrected:
      '\\mathcal L(WR) - \\mathcal L(W) = \\sum_k\\log P_{kk} - \\log\\det P, \\quad P = I + \\tfrac1\\gamma R^\\top W^\\top W R \\quad (\\text{diagonal } q;\\ 0 \\text{ for full covariances})',
  },
  says: 'Exactly r active and kappa - r pruned latents is a property of the diagonal posterior that the paper assumes: with a full covariance the energy does not change under rotations of the latents, so that equally good solutions use all kappa of them; and r is relative to the decoder family, as definition 1 and footnote 2 say, since one latent reconstructs any finite data set.',
  verdict: conditional(
    'the posterior is diagonal and the decoder family cannot interpolate the data: both are assumed in the paper',
  ),
  findings: [
    {
      class: 'caveat',
      title: 'Pruning is a property of the diagonal posterior, which the paper assumes',
      quote: 'it is common to select [...] where the Gaussian moment vectors',
      place: 'section 1, above eq. (3): the posterior is diagonal',
      says: 'With full covariances the energy does not change under rotations of the latents, and solutions as good use every latent; with the diagonal posterior of the paper a rotation costs sum log P_kk - log det P.',
    },
    {
      class: 'caveat',
      title: 'The number of latents is relative to the decoder family, as definition 1 says',
      quote: 'produces an optimal sparse representation of a training set X w.r.t.',
      place: 'section 2.1, definition 1',
      says: 'A larger family may need fewer latents: the optimum of a linear family is r latents, that of a family through all data is one.',
    },
    {
      class: 'caveat',
      title: 'One latent interpolates any finite data set',
      quote:
        'then in principle just a single nonzero latent dimension will always be sufficient to achieve zero reconstruction error regardless of the actual data structure',
      place: 'section 2.1, footnote 2',
      says: 'The energy of an interpolating curve falls by (d - 1) ln 10 for each decade of gamma, whatever the rank of the data: faster than that of any linear model of rank above one.',
    },
  ],
  objectives: ['gamma-vae'],
  subject: SUBJECT,
  checks: { rotation, pruned, never, interpolation, outlier },
  mutants: {
    ...wrong.formula(SUBJECT, 'gap', {
      halfGap: ['half the gap', (w, gamma) => SUBJECT.gap(w, gamma) / 2],
      invariant: ['rotations cost nothing with a diagonal posterior either', () => 0],
      rowsForColumns: ["the gap of W'", (w, gamma) => SUBJECT.gap(mat.transpose(w), gamma)],
      gammaDropped: ["P = I + W'W", w => SUBJECT.gap(w, 1)],
    }),
    ...wrong.rules(SUBJECT, 'gamma', GAMMA_WRONG),
  },
});
