/** @file KP-17: where the decoder does not move to first order the posterior stays wide as beta -> 0. */
import * as tf from '@tensorflow/tfjs';
import { GRAE } from '../../../src/core/objectives/grae/grae.js';
import { VAE } from '../../../src/core/objectives/vae/vae.js';
import { constant } from '../../../src/engine/ops.js';
import { check, claim, conditional, draw, mat, quad, wrong } from '../../kit.js';
import { known } from '../../subjects/mistaken.js';
import { quadraticAutoencoder } from '../../subjects/vae/decoders.js';
import { betas } from '../../subjects/vae/local-cases.js';
import { betaVae, grae, posterior, type Values } from '../../subjects/vae/step.js';

const SUBJECT = {
  vae: VAE.rules,
  grae: GRAE.rules,
  /** The best variance in the flat direction; K = sum Q_m^2 / 4 is 1 for g(z) = z^2. */
  // 3 K s^2 + beta s / 2 - beta / 2 = 0, without cancellation
  variance: (k: number, beta: number) => beta / (beta / 2 + Math.sqrt(beta ** 2 / 4 + 6 * k * beta)),
  /** The beta-VAE above GRAE at the best variance, up to O(beta^(3/2)). */
  leading: (k: number, beta: number) => (beta / 4) * (Math.log((6 * k) / beta) - 1),
  /** The coefficient of beta^(3/2). */
  next: (k: number) => 1 / (2 * Math.sqrt(6 * k)),
};
type Subject = typeof SUBJECT;

const DATA = 2;
const NETS = new Map([1, 2].map(d => [d, quadraticAutoencoder(DATA, d, 'cholesky')]));

const numbers = draw.vector(DATA, draw.normal());
const flat = {
  bend: numbers.filter(q => mat.norm(q) > 0.25),
  value: numbers,
  mean: draw.vector(1, draw.normal()),
  beta: betas,
};
const flatCases = draw.record(flat);
const mixedCases = draw.record({ slope: numbers, ...flat, mean: draw.vector(2, draw.normal()) });

/** g(h + e) = value + J e_1 + Q e_2^2 / 2, x = g(h); without J one latent only, e_2. */
type FlatCase = draw.Of<typeof flatCases> & { readonly slope?: mat.Vector };
type MixedCase = draw.Of<typeof mixedCases>;

const valuesAt = ({ slope, bend, value, mean, beta }: FlatCase, s: mat.Matrix): Values => ({
  params: {
    ...posterior(NETS.get(mean.length)!, mean, s),
    'decoder.centre': mean,
    'decoder.value': value,
    'decoder.jacobian': slope === undefined ? bend.map(() => 0) : slope.flatMap(j => [j, 0]),
    'decoder.hessians': slope === undefined ? bend : bend.flatMap(q => [0, 0, 0, q]),
  },
  x: value,
  beta,
});

const trained = (c: FlatCase, { vae }: Subject, s: mat.Matrix): number =>
  betaVae(vae, NETS.get(c.mean.length)!, valuesAt(c, s), quad.gaussianPoints(c.mean.length, 4));

const regularised = (c: FlatCase, { grae: rules }: Subject): number =>
  grae(rules, NETS.get(c.mean.length)!, valuesAt(c, mat.identity(c.mean.length))).loss;

const strength = ({ bend }: FlatCase): number => mat.dot(bend, bend) / 4;

const sizeOf = (c: FlatCase, s: number): number =>
  (mat.norm(c.value) + mat.norm(c.bend) * s + mat.norm(c.slope ?? [])) ** 2 * 4 +
  c.beta * (4 + mat.norm(c.mean) ** 2 + Math.abs(Math.log(s)));

/** g(z) = z^2 at 0, in the first of two data entries. */
const SQUARE: FlatCase = { bend: [2, 0], value: [0, 0], mean: [0], beta: 2 ** -20 };

const closed = check.equals<FlatCase, Subject>({
  says: 'where J = 0 and x = g(h), GRAE is beta |h|^2 / 2 whatever the curvature, and the beta-VAE at eq. (11), S = 1, is above it by 3 K / 2, K = 1 for g(z) = z^2',
  given: { arbitrary: flatCases, examples: [SQUARE] },
  runs: 40,
  measure: (c, rules) => {
    const [scale, floor] = [sizeOf(c, 1), regularised(c, rules)];
    return check.agree({
      GRAE: [floor, (c.beta / 2) * mat.norm(c.mean) ** 2, c.beta],
      'at eq. (11)': [trained(c, rules, [[1]]) - floor, 1.5 * strength(c), scale + scale * mat.norm(c.mean)],
    });
  },
});

const noConvergence = check.violates<FlatCase, Subject>({
  says: 'so for g(z) = z^2 the beta-VAE at eq. (11) does not come near GRAE: 1.5 for 0 at every beta',
  given: {
    arbitrary: flatCases,
    examples: [SQUARE, { ...SQUARE, beta: 2 ** -10 }, { ...SQUARE, beta: 2 ** -40 }],
    exhaustive: true,
  },
  measure: (c, rules) => {
    const [claimed, actual] = [regularised(c, rules), trained(c, rules, [[1]])];
    return { claimed, actual, by: actual - claimed, scale: 1 };
  },
});

const best = check.bound<FlatCase, Subject>({
  says: 'the best variance is the root of 3 K s^2 + beta (s - 1) / 2: no other does better',
  given: { arbitrary: flatCases, examples: [SQUARE] },
  runs: 40,
  measure: (c, rules) => {
    const s = rules.variance(strength(c), c.beta);
    const [lower, scale] = [trained(c, rules, [[s]]), sizeOf(c, s)];
    const others = [0.75, 0.99, 1.01, 1.5].map(factor => trained(c, rules, [[factor * s]]));
    return others.map(upper => ({ lower, upper, scale }));
  },
});

const logarithmic = check.order<FlatCase, Subject>({
  says: 'at the best variance, about sqrt(beta / 6K), it is above GRAE by (beta/4) [log(6K/beta) - 1] + beta^(3/2) / (2 sqrt(6K)): between order 1 and less (order 3 in the root of beta for the rest)',
  given: flatCases.map(c => ({ ...c, value: c.value.map(() => 0), mean: [0] })),
  order: 3,
  runs: 10,
  measure: (c, rules) => {
    const k = strength(c);
    return {
      constant: rules.next(k),
      ladder: check.ladder(check.dyadic(Math.sqrt(k), 2, 10), root => {
        const at = { ...c, beta: root ** 2 };
        const gap = trained(at, rules, [[rules.variance(k, at.beta)]]) - regularised(at, rules);
        const scale = at.beta * (4 + Math.abs(Math.log(at.beta / k)));
        return { residual: gap - rules.leading(k, at.beta), scale };
      }),
    };
  },
});

/** The beta-VAE at eq. (11): variance beta / (beta + |J|^2) where the decoder moves, 1 elsewhere. */
function atEleven(c: MixedCase, rules: Subject) {
  const first = c.beta / (c.beta + mat.norm(c.slope) ** 2);
  return {
    first,
    value: trained(c, rules, mat.diagonal([first, 1])),
    scale: sizeOf(c, 1) * (1 + mat.norm(c.mean)) * 4,
  };
}

const partial = check.equals<MixedCase, Subject>({
  says: 'with more latents than the Jacobian has rank, the flat direction is enough: at eq. (11) the gap is 3 K / 2 at every beta',
  given: mixedCases,
  runs: 40,
  measure: (c, rules) => {
    const { value, scale } = atEleven(c, rules);
    return { actual: value - regularised(c, rules), expected: 1.5 * strength(c), scale };
  },
});

const harmless = check.equals<MixedCase, Subject>({
  says: 'a latent that the decoder ignores altogether does no harm: at S = 1 it adds beta h^2 / 2 to the beta-VAE and to GRAE alike',
  given: mixedCases.map(c => ({ ...c, bend: c.bend.map(() => 0) })),
  runs: 40,
  measure: (c, rules) => {
    const { first, value, scale } = atEleven(c, rules);
    return {
      actual: value,
      expected: regularised(c, rules),
      scale: scale + c.beta * Math.abs(Math.log(first)),
    };
  },
});

export default claim<Subject, string, string>({
  id: 'KP-17',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, eqs. (4), (7), (11), (13), where the Jacobian is rank-deficient',
  tex: {
    printed: '\\min_\\Sigma F_\\beta(h, \\Sigma) \\approx \\mathrm{GRAE}(h) \\quad (\\beta \\to 0)',
    corrected:
      'Jv = 0: \\quad F_\\beta(h, \\Sigma_{(11)}) - \\mathrm{GRAE} \\to \\tfrac32 K, \\qquad \\min_\\Sigma F_\\beta - \\mathrm{GRAE} = \\tfrac\\beta4\\Bigl[\\log\\frac{6K}{\\beta} - 1\\Bigr] + \\frac{\\beta^{3/2}}{2\\sqrt{6K}} + O(\\beta^2), \\quad K = \\tfrac14 |\\partial_v^2 g|^2',
    asRead: true,
  },
  says: 'The approximation needs a decoder that moves in every direction of the latents to first order, or not at all: where only its Jacobian vanishes in a direction, the covariance of eq. (11) keeps the variance 1 there and the objectives do not approach each other as beta -> 0, and the best covariance leaves a gap of order beta log(1/beta).',
  verdict: conditional('the Jacobian has full column rank, or the decoder is constant along its null space'),
  findings: [
    {
      class: 'sharpened',
      title: 'Posteriors narrow with beta only where the Jacobian has full column rank',
      quote: 'For small values of β , the variational posterior will be fairly concentrated around the mean',
      place: 'section 4, below eq. (4)',
      says: 'Where only the Jacobian vanishes in a direction and the decoder does not, eq. (11) keeps the variance 1 there at every beta, 3K/2 above GRAE, and the best variance is about sqrt(beta / 6K), which leaves a gap of order beta log(1/beta). A latent that the decoder ignores altogether does no harm. Section 5.2 asks for full rank, for the metric.',
      changesUse: true,
    },
  ],
  objectives: ['beta-vae', 'grae'],
  subject: SUBJECT,
  checks: { logarithmic, closed, noConvergence, best, partial, harmless },
  mutants: {
    ...wrong.formula(SUBJECT, 'variance', {
      optimalAtEleven: ['the variance of eq. (11) taken to be the best', () => 1],
      shrinking: [
        'a variance that shrinks with beta, as where J has full rank',
        (k, beta) => beta / (beta + 6 * k),
      ],
    }),
    ...wrong.formula(SUBJECT, 'leading', {
      orderOne: ['beta / 4 without the logarithm', (_, beta) => beta / 4],
      halfLogarithm: [
        '(beta / 2) log(6K / beta)',
        (k, beta) => (beta / 4) * (2 * Math.log((6 * k) / beta) - 1),
      ],
      withoutConstant: ['without - beta / 4', (k, beta) => (beta / 4) * Math.log((6 * k) / beta)],
    }),
    ...wrong.formula(SUBJECT, 'next', {
      nextTwice: ['1 / sqrt(6K)', k => 1 / Math.sqrt(6 * k)],
    }),
    ...wrong.rules(SUBJECT, 'grae', {
      graeWithoutIdentity: [
        'log det of A / beta + 2 instead of A / beta + 1',
        { logDet: a => tf.add(GRAE.rules.logDet(a), constant(a.shape[2]! * Math.LN2)) },
      ],
    }),
    ...wrong.rules(
      SUBJECT,
      'vae',
      known(VAE, {
        noNoise: 'noNoise',
        klWithoutDimension: 'klWithoutDimension',
        betaIgnored: 'betaIgnored',
      }),
    ),
  },
});
