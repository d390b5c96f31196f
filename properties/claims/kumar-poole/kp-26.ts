/**
 * @file KP-26: one covariance for all data, as in figure 1, against one for each, which is what GRAE stands
 * for.
 */
import * as tf from '@tensorflow/tfjs';
import { GRAE } from '../../../src/core/objectives/grae/grae.js';
import { BETA_VAE_TAYLOR } from '../../../src/core/objectives/vae/beta-vae-taylor.js';
import { graeCovariance, graeGap, graeLogDet } from '../../../src/theory/closed/grae.js';
import { autoencoderOf, shape } from '../../arbitraries/autoencoders.js';
import { check, claim, draw, exact, fc, mat, wrong } from '../../kit.js';
import { known } from '../../subjects/mistaken.js';
import { jacobiansOf } from '../../subjects/network/jacobians.js';
import { covariancesOf } from '../../subjects/network/posterior.js';
import { noisyValues, trainedNet } from '../../subjects/vae/noisy-cases.js';
import { grae, posterior, type Step, taylor } from '../../subjects/vae/step.js';

/** Curved decoders, whose Jacobian is another at each datum; one latent, and a single datum, among them. */
const SHAPES = [
  shape('sin', [4, 3], [3, 5, 4], 4, 'cholesky'),
  shape('tanh', [5, 4], [2, 6, 5], 3, 'cholesky'),
  shape('softplus', [3], [1, 4, 3], 3, 'cholesky'),
  shape('tanh', [4, 3], [2, 5, 4], 1, 'cholesky'),
];

const sharedCases = fc.oneof(
  ...SHAPES.map(sizes =>
    draw.record({
      model: autoencoderOf(sizes),
      beta: draw.logUniform({ min: 1 / 64, max: 16 }),
      /** Some covariance. */
      covariance: draw.spd(sizes.net.latent, 1 / 64, 4).map(({ matrix }) => matrix),
    }),
  ),
);
type SharedCase = draw.Of<typeof sharedCases>;

/** All Jacobians one below the other, over sqrt(n): its Gram matrix is the mean of theirs. */
const stacked = (jacobians: readonly mat.Matrix[]): number[][] =>
  jacobians.flatMap(j => j.map(row => mat.scale(1 / Math.sqrt(jacobians.length), row)));

const SUBJECT = {
  taylor: BETA_VAE_TAYLOR.rules,
  grae: GRAE.rules,
  /** The best shared covariance, and beta/2 times a log det: from the Jacobians of all data. */
  shared: (jacobians: readonly mat.Matrix[], beta: number): mat.Matrix =>
    graeCovariance(stacked(jacobians), beta),
  penalty: (jacobians: readonly mat.Matrix[], beta: number) =>
    (beta / 2) * graeLogDet(stacked(jacobians), beta),
};
type Subject = typeof SUBJECT;

/** With that covariance for all data: the scale head's weights zero, all in its biases. */
function taylorAt({ model, beta }: SharedCase, rules: Subject, covariance: mat.Matrix): Step {
  const net = trainedNet(model.shape);
  const params = {
    ...model.params,
    'cholesky.weight': mat.zeros(model.params['cholesky.weight']!.length),
    'cholesky.bias': posterior(net, [], covariance)['cholesky.bias']!,
  };
  return taylor(rules.taylor, net, { params, x: model.x, beta });
}

const graeOf = (c: SharedCase, rules: Subject): Step =>
  grae(rules.grae, trainedNet(c.model.shape), noisyValues(c));

/** GRAE without its log det: the mean of |x - g|^2 / 2 + beta |h|^2 / 2. */
function fit(c: SharedCase, rules: Subject, jacobians: readonly mat.Matrix[]): number {
  const penalties = jacobians.map(j => (c.beta / 2) * graeLogDet(j, c.beta));
  return graeOf(c, rules).loss - mat.sum(penalties) / penalties.length;
}

function sizeOf(
  jacobians: readonly mat.Matrix[],
  loss: number,
  beta: number,
  covariance: mat.Matrix,
): number {
  const stretch = mat.norm(stacked(jacobians).flat());
  return Math.abs(loss) + beta * covariance.length * (1 + Math.log1p(stretch ** 2 / beta)) + stretch;
}

const value = check.equals<SharedCase, Subject>({
  says: 'at the covariance (I + mean A / beta)^-1 the Taylor objective is the fit plus beta/2 log det(I + mean A / beta), and stationary in it',
  given: sharedCases,
  runs: 30,
  measure: (c, rules) => {
    const jacobians = jacobiansOf(c.model);
    const best = rules.shared(jacobians, c.beta);
    const step = taylorAt(c, rules, best);
    const found = step.gradient('cholesky.bias');
    const size = sizeOf(jacobians, step.loss, c.beta, best);
    return check.agree({
      value: [step.loss, fit(c, rules, jacobians) + rules.penalty(jacobians, c.beta), size],
      gradient: [found, new Float64Array(found.length), mat.norm(stacked(jacobians).flat()) ** 2 + c.beta],
    });
  },
});

const minimum = check.bound<SharedCase, Subject>({
  says: 'no other shared covariance does better, and GRAE, with one for each datum, is never above: log det is concave',
  given: sharedCases,
  runs: 30,
  measure: (c, rules) => {
    const jacobians = jacobiansOf(c.model);
    const best = rules.shared(jacobians, c.beta);
    const floor = taylorAt(c, rules, best).loss;
    const other = taylorAt(c, rules, c.covariance).loss;
    const near = mat.combine(0.875, best, 0.125, c.covariance);
    return check.below(
      {
        'some covariance': [floor, other],
        'a neighbour': [floor, taylorAt(c, rules, near).loss],
        GRAE: [graeOf(c, rules).loss, floor, sizeOf(jacobians, floor, c.beta, best)],
      },
      sizeOf(jacobians, other, c.beta, best),
    );
  },
});

/** What factorising S again, from its entries, costs. */
const condition = (s: mat.Matrix): number => mat.norm(s.flat()) * mat.norm(mat.inverse(s).flat());

const amortised = check.equals<SharedCase, Subject>({
  says: 'with covariances from an encoder the Taylor objective exceeds GRAE by beta times the mean KL to the optimal ones',
  given: sharedCases,
  runs: 30,
  measure: (c, rules) => {
    const jacobians = jacobiansOf(c.model);
    const covariances = covariancesOf(c.model);
    const { loss } = taylor(rules.taylor, trainedNet(c.model.shape), noisyValues(c));
    const gaps = jacobians.map((j, i) => graeGap(j, covariances[i]!, c.beta));
    const size = sizeOf(jacobians, loss, c.beta, covariances[0]!);
    return {
      actual: loss - graeOf(c, rules).loss,
      expected: mat.sum(gaps) / gaps.length,
      scale: size + c.beta * Math.max(...covariances.map(condition)),
    };
  },
});

const meanOf = (matrices: readonly mat.Matrix[]): number[][] =>
  matrices.reduce<number[][]>(
    (sum, m) => mat.combine(1, sum, 1 / matrices.length, m),
    matrices[0]!.map(row => row.map(() => 0)),
  );

export default claim({
  id: 'KP-26',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, figure 1 and eq. (11): derived from them',
  tex: {
    printed: '\\Sigma = \\bigl(I + \\tfrac1\\beta J^\\top J\\bigr)^{-1} \\text{ (for each } x)',
    corrected:
      '\\text{shared: } \\Sigma = \\bigl(I + \\tfrac1{\\beta n}\\sum_i J_i^\\top J_i\\bigr)^{-1}, \\quad \\tfrac\\beta2\\log\\det\\bigl(I + \\tfrac1{\\beta n}\\sum_i J_i^\\top J_i\\bigr) \\ge \\tfrac1n\\sum_i\\tfrac\\beta2\\log\\det\\bigl(I + \\tfrac1\\beta J_i^\\top J_i\\bigr)',
  },
  says: 'GRAE stands for a posterior with a covariance of its own for every datum; one covariance shared by all, as in the rotation experiment, is penalised by the log det of the mean of J^T J, which is never less, and an encoder that gives covariances costs beta times its mean KL to the optimal ones.',
  verdict: exact(),
  findings: [
    {
      class: 'sharpened',
      title: 'What a covariance that is shared or amortised costs',
      quote:
        'We consider the case when the mean of the posterior is parameterized by a neural network but the covariance is not amortized.',
      place: 'section 5, below eq. (8)',
      says: 'Eqs. (9) to (13) stand for a covariance of its own for every datum. One for all, as in figure 1, is penalised by the log det of the mean of J^T J, which is never less; an encoder that gives covariances costs beta times its mean KL to the best ones.',
    },
  ],
  objectives: ['beta-vae-taylor', 'grae'],
  subject: SUBJECT,
  checks: { value, minimum, amortised },
  mutants: {
    ...wrong.formula(SUBJECT, 'shared', {
      meanOfCovariances: [
        'the mean of the optimal covariances',
        (all, beta) => meanOf(all.map(j => graeCovariance(j, beta))),
      ],
      firstDatum: ['the covariance of the first datum', (all, beta) => graeCovariance(all[0]!, beta)],
      sumForMean: ['sum of A for their mean', (all, beta) => graeCovariance(all.flat(), beta)],
      meanJacobian: [
        'the Gram matrix of the mean Jacobian',
        (all, beta) => graeCovariance(meanOf(all), beta),
      ],
      inverted: [
        'I + mean A / beta without the inverse',
        (all, beta) => mat.inverse(SUBJECT.shared(all, beta)),
      ],
    }),
    ...wrong.formula(SUBJECT, 'penalty', {
      meanOfLogDets: [
        'the mean of the log dets',
        (all, beta) => ((beta / 2) * mat.sum(all.map(j => graeLogDet(j, beta)))) / all.length,
      ],
      penaltyWithoutHalf: ['beta log det', (all, beta) => 2 * SUBJECT.penalty(all, beta)],
    }),
    ...wrong.rules(SUBJECT, 'taylor', {
      ...known(BETA_VAE_TAYLOR, {
        spreadIgnored: 'penaltyWithoutVariance',
        taylorWithoutHalf: 'penaltyWithoutHalf',
      }),
      klSummed: [
        'the KL of the whole batch for its mean',
        { kl: (mean, s) => tf.mul(BETA_VAE_TAYLOR.rules.kl(mean, s), mean.shape[0]!) },
      ],
    }),
    ...wrong.rules(SUBJECT, 'grae', known(GRAE, { graeWithoutHalf: 'penaltyWithoutHalf' })),
  },
});
