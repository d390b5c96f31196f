/** @file KP-12 through logits: the Taylor objective of the Bernoulli VAE, exact for affine decoders. */
import { makeBernoulliVae } from '../../../../src/core/objectives/vae/beta-vae-bernoulli.js';
import { makeBernoulliTaylor } from '../../../../src/core/objectives/vae/beta-vae-taylor-bernoulli.js';
import { averagedStep, noisyStep, sampling } from '../../../../src/studies/noisy-step.js';
import { klToStandard } from '../../../../src/theory/closed/gaussian.js';
import { check, draw, fc, mat, quad } from '../../../kit.js';
import { curvatureAt, sigmoid } from '../../../subjects/vae/curvature.js';
import * as local from '../../../subjects/vae/local-cases.js';
import { posterior, step } from '../../../subjects/vae/step.js';
import type { Subject } from './controls.js';

const bits = (c: local.LocalCase): local.LocalCase => ({ ...c, x: c.x.map(value => (value > 0 ? 1 : 0)) });
const logitCases = local.localCases.filter(c => mat.norm(c.weight.flat()) <= 8).map(bits);

const softplus = (a: number): number => Math.max(a, 0) + Math.log1p(Math.exp(-Math.abs(a)));
const logits = ({ weight, bias, mean }: local.LocalCase): number[] => mat.add(mat.apply(weight, mean), bias);
const logitSize = (c: local.LocalCase): number =>
  mat.norm(c.weight.flat()) * (1 + mat.norm(c.mean)) + mat.norm(c.bias) + c.x.length;

const objectives = check.equals<local.LocalCase, Subject>({
  says: 'through logits: the loss of each noise is sum softplus(a) - x a + beta KL, and the Taylor objective is the second-order one with the Hessian as it is',
  given: logitCases,
  runs: 50,
  measure: (c, rules) => {
    const net = local.linearAutoencoder(c.weight.length, c.mean.length);
    const values = local.valuesOf(c, posterior(net, c.mean, c.covariance));
    const noise = c.mean.map((_, k) => Math.cos(k + 1));
    const factor = mat.cholesky(c.covariance);
    const moved = logits({ ...c, mean: mat.add(c.mean, mat.apply(factor, noise)) });
    const kl = klToStandard(c.mean, factor);
    const bernoulliVae = sampling(rules.vae, makeBernoulliVae(rules.vae), ({ beta }) => ({ beta: beta! }));
    const decoder = { 'decoder.0.weight': c.weight.flat(), 'decoder.0.bias': c.bias };
    const found = curvatureAt(net, 'bernoulli', decoder, c.x, c.mean);
    const spread = mat.traceOfProduct(found.hessian, c.covariance);
    const size = logitSize(c) * (1 + mat.norm(factor.flat())) + c.beta * (1 + kl);
    return check.agree({
      loss: [
        noisyStep(bernoulliVae, net, values, noise).loss,
        moved.reduce((sum, a, m) => sum + softplus(a) - c.x[m]! * a, c.beta * kl),
        size,
      ],
      Taylor: [
        step(rules.taylor, makeBernoulliTaylor(rules.taylor), net, values).loss,
        found.loss + spread / 2 + c.beta * kl,
        size + mat.norm(c.weight.flat()) ** 2 * mat.norm(c.covariance.flat()),
      ],
    });
  },
});

const POINTS = new Map([1, 2].map(d => [d, quad.gaussianPoints(d, 8)]));

/** sum_m p_m (1 - p_m) w_m w_m' */
const fisher = (c: local.LocalCase): number[][] =>
  logits(c).reduce<number[][]>(
    (sum, a, m) => mat.combine(1, sum, sigmoid(a) * sigmoid(-a), mat.outer(c.weight[m]!, c.weight[m]!)),
    c.mean.map(() => c.mean.map(() => 0)),
  );

/** The parts of L_ijkl M_ij M_kl: softplus'''' = p (1 - p) (1 - 6 p (1 - p)). */
const quartics = (c: local.LocalCase, m: mat.Matrix): number[] =>
  logits(c).map((a, k) => {
    const v = sigmoid(a) * sigmoid(-a);
    return v * (1 - 6 * v) * mat.form(c.weight[k]!, m, c.weight[k]!) ** 2;
  });

/** Regular ones whose constant does not vanish. */
const orderCases: fc.Arbitrary<local.LocalCase> = fc
  .oneof(
    ...[1, 2].map(d =>
      draw.record<local.LocalCase>({
        weight: local.jacobians(4, d),
        bias: draw.vector(4, draw.normal()),
        mean: draw.vector(d, draw.normal({ std: 0.5 })),
        x: draw.vector(4, draw.normal()),
        beta: fc.constant(1),
        covariance: fc.constant(mat.identity(d)),
      }),
    ),
  )
  .map(bits)
  .filter(c => {
    const { values } = mat.symmetricEigen(fisher(c));
    if (!(values.at(-1)! > 0.02 && values[0]! < 50 * values.at(-1)!)) return false;
    const parts = quartics(c, mat.inverse(fisher(c)));
    return Math.abs(mat.sum(parts)) > 0.25 * mat.sum(parts.map(Math.abs));
  });

const secondOrder = check.order<local.LocalCase, Subject>({
  says: 'the beta-VAE minus its Taylor objective is then of order beta^2, with the coefficient L_ijkl M_ij M_kl / 8, M = (J^T diag(p(1-p)) J)^-1',
  given: orderCases,
  order: 2,
  runs: 10,
  measure: (c, rules) => {
    const net = local.linearAutoencoder(c.weight.length, c.mean.length);
    const a = fisher(c);
    const bernoulliVae = sampling(rules.vae, makeBernoulliVae(rules.vae), ({ beta }) => ({ beta: beta! }));
    const [low, high] = [mat.symmetricEigen(a).values.at(-1)!, mat.norm(c.weight.flat()) ** 2];
    // logits spread by a quarter at most
    const top = 2 ** Math.floor(Math.log2(low / (16 * high)) + Math.log2(Math.min(1, high)));
    const steps = Array.from({ length: 8 }, (_, k) => top * 2 ** -k);
    return {
      constant: mat.sum(quartics(c, mat.inverse(a))) / 8,
      ladder: check.ladder(steps, beta => {
        const s = mat.inverse(mat.combine(1, mat.identity(a.length), 1 / beta, a));
        const values = { ...local.valuesOf(c, posterior(net, c.mean, s)), beta };
        const averaged = averagedStep(bernoulliVae, net, values, POINTS.get(c.mean.length)!).loss;
        const taylor = step(rules.taylor, makeBernoulliTaylor(rules.taylor), net, values).loss;
        return {
          residual: averaged - taylor,
          scale: logitSize(c) + beta * (mat.norm(c.mean) ** 2 + 40 * a.length),
        };
      }),
    };
  },
});

export const LOGITS = { objectives, secondOrder };
