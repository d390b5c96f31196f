/**
 * @file RAE-1: the loss of a regularised autoencoder, its descent from the constant-variance VAE, and three
 * conventions of it.
 */
import * as tf from '@tensorflow/tfjs';
import { gaussianKl, halfSquaredNorm, logDeterminant } from '../../../src/core/gaussian.js';
import { VAE, VAE_RULES } from '../../../src/core/objectives/vae/vae.js';
import { scaledNorm } from '../../../src/core/perturbation.js';
import { detach } from '../../../src/engine/ops.js';
import { check, claim, exact, mat, wrong } from '../../kit.js';
import { known } from '../../subjects/mistaken.js';
import { FEW, onOf, type RaeCase, raeGiven } from '../../subjects/rae/cases.js';
import { plainSamples } from '../../subjects/rae/plain-network.js';
import { constantVariance, evaluated, RULES } from '../../subjects/rae/step.js';

const SUBJECT = {
  ...RULES,
  vae: VAE_RULES,
  /** KL less L_Z, for d latents. */
  constant: (variance: number, d: number) => (d / 2) * (variance - 1 - Math.log(variance)),
  /** The beta as summarised of the released code's weight, for D entries and d latents. */
  fromCode: (weight: number, entries: number, d: number) => (2 * weight * entries) / d,
  /** The weight beside the whole squared error of one beside half of it. */
  fromHalf: (weight: number) => 2 * weight,
};
type Subject = typeof SUBJECT;

const PENALISED = ['ghosh', 'pythae', 'jacobian', 'lossGradient', 'l2'] as const;

/** Squared errors, squared codes and squared J'y of the samples, from plain numbers. */
const sizesOf = (c: RaeCase) =>
  plainSamples(c.model).map(({ x, y, z, decoderJacobian }) => ({
    error: mat.norm(mat.subtract(x, y)) ** 2,
    size: mat.norm(x) ** 2 + mat.norm(y) ** 2,
    code: mat.dot(z, z),
    pulled: mat.norm(mat.apply(mat.transpose(decoderJacobian, z.length), y)) ** 2,
  }));

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const parts = check.equals<RaeCase, Subject>({
  says: 'the loss is the squared error plus beta |z|^2 / 2 plus lambda times the penalty, for every penalty and for none',
  given: raeGiven(FEW),
  runs: 16,
  measure: (c, s) => {
    const seen = sizesOf(c);
    const expected = mean(seen.map(({ error, code }) => error + (c.beta / 2) * code));
    const scale = expected + mean(seen.map(({ size }) => size));
    const found = PENALISED.map(what => {
      const { loss, term } = evaluated(s, what, onOf(c), c);
      const penalty = c.lambda * term('penalty');
      return { what, actual: loss - penalty, expected, scale: scale + penalty };
    });
    return [...found, { what: 'none', actual: evaluated(s, 'rae', onOf(c), c).loss, expected, scale }];
  },
});

const descent = check.equals<RaeCase & { readonly variance: number }, Subject>({
  says: 'the KL divergence of N(z, s^2 I) is |z|^2 / 2 plus a constant: losses at the mean code differ by beta times it, gradients not at all',
  given: {
    ...raeGiven(FEW),
    arbitrary: raeGiven(FEW).arbitrary.map(c => ({ ...c, variance: c.model.alpha ** 2 })),
    examples: (raeGiven(FEW).examples ?? []).map(c => ({ ...c, variance: 0.25 })),
  },
  runs: 16,
  measure: (c, s) => {
    const on = onOf(c);
    const d = c.model.shape.net.latent;
    const noise = new Float64Array(c.model.shape.batch * d);
    const vae = constantVariance(s.vae, { ...on, values: { ...on.values, noise } }, c);
    const rae = evaluated(s, 'rae', on, c);
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
      ...Object.keys(on.net.shapes).map(what => ({
        what,
        actual: vae.gradient(what),
        expected: rae.gradient(what),
      })),
    ];
  },
});

const released = check.equals<RaeCase, Subject>({
  says: "the authors' code, with means over D entries and d latents, is 1/D of the loss as summarised at beta = 2 b D / d",
  given: raeGiven(FEW),
  runs: 16,
  measure: (c, s) => {
    const [d, entries] = [c.model.shape.net.latent, c.model.shape.net.encoder[0]!];
    const seen = sizesOf(c);
    const code = (part: 'error' | 'size'): number =>
      mean(seen.map(at => at[part] / entries + (c.beta * at.code) / d + c.lambda * (4 / d) * at.pulled));
    const beta = s.fromCode(c.beta, entries, d);
    const on = onOf(c);
    const whole = evaluated(s, 'ghosh', on, { beta, lambda: entries * c.lambda }).loss;
    const perEntry = { beta: beta / entries, lambda: c.lambda };
    const averaged = evaluated(s, 'ghosh', { ...on, rec: 'mean' }, perEntry);
    const scale = code('error') + code('size');
    return check.agree(
      { whole: [whole / entries, code('error')], averaged: [averaged.loss, code('error')] },
      scale,
    );
  },
});

const arithmetic = check.equals<null, Subject>({
  says: 'MNIST, 32 x 32 and 16 latents: a weight of 1e-4 in the code is beta = 0.0128',
  given: check.only([null]),
  measure: (_, s) => ({ actual: s.fromCode(1e-4, 32 * 32, 16), expected: 0.0128 }),
});

const halves = check.equals<RaeCase, Subject>({
  says: 'a loss with half of the squared error (beta-VAE, GRAE) is half of this one at twice the weights',
  given: raeGiven(FEW),
  runs: 8,
  measure: (c, s) => {
    const on = onOf(c);
    const twice = { beta: s.fromHalf(c.beta), lambda: s.fromHalf(c.lambda) };
    const half = { ...on, rec: 'half' } as const;
    const both = (name: 'rae' | 'jacobian'): [number, number] => [
      2 * evaluated(s, name, half, c).loss,
      evaluated(s, name, on, twice).loss,
    ];
    return check.agree({ none: both('rae'), jacobian: both('jacobian') });
  },
});

const squaredPrior = (z: tf.Tensor): tf.Tensor => tf.sum(tf.square(z), 1);

/** For every penalised objective. */
const WHOLE = ['beta |z|^2', { prior: squaredPrior }] as const;

export default claim<Subject, string, string>({
  id: 'RAE-1',
  paper: 'rae',
  source: 'Ghosh et al. 2020 as summarised, the RAE loss and its derivation from the constant-variance VAE',
  tex: {
    printed:
      '\\mathcal{L}_{RAE} = \\mathcal{L}_{REC} + \\beta \\mathcal{L}^{RAE}_{Z} + \\lambda \\mathcal{L}_{REG}',
    corrected:
      '\\mathrm{KL}(\\mathcal N(z, s^2 I)\\,\\|\\,\\mathcal N(0, I)) = L_Z^{RAE} + \\tfrac d2(s^2 - 1 - \\log s^2), \\qquad \\beta = 2\\,\\beta_{code}\\,D/d',
  },
  says: "L_Z is the KL divergence of a constant-variance VAE up to a constant, exactly; a weight in the authors' code, which averages over entries and latents, is 2D/d of it in the loss as summarised.",
  verdict: exact(),
  findings: [
    {
      class: 'sharpened',
      title: 'The weight of the released code is not the beta of the loss as summarised',
      quote: '\\mathcal{L}^{RAE}_{Z} = \\frac{1}{2}\\|z\\|^2_2',
      place: 'summary, section Deterministic Regularized Autoencoders, below the loss',
      says: 'The code averages over data entries and latents: its weight b is beta = 2 b D/d beside the sum of squares, 1e-4 for 32 x 32 entries and 16 latents being 0.0128. L_Z itself is the KL divergence of a constant-variance VAE up to a constant, exactly.',
    },
  ],
  objectives: ['rae', 'rae-l2', 'rae-jacobian', 'rae-loss-gradient', 'rae-ghosh-code', 'rae-pythae', 'vae'],
  subject: SUBJECT,
  checks: { parts, descent, released, arithmetic, halves },
  mutants: {
    ...wrong.rules(SUBJECT, 'rae', {
      withoutHalf: ['beta |z|^2', { prior: squaredPrior }],
      meanPrior: ['the mean of the squared code', { prior: z => tf.mean(tf.square(z), 1) }],
      unsquaredPrior: ['half of the norm for half of its square', { prior: z => tf.mul(scaledNorm(z), 0.5) }],
      detachedPrior: [
        'the code is not differentiated in the prior',
        { prior: z => halfSquaredNorm(detach(z)) },
      ],
    }),
    ...wrong.rules(SUBJECT, 'ghosh', { ghoshWithoutHalf: WHOLE }),
    ...wrong.rules(SUBJECT, 'pythae', { pythaeWithoutHalf: WHOLE }),
    ...wrong.rules(SUBJECT, 'jacobian', { jacobianWithoutHalf: WHOLE }),
    ...wrong.rules(SUBJECT, 'lossGradient', { lossGradientWithoutHalf: WHOLE }),
    ...wrong.rules(SUBJECT, 'l2', { l2WithoutHalf: WHOLE }),
    ...wrong.rules(SUBJECT, 'vae', {
      ...known(VAE, { klWithoutDimension: 'klWithoutDimension', logDeviation: 'klLogDeviation' }),
      klSign: [
        'the log det with the other sign',
        { kl: (m, scale) => tf.add(gaussianKl(m, scale), logDeterminant(scale, m.shape[1]!)) },
      ],
      betaUnused: ['the KL divergence with weight 1', { weight: () => 1 }],
    }),
    ...wrong.formula(SUBJECT, 'fromCode', {
      codeWithoutTwo: ['beta D / d', (b, entries, d) => (b * entries) / d],
      codeInverted: ['2 beta d / D', (b, entries, d) => (2 * b * d) / entries],
      codeWithoutLatents: ['2 beta D', (b, entries) => 2 * b * entries],
    }),
    ...wrong.formula(SUBJECT, 'fromHalf', {
      halfUnchanged: ['the same weights beside half of the error', w => w],
    }),
  },
});
