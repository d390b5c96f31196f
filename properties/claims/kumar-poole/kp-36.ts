/**
 * @file KP-36: the pullback metric of a decoder, and what becomes of it where a piecewise linear one is
 * smoothed.
 */
import { denseAutoencoder } from '../../../src/core/net/dense.js';
import { check, claim, conditional, draw, fc, mat, wrong } from '../../kit.js';
import { curvatureAt } from '../../subjects/vae/curvature.js';
import { jacobians } from '../../subjects/vae/local-cases.js';
import * as smooth from '../../subjects/vae/smooth-cases.js';
import { jacobianAt } from '../../subjects/vae/step.js';

const SUBJECT = {
  /** G, from J. */
  metric: (j: mat.Matrix): mat.Matrix => mat.gram(j),
  /** By how much log(1 + exp(kx)) / k is above max(x, 0) at most. */
  above: (k: number) => Math.LN2 / k,
  /** The slope of the smoothed unit on its kink, in parts of the slope beyond. */
  onKink: 0.5,
};
type Subject = typeof SUBJECT;

const directed = smooth.curvedCases('zero').chain(c =>
  draw.record({
    c: fc.constant(c),
    direction: draw.vector(c.mean.length, draw.normal()).filter(u => mat.norm(u) > 0.25),
  }),
);
type Directed = draw.Of<typeof directed>;

const length = check.order<Directed, Subject>({
  says: "a step t u of the code moves the output by t^2 u'Gu, squared, up to t^3 <Ju, D^2 g[u, u]>: G = J^T J is the metric of the space of data, pulled back",
  given: {
    arbitrary: directed,
    show: ({ c, direction }) => `${smooth.show(c)}, u = [${direction.join(', ')}]`,
  },
  order: 3,
  runs: 10,
  measure: ({ c, direction: u }, rules) => {
    const at = (z: mat.Vector) => curvatureAt(c.net, 'gaussian', c.params, c.x, z);
    const { output, jacobian, contracted } = at(c.mean);
    const pushed = mat.apply(jacobian, u);
    const first = mat.form(u, rules.metric(jacobian), u);
    return {
      constant: mat.form(u, contracted(pushed), u),
      ladder: check.ladder(check.dyadic(1 / mat.norm(u), 5, 14), t => {
        const moved = mat.subtract(at(mat.add(c.mean, mat.scale(t, u))).output, output);
        const scale = 8 * t * mat.norm(pushed) * (1 + mat.norm(output) + mat.norm(c.mean));
        return { residual: mat.dot(moved, moved) - t ** 2 * first, scale };
      }),
    };
  },
});

const definite = check.bound<mat.Matrix, Subject>({
  says: 'it is positive definite where J has full column rank: its least eigenvalue is the least squared singular value',
  given: fc.oneof(jacobians(3, 2), jacobians(4, 1), jacobians(3, 3)),
  runs: 40,
  measure: (j, rules) => {
    const { values } = mat.svd(j);
    const least = mat.symmetricEigen(rules.metric(j)).values.at(-1)!;
    const scale = values[0]! ** 2;
    return check.below({ lower: [values.at(-1)! ** 2, least], upper: [least, values.at(-1)! ** 2] }, scale);
  },
});

const singular = check.equals<mat.Matrix, Subject>({
  says: 'with more latents than data it is singular for every decoder, and no metric',
  given: fc.oneof(jacobians(2, 3), jacobians(1, 2)),
  runs: 30,
  measure: (j, rules) => {
    const { values } = mat.symmetricEigen(rules.metric(j));
    return {
      actual: values.slice(j.length),
      expected: mat.zeros(j[0]!.length - j.length),
      scale: values[0]!,
    };
  },
});

const network = (activation: 'relu' | 'softplus', widths: readonly number[]) =>
  denseAutoencoder({
    encoder: [widths.at(-1)!],
    latent: widths[0]!,
    decoder: widths,
    activation,
    output: 'identity',
    posterior: 'diagonal',
  });

const WIDTHS = [2, 4, 3] as const;
const [RELU, SOFTPLUS] = [network('relu', WIDTHS), network('softplus', WIDTHS)];

const smoothed = draw.record({
  w: draw.vector(WIDTHS[0] * WIDTHS[1], draw.normal()),
  b: draw.vector(WIDTHS[1], draw.normal()),
  v: draw.vector(WIDTHS[1] * WIDTHS[2], draw.normal()),
  z: draw.vector(WIDTHS[0], draw.normal()),
  k: draw.logUniform({ min: 1, max: 256 }),
});
type Smoothed = draw.Of<typeof smoothed>;

/** Every unit on its kink, all weights of one sign. */
const ON_KINKS: Smoothed = {
  w: [1, 0, 0, 1, 1, 1, -1, 1],
  b: mat.zeros(4),
  v: mat.zeros(12).fill(1),
  z: [0, 0],
  k: 4,
};

/** Units log(1 + exp(kx)) / k, with k = 1 those of a network with kinks. */
const paramsOf = (w: mat.Vector, b: mat.Vector, v: mat.Vector, k: number, data: number) => ({
  'decoder.0.weight': mat.scale(k, w),
  'decoder.0.bias': mat.scale(k, b),
  'decoder.1.weight': mat.scale(1 / k, v),
  'decoder.1.bias': mat.zeros(data),
});

const uniform = check.bound<Smoothed, Subject>({
  says: 'a ReLU decoder is approached by smooth ones, uniformly: units log(1 + exp(kx)) / k are off by log 2 / k at most, on their kinks by just that',
  given: { arbitrary: smoothed, examples: [ON_KINKS] },
  runs: 30,
  measure: ({ w, b, v, z, k }, rules) => {
    const data = mat.zeros(WIDTHS[2]);
    const at = (net: typeof RELU, scale: number): mat.Vector =>
      curvatureAt(net, 'gaussian', paramsOf(w, b, v, scale, data.length), data, z).output;
    const off = mat.subtract(at(SOFTPLUS, k), at(RELU, 1));
    return data.map((_, m) => {
      const weights = v.slice(m * WIDTHS[1], (m + 1) * WIDTHS[1]);
      const upper = rules.above(k) * mat.sum(weights.map(Math.abs));
      return {
        what: `output ${m}`,
        lower: Math.abs(off[m]!),
        upper,
        scale: 16 * mat.norm(v) * (1 + mat.norm(z)),
      };
    });
  },
});

const UNIT = network('softplus', [1, 1, 1]);

/** The slope of one smoothed unit, of slope `bend` beyond its kink at 0. */
const slopeOf = (bend: number, k: number, z: number): number =>
  jacobianAt(UNIT, paramsOf([1], [0], [bend], k, 1), [z])[0]![0]!;

const units = draw.record({
  bend: draw.dyadic({ min: 0.5, max: 2, bits: 4 }),
  k: draw.logUniform({ min: 1, max: 2 ** 20 }),
  z: draw.dyadic({ min: 2 ** -6, max: 1, bits: 6 }),
});
type Unit = draw.Of<typeof units>;

const onKink = check.equals<Unit, Subject>({
  says: 'its metric is not, on the kinks: there the slope of the smoothed unit is the mean of those on either side, for every k',
  given: units,
  runs: 20,
  measure: ({ bend, k }, rules) => ({ actual: slopeOf(bend, k, 0), expected: rules.onKink * bend }),
});

const offKink = check.bound<Unit, Subject>({
  says: 'at a distance z from it the slope is off by exp(-kz) of itself at most: the metrics agree off the kinks',
  given: units,
  runs: 30,
  measure: ({ bend, k, z }) =>
    check.below({
      right: [bend * (1 - Math.exp(-k * z)), slopeOf(bend, k, z), bend],
      left: [slopeOf(bend, k, -z), bend * Math.exp(-k * z), bend],
    }),
});

export default claim({
  id: 'KP-36',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, section 5.2 and footnote 2',
  tex: {
    printed: 'G(z) = J_g(z)^\\top J_g(z)',
    corrected:
      '|g(z + tu) - g(z)|^2 = t^2\\, u^\\top G u + t^3 \\langle Ju, D^2 g[u, u]\\rangle + O(t^4); \\qquad g_k \\to g \\text{ uniformly}, \\quad G_k \\to G \\text{ off the kinks}',
  },
  says: 'The pullback of the Euclidean metric is J^T J, positive definite exactly where J has full column rank, which more latents than data rule out; a smooth function near a piecewise linear decoder has nearly its values everywhere and its metric off the kinks, but on a kink another one, however near it is.',
  verdict: conditional('J has full column rank; for a smoothed piecewise linear decoder, off the kinks'),
  findings: [
    {
      class: 'sharpened',
      title: 'Smoothing approximates a decoder everywhere, its metric off the kinks only',
      quote:
        'they can always be approximated arbitrarily closely by a smooth function for the sake of this argument',
      place: 'footnote 2',
      says: 'Units log(1 + exp(kx)) / k are within log 2 / k of ReLU; their slopes agree off the kink up to exp(-k|x|), and on it they are one half for every k.',
    },
  ],
  subject: SUBJECT,
  checks: { length, definite, singular, uniform, onKink, offKink },
  mutants: {
    ...wrong.formula(SUBJECT, 'metric', {
      withIdentity: [
        'I + J^T J: the precision at beta = 1',
        j => mat.combine(1, mat.gram(j), 1, mat.identity(j[0]!.length)),
      ],
      diagonalOnly: ['the diagonal of J^T J', j => mat.diagonal(mat.gram(j).map((row, i) => row[i]!))],
      half: ['J^T J / 2', j => mat.combine(0.5, mat.gram(j), 0, mat.gram(j))],
    }),
    ...wrong.formula(SUBJECT, 'above', {
      halfAbove: ['log 2 / 2k', k => Math.LN2 / (2 * k)],
      exponential: ['exp(-k), as off the kink', k => Math.exp(-k)],
    }),
    ...wrong.formula(SUBJECT, 'onKink', {
      left: ['the slope on the left', 0],
      right: ['the slope on the right', 1],
    }),
  },
});
