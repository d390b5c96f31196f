/** @file KP-26: one covariance for all data, as in figure 1, against one for each, which is what GRAE stands for. */
import * as tf from '@tensorflow/tfjs';
import { GRAE_RULES, type GraeRules } from '../../../src/core/objectives/grae/grae.js';
import {
  BETA_VAE_TAYLOR,
  BETA_VAE_TAYLOR_RULES,
  type BetaVaeTaylorRules,
} from '../../../src/core/objectives/vae/beta-vae-taylor.js';
import { graeCovariance, graeGap, graeLogDet } from '../../../src/theory/closed/grae.js';
import { autoencoderOf, type Shape } from '../../arbitraries/autoencoders.js';
import { check, claim, draw, exact, fc, mat, mutant } from '../../kit.js';
import { mistaken } from '../../subjects/mistaken.js';
import { jacobiansOf } from '../../subjects/network/jacobians.js';
import { covariancesOf } from '../../subjects/network/posterior.js';
import { type NoisyCase, trainedNet } from '../../subjects/vae/noisy-cases.js';
import { grae, posterior, type Step, taylor, type Values } from '../../subjects/vae/step.js';

interface SharedCase extends Omit<NoisyCase, 'noise'> {
  /** Some covariance. */
  readonly covariance: mat.Matrix;
}

interface Subject {
  readonly taylor: BetaVaeTaylorRules;
  readonly grae: GraeRules;
  /** The best shared covariance, and beta/2 times a log det: from the Jacobians of all data. */
  readonly shared: (jacobians: readonly mat.Matrix[], beta: number) => mat.Matrix;
  readonly penalty: (jacobians: readonly mat.Matrix[], beta: number) => number;
}

const shape = (
  activation: Shape['net']['activation'],
  encoder: readonly number[],
  decoder: readonly number[],
  batch: number,
): Shape => ({
  net: { encoder, latent: decoder[0]!, decoder, activation, output: 'identity', posterior: 'cholesky' },
  batch,
});

/** Curved decoders, whose Jacobian is another at each datum; one latent, and a single datum, among them. */
const SHAPES = [
  shape('sin', [4, 3], [3, 5, 4], 4),
  shape('tanh', [5, 4], [2, 6, 5], 3),
  shape('softplus', [3], [1, 4, 3], 3),
  shape('tanh', [4, 3], [2, 5, 4], 1),
];

const sharedCases: fc.Arbitrary<SharedCase> = fc.oneof(
  ...SHAPES.map(of =>
    draw.record({
      of: autoencoderOf(of),
      beta: draw.logUniform({ min: 1 / 64, max: 16 }),
      covariance: draw.spd(of.net.latent, 1 / 64, 4).map(({ matrix }) => matrix),
    }),
  ),
);

/** All Jacobians one below the other, over sqrt(n): its Gram matrix is the mean of theirs. */
const stacked = (jacobians: readonly mat.Matrix[]): number[][] =>
  jacobians.flatMap(j => j.map(row => mat.scale(1 / Math.sqrt(jacobians.length), row)));

const SUBJECT: Subject = {
  taylor: BETA_VAE_TAYLOR_RULES,
  grae: GRAE_RULES,
  shared: (jacobians, beta) => graeCovariance(stacked(jacobians), beta),
  penalty: (jacobians, beta) => (beta / 2) * graeLogDet(stacked(jacobians), beta),
};

/** The case with that covariance for all data: the scale head's weights zero, all in its biases. */
function sharedValues({ of, beta }: SharedCase, covariance: mat.Matrix): Values {
  const heads = posterior(trainedNet(of.shape), [], covariance);
  const params = {
    ...of.params,
    'cholesky.weight': of.params['cholesky.weight']!.map(() => 0),
    'cholesky.bias': heads['cholesky.bias']!,
  };
  return { params, x: of.x, beta };
}

const taylorAt = (c: SharedCase, rules: Subject, covariance: mat.Matrix): Step =>
  taylor(rules.taylor, trainedNet(c.of.shape), sharedValues(c, covariance));

const graeOf = (c: SharedCase, rules: Subject): Step =>
  grae(rules.grae, trainedNet(c.of.shape), { params: c.of.params, x: c.of.x, beta: c.beta });

/** GRAE without its log det: the mean of |x - g|^2 / 2 + beta |h|^2 / 2. */
function fit(c: SharedCase, rules: Subject, jacobians: readonly mat.Matrix[]): number {
  const penalties = jacobians.map(j => (c.beta / 2) * graeLogDet(j, c.beta));
  return graeOf(c, rules).loss - penalties.reduce((a, b) => a + b, 0) / penalties.length;
}

const sizeOf = (
  jacobians: readonly mat.Matrix[],
  loss: number,
  beta: number,
  covariance: mat.Matrix,
): number => {
  const stretch = mat.norm(stacked(jacobians).flat());
  return Math.abs(loss) + beta * covariance.length * (1 + Math.log1p(stretch ** 2 / beta)) + stretch;
};

const value = check.equals<SharedCase, Subject>({
  says: 'at the covariance (I + mean A / beta)^-1 the Taylor objective is the fit plus beta/2 log det(I + mean A / beta), and stationary in it',
  given: { arbitrary: sharedCases },
  runs: 30,
  measure: (c, rules) => {
    const jacobians = jacobiansOf(c.of);
    const best = rules.shared(jacobians, c.beta);
    const step = taylorAt(c, rules, best);
    const found = step.gradient('cholesky.bias');
    const size = sizeOf(jacobians, step.loss, c.beta, best);
    return [
      {
        what: 'value',
        actual: step.loss,
        expected: fit(c, rules, jacobians) + rules.penalty(jacobians, c.beta),
        scale: size,
      },
      {
        what: 'gradient',
        actual: found,
        expected: new Float64Array(found.length),
        scale: mat.norm(stacked(jacobians).flat()) ** 2 + c.beta,
      },
    ];
  },
});

const minimum = check.bound<SharedCase, Subject>({
  says: 'no other shared covariance does better, and GRAE, with one for each datum, is never above: log det is concave',
  given: { arbitrary: sharedCases },
  runs: 30,
  measure: (c, rules) => {
    const jacobians = jacobiansOf(c.of);
    const best = rules.shared(jacobians, c.beta);
    const floor = taylorAt(c, rules, best).loss;
    const other = taylorAt(c, rules, c.covariance).loss;
    const near = mat.combine(0.875, best, 0.125, c.covariance);
    return [
      { what: 'some covariance', lower: floor, upper: other, scale: sizeOf(jacobians, other, c.beta, best) },
      {
        what: 'a neighbour',
        lower: floor,
        upper: taylorAt(c, rules, near).loss,
        scale: sizeOf(jacobians, other, c.beta, best),
      },
      {
        what: 'GRAE',
        lower: graeOf(c, rules).loss,
        upper: floor,
        scale: sizeOf(jacobians, floor, c.beta, best),
      },
    ];
  },
});

/** What factorising S again, from its entries, costs. */
const condition = (s: mat.Matrix): number => mat.norm(s.flat()) * mat.norm(mat.inverse(s).flat());

const amortised = check.equals<SharedCase, Subject>({
  says: 'with covariances from an encoder the Taylor objective exceeds GRAE by beta times the mean KL to the optimal ones',
  given: { arbitrary: sharedCases },
  runs: 30,
  measure: (c, rules) => {
    const jacobians = jacobiansOf(c.of);
    const covariances = covariancesOf(c.of);
    const values = { params: c.of.params, x: c.of.x, beta: c.beta };
    const { loss } = taylor(rules.taylor, trainedNet(c.of.shape), values);
    const gaps = jacobians.map((j, i) => graeGap(j, covariances[i]!, c.beta));
    return {
      actual: loss - graeOf(c, rules).loss,
      expected: gaps.reduce((a, b) => a + b, 0) / gaps.length,
      scale:
        sizeOf(jacobians, loss, c.beta, covariances[0]!) + c.beta * Math.max(...covariances.map(condition)),
    };
  },
});

const meanOf = (matrices: readonly mat.Matrix[]): number[][] =>
  matrices.reduce<number[][]>(
    (sum, m) => mat.combine(1, sum, 1 / matrices.length, m),
    matrices[0]!.map(row => row.map(() => 0)),
  );

const inTaylor = (s: Subject, taylor: BetaVaeTaylorRules): Subject => ({ ...s, taylor });
const withTaylor = (change: Partial<BetaVaeTaylorRules>) => {
  const rules = { ...BETA_VAE_TAYLOR_RULES, ...change };
  return (s: Subject): Subject => ({ ...s, taylor: rules });
};

export default claim<Subject, string, string>({
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
  objectives: ['beta-vae-taylor', 'grae'],
  subject: SUBJECT,
  checks: { value, minimum, amortised },
  mutants: {
    meanOfCovariances: mutant('the mean of the optimal covariances', s => ({
      ...s,
      shared: (jacobians, beta) => meanOf(jacobians.map(j => graeCovariance(j, beta))),
    })),
    firstDatum: mutant('the covariance of the first datum', s => ({
      ...s,
      shared: (jacobians, beta) => graeCovariance(jacobians[0]!, beta),
    })),
    sumForMean: mutant('sum of A for their mean', s => ({
      ...s,
      shared: (jacobians, beta) => graeCovariance(jacobians.flat(), beta),
    })),
    meanJacobian: mutant('the Gram matrix of the mean Jacobian', s => ({
      ...s,
      shared: (jacobians, beta) => graeCovariance(meanOf(jacobians), beta),
    })),
    inverted: mutant('I + mean A / beta without the inverse', s => ({
      ...s,
      shared: (jacobians, beta) => mat.inverse(s.shared(jacobians, beta)),
    })),
    meanOfLogDets: mutant('the mean of the log dets', s => ({
      ...s,
      penalty: (jacobians, beta) =>
        ((beta / 2) * jacobians.reduce((sum, j) => sum + graeLogDet(j, beta), 0)) / jacobians.length,
    })),
    penaltyWithoutHalf: mutant('beta log det', s => ({
      ...s,
      penalty: (jacobians, beta) => 2 * s.penalty(jacobians, beta),
    })),
    spreadIgnored: mistaken(BETA_VAE_TAYLOR.mistakes.penaltyWithoutVariance, inTaylor),
    taylorWithoutHalf: mistaken(BETA_VAE_TAYLOR.mistakes.penaltyWithoutHalf, inTaylor),
    klSummed: mutant(
      'the KL of the whole batch for its mean',
      withTaylor({ kl: (mean, s) => tf.mul(BETA_VAE_TAYLOR_RULES.kl(mean, s), mean.shape[0]!) }),
    ),
    graeWithoutHalf: mutant('GRAE with beta log det', s => ({
      ...s,
      grae: { ...s.grae, prefactor: beta => beta },
    })),
  },
});
