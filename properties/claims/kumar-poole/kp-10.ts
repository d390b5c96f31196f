/** @file KP-10: the second-order Taylor expansion of the reconstruction term, and its error. */
import * as tf from '@tensorflow/tfjs';
import { VAE, VAE_RULES, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { graeCovariance } from '../../../src/theory/closed/grae.js';
import { asymptotic, check, claim, draw, mat, type OrderCase, quad, wrong } from '../../kit.js';
import { mistaken } from '../../subjects/mistaken.js';
import { curvatureAt } from '../../subjects/vae/curvature.js';
import * as smooth from '../../subjects/vae/smooth-cases.js';
import { betaVae, posterior } from '../../subjects/vae/step.js';

const SUBJECT = {
  vae: VAE_RULES,
  /** What eq. (4) adds for the spread of the code, H the Hessian of -log p. */
  spread: (hessian: mat.Matrix, s: mat.Matrix) => mat.traceOfProduct(hessian, s) / 2,
  /** Its error for a Gaussian posterior, from L_ijkl S_ij S_kl. */
  fourth: (quartic: number) => quartic / 8,
  /** Its leading error in one dimension, from L''' and the third moment of the code. */
  third: (derivative: number, moment: number) => (derivative * moment) / 6,
};
type Subject = typeof SUBJECT;

const NODES = 8;
const points = new Map([1, 2].map(d => [d, quad.gaussianPoints(d, NODES)]));

/**
 * The expected reconstruction at N(h, S), or at another posterior by its noises, as trained, above its value
 * at h.
 */
function excess(
  c: smooth.SmoothCase,
  { vae }: Subject,
  s: mat.Matrix,
  noises?: readonly quad.WeightedPoint[],
): number {
  const d = c.mean.length;
  const values = { params: { ...posterior(c.net, c.mean, s), ...c.params }, x: c.x, beta: 0 };
  const at = (codes: readonly quad.WeightedPoint[]): number => betaVae(vae, c.net, values, codes);
  return at(noises ?? points.get(d)!) - at([{ point: c.mean.map(() => 0), weight: 1 }]);
}

const hessianOf = (c: smooth.SmoothCase): mat.Matrix =>
  curvatureAt(c.net, 'gaussian', c.params, c.x, c.mean).hessian;

/** Size of the terms of the excess. */
function sizeOf(c: smooth.SmoothCase, s: mat.Matrix): number {
  const data = 1 + mat.norm(c.x) + mat.norm(Object.values(c.params).flat());
  const width = Math.sqrt(mat.trace(s) * mat.trace(mat.gram(c.jacobian)));
  return data * ((c.fits ? 0 : 0.5) + width + mat.norm(c.mean) * 2 ** -10) + width ** 2;
}

const wide = smooth
  .quadratics('some')
  .chain(c => draw.spd(c.mean.length, 1 / 16, 4).map(({ matrix }) => ({ c, s: matrix })));
type WideCase = draw.Of<typeof wide>;

const quartic = check.equals<WideCase, Subject>({
  says: 'for quadratic decoders the expected reconstruction is its expansion plus L_ijkl S_ij S_kl / 8 exactly, at any width',
  given: { arbitrary: wide, show: ({ c, s }) => `${smooth.show(c)}, S = ${JSON.stringify(s)}` },
  runs: 50,
  measure: ({ c, s }, rules) => ({
    actual: excess(c, rules, s) - rules.spread(hessianOf(c), s),
    expected: rules.fourth(c.quartic(s)),
    scale: sizeOf(c, s) * (1 + mat.trace(s)) ** 2,
  }),
});

const gaussian = check.order<smooth.SmoothCase, Subject>({
  says: 'with S of order beta a Gaussian posterior leaves an error of order beta^2, L_ijkl M_ij M_kl / 8 with M = A^-1',
  given: { arbitrary: smooth.curvedCases('some'), show: smooth.show },
  order: 2,
  measure: (c, rules): OrderCase => {
    const hessian = hessianOf(c);
    return {
      constant: rules.fourth(c.quartic(mat.inverse(mat.gram(c.jacobian)))),
      ladder: check.ladder(smooth.stepsOf(c, 8), beta => {
        const s = graeCovariance(c.jacobian, beta);
        return { residual: excess(c, rules, s) - rules.spread(hessian, s), scale: sizeOf(c, s) };
      }),
    };
  },
});

const noisesOf = ({ chance: p }: SkewedCase): readonly quad.WeightedPoint[] => [
  { point: [Math.sqrt((1 - p) / p)], weight: p },
  { point: [-Math.sqrt(p / (1 - p))], weight: 1 - p },
];

const moment = (skew: SkewedCase, n: number): number =>
  noisesOf(skew).reduce((sum, { point, weight }) => sum + weight * point[0]! ** n, 0);

const jacobian = ({ jacobian: j }: smooth.SmoothCase): mat.Vector => j.map(row => row[0]!);
/** L''' = 3 sum_m J_m Q_m of a quadratic decoder with one latent. */
const thirdDerivative = (c: smooth.SmoothCase): number =>
  3 * mat.dot(jacobian(c), c.params['decoder.hessians']!);

/** One latent with a posterior of two values: variance 1, third moment not 0. */
const skewedCases = draw.record({
  c: smooth
    .quadratics('some')
    .filter(
      c =>
        c.mean.length === 1 &&
        Math.abs(thirdDerivative(c)) > mat.norm(jacobian(c)) * mat.norm(c.params['decoder.hessians']!),
    ),
  /** The chance of the larger value. */
  chance: draw.dyadic({ min: 1 / 16, max: 3 / 8, bits: 5 }),
});
type SkewedCase = draw.Of<typeof skewedCases>;

const showSkewed = ({ c, chance }: SkewedCase): string => `${smooth.show(c)}, chance ${chance}`;

const skewed = check.order<SkewedCase, Subject>({
  says: "a posterior with skewness kappa_3 leaves an error of order beta^(3/2), L''' kappa_3 A^(-3/2) / 6 (order 3 in the root of beta)",
  given: { arbitrary: skewedCases, show: showSkewed },
  order: 3,
  runs: 10,
  measure: (skew, rules): OrderCase => {
    const { c } = skew;
    const a = mat.norm(jacobian(c)) ** 2;
    const hessian = hessianOf(c);
    const steps = smooth.stepsOf(c, 9, Math.sqrt(smooth.reach(c)));
    return {
      constant: rules.third(thirdDerivative(c), moment(skew, 3)) / a ** 1.5,
      ladder: check.ladder(steps, root => {
        const s = graeCovariance(c.jacobian, root ** 2);
        const residual = excess(c, rules, s, noisesOf(skew)) - rules.spread(hessian, s);
        return { residual, scale: sizeOf(c, s) };
      }),
    };
  },
});

const skewedExact = check.equals<SkewedCase, Subject>({
  says: "for a quadratic decoder with one latent that error is L''' E e^3 / 6 + L'''' E e^4 / 24 exactly",
  given: { arbitrary: skewedCases, show: showSkewed },
  runs: 30,
  measure: (skew, rules) => {
    const { c } = skew;
    const s = 0.25;
    const bend = mat.norm(c.params['decoder.hessians']!) ** 2;
    return {
      actual: excess(c, rules, [[s]], noisesOf(skew)) - rules.spread(hessianOf(c), [[s]]),
      expected:
        rules.third(thirdDerivative(c), moment(skew, 3) * s ** 1.5) + (bend * moment(skew, 4) * s ** 2) / 8,
      scale: sizeOf(c, [[s]]) * moment(skew, 4),
    };
  },
});

const inVae = (s: Subject, vae: VaeRules): Subject => ({ ...s, vae });

export default claim<Subject, string, string>({
  id: 'KP-10',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, eqs. (3)-(4)',
  tex: {
    printed:
      '\\mathbb E_q \\log p(x|z) \\approx \\log p(x|h) + \\tfrac12 \\operatorname{tr}\\bigl(\\nabla^2 \\log p(x|h)\\,\\Sigma\\bigr), \\text{ higher central moments being small}',
    asRead: true,
    corrected:
      "\\text{Gaussian } q:\\ -\\tfrac18 L_{ijkl}\\Sigma_{ij}\\Sigma_{kl} + O(\\beta^3); \\qquad \\text{skewed } q:\\ -\\tfrac16 L''' \\kappa_3 \\Sigma^{3/2} = O(\\beta^{3/2}), \\quad L = -\\log p",
  },
  says: 'For Gaussian posteriors whose covariance shrinks with beta the expansion of eq. (4) leaves an error of order beta^2 with a known coefficient, exactly that for quadratic decoders; for a skewed posterior the order is only 3/2.',
  verdict: asymptotic(2, 'beta'),
  findings: [
    {
      class: 'sharpened',
      title: 'The order of the Taylor error',
      quote:
        'For small values of β , the variational posterior will be fairly concentrated around the mean, resulting in small higher central moments (if any)',
      place: 'section 4, after eq. (4)',
      says: 'With a covariance of order beta, the error of eq. (4) is of order beta^2 for Gaussian posteriors, with the coefficient of the fourth derivatives, and of order beta^(3/2) for skewed ones.',
    },
  ],
  objectives: ['beta-vae'],
  subject: SUBJECT,
  checks: { gaussian, quartic, skewed, skewedExact },
  mutants: {
    ...wrong.formula(SUBJECT, 'spread', {
      sign: ['- tr(HS) / 2', (h, v) => -mat.traceOfProduct(h, v) / 2],
      withoutHalf: ['tr(HS)', (h, v) => mat.traceOfProduct(h, v)],
      diagonalOnly: [
        'the diagonal of H only',
        (h, v) => h.reduce((sum, row, i) => sum + (row[i]! * v[i]![i]!) / 2, 0),
      ],
    }),
    ...wrong.formula(SUBJECT, 'fourth', {
      quarter: ['1/4 for 1/8', q => q / 4],
      twentyFourth: ['1/24 for 1/8: one pairing of three', q => q / 24],
    }),
    ...wrong.formula(SUBJECT, 'third', {
      noSkewness: ['the third moment taken to vanish', () => 0],
      halfSkewness: ["L''' kappa_3 / 2", (l, m) => (l * m) / 2],
    }),
    noNoise: mistaken(VAE.mistakes.noNoise, inVae),
    ...wrong.rules(SUBJECT, 'vae', {
      covarianceForRoot: [
        'the covariance times the noise instead of its root',
        {
          sample: (mean, s, noise) => {
            if (s.kind !== 'cholesky') return mean;
            const square = tf.matMul(s.factor, s.factor, false, true);
            return tf.add(mean, tf.squeeze(tf.matMul(square, tf.expandDims(noise, 2)), [2]));
          },
        },
      ],
      skewedNoise: [
        'a noise that is shifted: odd moments for a Gaussian posterior',
        { sample: (mean, s, noise) => VAE_RULES.sample(mean, s, tf.add(noise, 0.125)) },
      ],
    }),
  },
});
