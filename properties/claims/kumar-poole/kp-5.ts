/**
 * @file KP-5: transforming the decoder's latents is transforming the posterior; with full covariances nothing
 * is lost by it.
 */
import * as tf from '@tensorflow/tfjs';
import { ULPS } from '../../../src/claims/checks/rounding.js';
import type { Autoencoder } from '../../../src/core/net/network.js';
import { makeBetaVae } from '../../../src/core/objectives/vae/beta-vae.js';
import { VAE_RULES } from '../../../src/core/objectives/vae/vae.js';
import { noisyStep, sampling } from '../../../src/studies/noisy-step.js';
import { check, claim, draw, exact, fc, mat, quad, wrong } from '../../kit.js';
import * as local from '../../subjects/vae/local-cases.js';
import { linearPosterior, linearSize } from '../../subjects/vae/mean-field.js';
import { betaVae, posterior, type Values } from '../../subjects/vae/step.js';

interface Gaussian {
  readonly mean: mat.Vector;
  readonly covariance: mat.Matrix;
}

const SUBJECT = {
  vae: VAE_RULES,
  /** r#q for r(z) = Uz. */
  moved: (u: mat.Matrix, { mean, covariance }: Gaussian): Gaussian => ({
    mean: mat.apply(u, mean),
    covariance: symmetrised(mat.multiply(mat.multiply(u, covariance), mat.transpose(u))),
  }),
};
type Subject = typeof SUBJECT;

const symmetrised = (s: mat.Matrix): number[][] => mat.combine(0.5, s, 0.5, mat.transpose(s));

const DATA = 4;
const HIDDEN = 5;

interface CurvedCase extends Gaussian {
  readonly weight: mat.Matrix;
  /** The other parameters of the decoder. */
  readonly rest: Readonly<Record<string, mat.Vector>>;
  readonly x: mat.Vector;
  readonly beta: number;
  readonly u: mat.Matrix;
  readonly noise: mat.Vector;
}

const rows = (flat: mat.Vector, columns: number): number[][] =>
  Array.from({ length: flat.length / columns }, (_, i) => flat.slice(i * columns, (i + 1) * columns));

const curvedCases: fc.Arbitrary<CurvedCase> = fc.oneof(
  ...[1, 2, 3].map(d =>
    draw.record<CurvedCase>({
      weight: draw.vector(HIDDEN * d, draw.normal()).map(flat => rows(flat, d)),
      rest: draw.record({
        'decoder.0.bias': draw.vector(HIDDEN, draw.normal()),
        'decoder.1.weight': draw.vector(DATA * HIDDEN, draw.normal()),
        'decoder.1.bias': draw.vector(DATA, draw.normal()),
      }),
      mean: draw.vector(d, draw.normal()),
      covariance: draw.spd(d, 1 / 16, 4).map(({ matrix }) => matrix),
      x: draw.vector(DATA, draw.normal()),
      beta: local.betas,
      u: draw.orthogonal(d),
      noise: draw.vector(d, draw.normal()),
    }),
  ),
);

const valuesAt = (net: Autoencoder, c: CurvedCase, weight: mat.Matrix, q: Gaussian): Values => ({
  params: { ...c.rest, ...posterior(net, q.mean, q.covariance), 'decoder.0.weight': weight.flat() },
  x: c.x,
  beta: c.beta,
});

const curved = check.equals<CurvedCase, Subject>({
  says: 'for a tanh decoder with W U in place of W, each noise gives the loss that the moved posterior gives with W, and the gradient with respect to the code moves along',
  given: curvedCases,
  runs: 40,
  ulps: ULPS.iteration,
  measure: (c, rules) => {
    const net = local.affinelyEncoded([c.mean.length, HIDDEN, DATA], 'tanh');
    const sampled = sampling(rules.vae, makeBetaVae(rules.vae), ({ beta }) => ({ beta: beta! }));
    const moved = rules.moved(c.u, c);
    const shift = mat.apply(c.u, mat.apply(mat.cholesky(c.covariance), c.noise));
    const noise = mat.solveLower(mat.cholesky(moved.covariance), shift);
    const left = noisyStep(sampled, net, valuesAt(net, c, mat.multiply(c.weight, c.u), c), c.noise);
    const right = noisyStep(sampled, net, valuesAt(net, c, c.weight, moved), noise);
    const size = (mat.norm(c.x) + mat.norm(Object.values(c.rest).flat())) ** 2;
    const slope = size * (1 + mat.norm(c.weight.flat())) + c.beta * (1 + mat.norm(c.mean));
    return check.agree({
      loss: [left.loss, right.loss, size + c.beta * (mat.norm(c.mean) ** 2 + 4 * c.mean.length)],
      code: [mat.apply(c.u, [...left.gradient('mu.bias')]), right.gradient('mu.bias'), slope],
    });
  },
});

const linearCases = local.localCases
  .filter(c => c.mean.length > 1)
  .chain(model => draw.orthogonal(model.mean.length).map(u => ({ model, u })));
type LinearCase = draw.Of<typeof linearCases>;

const linear = check.equals<LinearCase, Subject>({
  says: 'for a linear decoder the expected objective at N(m, S) with W U is the one at N(Um, USU^T) with W',
  given: linearCases,
  runs: 50,
  measure: ({ model, u }, rules) => {
    const at = (weight: mat.Matrix, q: Gaussian): number => {
      const net = local.linearAutoencoder(weight.length, q.mean.length);
      const values = local.valuesOf({ ...model, weight }, posterior(net, q.mean, q.covariance));
      return betaVae(rules.vae, net, values, quad.sigmaPoints(q.mean.length));
    };
    return {
      actual: at(mat.multiply(model.weight, u), model),
      expected: at(model.weight, rules.moved(u, model)),
      scale: linearSize(model, model.covariance),
    };
  },
});

const optimum = check.equals<LinearCase, Subject>({
  says: 'so the best full-covariance posterior of the turned decoder is the turned one, with the same value at every angle',
  given: linearCases,
  runs: 50,
  measure: ({ model, u }, rules) => {
    const turned = { ...model, weight: mat.multiply(model.weight, u) };
    const best = linearPosterior(turned);
    const moved = rules.moved(u, best);
    const expected = linearPosterior(model);
    const stretch = 1 + mat.norm(model.weight.flat()) ** 2 / model.beta;
    return check.agree({
      mean: [moved.mean, expected.mean, stretch * (1 + mat.norm(expected.mean))],
      covariance: [moved.covariance.flat(), expected.covariance.flat(), stretch],
    });
  },
});

export default claim<Subject, string, string>({
  id: 'KP-5',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, eq. (15)',
  tex: { printed: '\\mathcal L(q, p_r) = \\mathcal L(r_\\# q, p), \\qquad p_r(x|z) = p(x|r(z))' },
  says: 'The objective of a decoder with transformed latents is that of the original decoder with the transformed posterior, for every beta: with full covariances a rotation of the latents changes neither the best value nor any gradient, up to the same rotation.',
  verdict: exact(),
  objectives: ['beta-vae'],
  subject: SUBJECT,
  checks: { curved, linear, optimum },
  mutants: {
    ...wrong.formula(SUBJECT, 'moved', {
      inverse: ["U' in place of U", (u, q) => SUBJECT.moved(mat.transpose(u), q)],
      meanOnly: ['the covariance not moved', (u, q) => ({ ...q, mean: mat.apply(u, q.mean) })],
      covarianceOnly: ['the mean not moved', (u, q) => ({ ...SUBJECT.moved(u, q), mean: q.mean })],
      meanField: [
        'the covariances of the moved posterior dropped',
        (u, q) => {
          const { mean, covariance } = SUBJECT.moved(u, q);
          return { mean, covariance: covariance.map((row, i) => row.map((x, k) => (i === k ? x : 0))) };
        },
      ],
    }),
    ...wrong.rules(SUBJECT, 'vae', {
      traceOfDiagonal: [
        'tr S in the KL from the diagonal of its factor only',
        {
          kl: (mean, s) => {
            if (s.kind !== 'cholesky') return VAE_RULES.kl(mean, s);
            const missing = tf.sub(
              tf.sum(tf.square(s.factor), [1, 2]),
              tf.sum(tf.exp(tf.mul(s.logDiagonal, 2)), 1),
            );
            return tf.sub(VAE_RULES.kl(mean, s), tf.mul(missing, 0.5));
          },
        },
      ],
      factorTransposed: [
        'the transposed Cholesky factor',
        {
          sample: (mean, s, noise) =>
            s.kind === 'cholesky'
              ? tf.add(mean, tf.squeeze(tf.matMul(s.factor, tf.expandDims(noise, 2), true), [2]))
              : mean,
        },
      ],
    }),
  },
});
