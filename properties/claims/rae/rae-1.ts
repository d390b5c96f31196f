/** @file RAE-1: the loss of a regularised autoencoder, its descent from the constant-variance VAE, and three conventions of it. */
import * as tf from '@tensorflow/tfjs';
import { equals } from '../../../src/claims/checks/equals.js';
import { only } from '../../../src/claims/checks/given.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { exact } from '../../../src/claims/verdict.js';
import { gaussianKl, halfSquaredNorm, logDeterminant } from '../../../src/core/gaussian.js';
import { RAE_RULES, type RaeRules } from '../../../src/core/objectives/rae/rae.js';
import {
  RAE_GHOSH_CODE_RULES,
  type RaeGhoshCodeRules,
} from '../../../src/core/objectives/rae/rae-ghosh-code.js';
import { RAE_JACOBIAN_RULES, type RaeJacobianRules } from '../../../src/core/objectives/rae/rae-jacobian.js';
import { RAE_L2_RULES, type RaeL2Rules } from '../../../src/core/objectives/rae/rae-l2.js';
import {
  RAE_LOSS_GRADIENT_RULES,
  type RaeLossGradientRules,
} from '../../../src/core/objectives/rae/rae-loss-gradient.js';
import { RAE_PYTHAE_RULES, type RaePythaeRules } from '../../../src/core/objectives/rae/rae-pythae.js';
import { VAE_RULES, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { scaledNorm } from '../../../src/core/perturbation.js';
import { detach } from '../../../src/engine/ops.js';
import { apply, dot, norm, subtract, transpose } from '../../../src/theory/numerics/matrix.js';
import { FEW, onOf, type RaeCase, raeGiven } from '../../subjects/rae/cases.js';
import { plainSamples } from '../../subjects/rae/plain-network.js';
import {
  constantVariance,
  type Evaluated,
  ghoshPenalty,
  jacobianPenalty,
  lossGradientPenalty,
  plain,
  pythaePenalty,
  weightDecay,
} from '../../subjects/rae/step.js';

interface Subject {
  readonly rae: RaeRules;
  readonly ghosh: RaeGhoshCodeRules;
  readonly pythae: RaePythaeRules;
  readonly jacobian: RaeJacobianRules;
  readonly lossGradient: RaeLossGradientRules;
  readonly l2: RaeL2Rules;
  readonly vae: VaeRules;
  /** KL less L_Z, for d latents. */
  readonly constant: (variance: number, d: number) => number;
  /** The printed beta of the released code's weight, for D entries and d latents. */
  readonly fromCode: (weight: number, entries: number, d: number) => number;
  /** The weight beside the whole squared error of one beside half of it. */
  readonly fromHalf: (weight: number) => number;
}

const SUBJECT: Subject = {
  rae: RAE_RULES,
  ghosh: RAE_GHOSH_CODE_RULES,
  pythae: RAE_PYTHAE_RULES,
  jacobian: RAE_JACOBIAN_RULES,
  lossGradient: RAE_LOSS_GRADIENT_RULES,
  l2: RAE_L2_RULES,
  vae: VAE_RULES,
  constant: (variance, d) => (d / 2) * (variance - 1 - Math.log(variance)),
  fromCode: (weight, entries, d) => (2 * weight * entries) / d,
  fromHalf: weight => 2 * weight,
};

const VARIANTS: Readonly<Record<string, (s: Subject, c: RaeCase) => Evaluated>> = {
  ghosh: (s, c) => ghoshPenalty(s.ghosh, onOf(c), c),
  pythae: (s, c) => pythaePenalty(s.pythae, onOf(c), c),
  jacobian: (s, c) => jacobianPenalty(s.jacobian, onOf(c), c),
  lossGradient: (s, c) => lossGradientPenalty(s.lossGradient, onOf(c), c),
  l2: (s, c) => weightDecay(s.l2, onOf(c), c),
};

/** Squared errors, squared codes and squared J'y of the samples, from plain numbers. */
const sizesOf = (c: RaeCase) =>
  plainSamples(c.of).map(({ x, y, z, decoderJacobian }) => ({
    error: norm(subtract(x, y)) ** 2,
    size: norm(x) ** 2 + norm(y) ** 2,
    code: dot(z, z),
    pulled: norm(apply(transpose(decoderJacobian, z.length), y)) ** 2,
  }));

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const parts = equals<RaeCase, Subject>({
  says: 'the loss is the squared error plus beta |z|^2 / 2 plus lambda times the penalty, for every penalty and for none',
  given: raeGiven(FEW),
  runs: 16,
  measure: (c, s) => {
    const seen = sizesOf(c);
    const expected = mean(seen.map(({ error, code }) => error + (c.beta / 2) * code));
    const scale = expected + mean(seen.map(({ size }) => size));
    const found = Object.entries(VARIANTS).map(([what, variant]) => {
      const { loss, term } = variant(s, c);
      const penalty = c.lambda * term('penalty');
      return { what, actual: loss - penalty, expected, scale: scale + penalty };
    });
    return [...found, { what: 'none', actual: plain(s.rae, onOf(c), c).loss, expected, scale }];
  },
});

interface VarianceCase extends RaeCase {
  readonly variance: number;
}

const parametersOf = (c: RaeCase): string[] => Object.keys(onOf(c).net.shapes);

const descent = equals<VarianceCase, Subject>({
  says: 'the KL divergence of N(z, s^2 I) is |z|^2 / 2 plus a constant: losses at the mean code differ by beta times it, gradients not at all',
  given: {
    ...raeGiven(FEW),
    arbitrary: raeGiven(FEW).arbitrary.map(c => ({ ...c, variance: c.of.alpha ** 2 })),
    examples: (raeGiven(FEW).examples ?? []).map(c => ({ ...c, variance: 0.25 })),
  },
  runs: 16,
  measure: (c, s) => {
    const on = onOf(c);
    const d = c.of.shape.net.latent;
    const noise = new Float64Array(c.of.shape.batch * d);
    const vae = constantVariance(s.vae, { ...on, values: { ...on.values, noise } }, c);
    const rae = plain(s.rae, on, c);
    const step = s.constant(c.variance, d);
    const scale = rae.loss + c.beta * d * (c.variance + 1 + Math.abs(Math.log(c.variance)));
    return [
      { what: 'loss', actual: vae.loss - rae.loss, expected: c.beta * step, scale },
      {
        what: 'KL',
        actual: vae.term('kl') - rae.term('prior'),
        expected: step,
        scale: scale / c.beta + rae.term('prior'),
      },
      ...parametersOf(c).map(what => ({ what, actual: vae.gradient(what), expected: rae.gradient(what) })),
    ];
  },
});

const released = equals<RaeCase, Subject>({
  says: "the authors' code, with means over D entries and d latents, is 1/D of the printed loss at beta = 2 b D / d",
  given: raeGiven(FEW),
  runs: 16,
  measure: (c, s) => {
    const [d, entries] = [c.of.shape.net.latent, c.of.shape.net.encoder[0]!];
    const seen = sizesOf(c);
    const code = (of: 'error' | 'size'): number =>
      mean(seen.map(at => at[of] / entries + (c.beta * at.code) / d + c.lambda * (4 / d) * at.pulled));
    const beta = s.fromCode(c.beta, entries, d);
    const on = onOf(c);
    const whole = ghoshPenalty(s.ghosh, on, { beta, lambda: entries * c.lambda }).loss;
    const averaged = ghoshPenalty(
      s.ghosh,
      { ...on, rec: 'mean' },
      { beta: beta / entries, lambda: c.lambda },
    );
    const scale = code('error') + code('size');
    return [
      { what: 'whole', actual: whole / entries, expected: code('error'), scale },
      { what: 'averaged', actual: averaged.loss, expected: code('error'), scale },
    ];
  },
});

const arithmetic = equals<null, Subject>({
  says: 'MNIST, 32 x 32 and 16 latents: 1e-4 in the code is 0.0128 in print',
  given: only([null]),
  measure: (_, s) => ({ actual: s.fromCode(1e-4, 32 * 32, 16), expected: 0.0128 }),
});

const halves = equals<RaeCase, Subject>({
  says: 'a loss with half of the squared error (beta-VAE, GRAE) is half of the printed one at twice the weights',
  given: raeGiven(FEW),
  runs: 8,
  measure: (c, s) => {
    const on = onOf(c);
    const twice = { beta: s.fromHalf(c.beta), lambda: s.fromHalf(c.lambda) };
    const half = { ...on, rec: 'half' } as const;
    return [
      { what: 'none', actual: 2 * plain(s.rae, half, c).loss, expected: plain(s.rae, on, twice).loss },
      {
        what: 'jacobian',
        actual: 2 * jacobianPenalty(s.jacobian, half, c).loss,
        expected: jacobianPenalty(s.jacobian, on, twice).loss,
      },
    ];
  },
});

const squaredPrior = (z: tf.Tensor): tf.Tensor => tf.sum(tf.square(z), 1);

const inRae = (prior: RaeRules['prior']) => {
  const rae = { ...SUBJECT.rae, prior };
  return (s: Subject): Subject => ({ ...s, rae });
};
const withoutHalf = (name: 'ghosh' | 'pythae' | 'jacobian' | 'lossGradient' | 'l2') => {
  const rules = { ...SUBJECT[name], prior: squaredPrior };
  return mutant<Subject>(`beta |z|^2 in the objective '${name}'`, s => ({ ...s, [name]: rules }));
};
const inVae = (change: Partial<VaeRules>) => {
  const vae = { ...SUBJECT.vae, ...change };
  return (s: Subject): Subject => ({ ...s, vae });
};

export default claim<Subject, string, string>({
  id: 'RAE-1',
  paper: 'rae',
  source: 'Ghosh et al. 2020, the RAE loss and its derivation from the constant-variance VAE',
  tex: {
    printed:
      'L = L_{REC} + \\beta L_Z^{RAE} + \\lambda L_{REG}, \\quad L_{REC} = \\|x - D(E(x))\\|^2, \\quad L_Z^{RAE} = \\tfrac12\\|z\\|^2',
    corrected:
      '\\mathrm{KL}(\\mathcal N(z, s^2 I)\\,\\|\\,\\mathcal N(0, I)) = L_Z^{RAE} + \\tfrac d2(s^2 - 1 - \\log s^2), \\qquad \\beta = 2\\,\\beta_{code}\\,D/d',
  },
  says: "L_Z is the KL divergence of a constant-variance VAE up to a constant, exactly; a weight in the authors' code, which averages over entries and latents, is 2D/d of it in print.",
  verdict: exact(),
  objectives: ['rae', 'rae-l2', 'rae-jacobian', 'rae-loss-gradient', 'rae-ghosh-code', 'rae-pythae', 'vae'],
  subject: SUBJECT,
  checks: { parts, descent, released, arithmetic, halves },
  mutants: {
    withoutHalf: mutant('beta |z|^2', inRae(squaredPrior)),
    meanPrior: mutant(
      'the mean of the squared code',
      inRae(z => tf.mean(tf.square(z), 1)),
    ),
    unsquaredPrior: mutant(
      'half of the norm for half of its square',
      inRae(z => tf.mul(scaledNorm(z), 0.5)),
    ),
    detachedPrior: mutant(
      'the code is not differentiated in the prior',
      inRae(z => halfSquaredNorm(detach(z))),
    ),
    ...Object.fromEntries(
      (['ghosh', 'pythae', 'jacobian', 'lossGradient', 'l2'] as const).map(name => [
        `${name}WithoutHalf`,
        withoutHalf(name),
      ]),
    ),
    klSign: mutant(
      'the log det with the other sign',
      inVae({ kl: (m, scale) => tf.add(gaussianKl(m, scale), logDeterminant(scale, m.shape[1]!)) }),
    ),
    klWithoutDimension: mutant(
      'KL without - d / 2',
      inVae({ kl: (m, scale) => tf.add(gaussianKl(m, scale), m.shape[1]! / 2) }),
    ),
    logDeviation: mutant(
      'log s for log s^2',
      inVae({
        kl: (m, scale) => tf.add(gaussianKl(m, scale), tf.mul(logDeterminant(scale, m.shape[1]!), 0.25)),
      }),
    ),
    betaUnused: mutant('the KL divergence with weight 1', inVae({ weight: () => 1 })),
    codeWithoutTwo: mutant('beta D / d', s => ({ ...s, fromCode: (b, entries, d) => (b * entries) / d })),
    codeInverted: mutant('2 beta d / D', s => ({ ...s, fromCode: (b, entries, d) => (2 * b * d) / entries })),
    codeWithoutLatents: mutant('2 beta D', s => ({ ...s, fromCode: (b, entries) => 2 * b * entries })),
    halfUnchanged: mutant('the same weights beside half of the error', s => ({ ...s, fromHalf: w => w })),
  },
});
