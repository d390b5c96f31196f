/** @file KP-12: Bernoulli observations. For probabilities the Gauss-Newton Hessian fails where the fit is good; for logits it does not. */
import * as tf from '@tensorflow/tfjs';
import { ULPS } from '../../../../src/claims/checks/rounding.js';
import { jacobian } from '../../../../src/core/derivatives.js';
import { hessian } from '../../../../src/core/hessian.js';
import { denseAutoencoder } from '../../../../src/core/net/dense.js';
import { type Params, parameter } from '../../../../src/core/net/network.js';
import { makeBernoulliVae } from '../../../../src/core/objectives/vae/beta-vae-bernoulli.js';
import { makeBernoulliTaylor } from '../../../../src/core/objectives/vae/beta-vae-taylor-bernoulli.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { averagedStep, noisyStep, sampling } from '../../../../src/studies/noisy-step.js';
import { klToStandard } from '../../../../src/theory/closed/gaussian.js';
import { check, claim, draw, fc, mat, quad, refuted } from '../../../kit.js';
import { curvatureAt, sigmoid } from '../../../subjects/vae/curvature.js';
import * as local from '../../../subjects/vae/local-cases.js';
import { posterior, step } from '../../../subjects/vae/step.js';
import { MUTANTS, printedSecond, SUBJECT, type Subject } from './controls.js';

/** -log p(x | g) of a probability, as it would be written without logits. */
const probabilityLoss = (x: tf.Tensor, g: tf.Tensor): tf.Tensor => {
  const dark = tf.mul(tf.sub(1, x), tf.log(tf.sub(1, g)));
  return tf.neg(tf.sum(tf.add(tf.mul(x, tf.log(g)), dark), 1));
};

/** A decoder that ends in a sigmoid: g(z) = sigmoid(w z). */
const SIGMOID = denseAutoencoder({
  encoder: [1],
  latent: 1,
  decoder: [1, 1],
  activation: 'identity',
  output: 'sigmoid',
});

const PLAIN = {};

/** Second derivatives by core: of log p by the probability, and of log p by the code with its slope dg / dz. */
function measured(x: number, g: number, w = 1): { second: number; byCode: number; slope: number } {
  const program = programOf(PLAIN, SIGMOID, 'bernoulli', () => ({
    specs: { x: { shape: [1, 1] }, g: { shape: [1, 1] }, z: { shape: [1, 1] }, w: { shape: [1, 1] } },
    fn: inputs => {
      const [data, probability, code] = ['x', 'g', 'z'].map(name => parameter(inputs, name));
      const params: Params = { 'decoder.0.weight': parameter(inputs, 'w'), 'decoder.0.bias': tf.zeros([1]) };
      const decode = (z: tf.Tensor): tf.Tensor => SIGMOID.decode(params, z);
      return {
        second: hessian(p => probabilityLoss(data!, p), probability!),
        byCode: hessian(z => probabilityLoss(data!, decode(z)), code!),
        slope: jacobian(decode, code!),
      };
    },
  }));
  const z = Math.log(g / (1 - g)) / w;
  const found = program.run(
    Object.fromEntries(Object.entries({ x, g, z, w }).map(([k, v]) => [k, Float64Array.of(v)])),
  );
  return { second: -found.second![0]!, byCode: -found.byCode![0]!, slope: found.slope![0]! };
}

interface BitCase {
  readonly x: number;
  readonly g: number;
}

const probability = draw.dyadic({ min: 1 / 64, max: 63 / 64, bits: 6 });

const grey = check.equals<BitCase, Subject>({
  says: 'd^2 log p / dg^2 = -x / g^2 - (1 - x) / (1 - g)^2 for every x in [0, 1]',
  given: draw.record({ x: draw.dyadic({ min: 0, max: 1, bits: 4 }), g: probability }),
  runs: 60,
  measure: ({ x, g }, rules) => ({ actual: measured(x, g).second, expected: rules.second(x, g) }),
});

const binary = check.equals<BitCase, Subject>({
  says: 'which is -1 / (1 - x - g)^2, as printed, for x = 0 and x = 1',
  given: draw.record({ x: fc.constantFrom(0, 1), g: probability }),
  runs: 40,
  measure: ({ x, g }, rules) => ({ actual: rules.second(x, g), expected: printedSecond(x, g) }),
});

const printedGrey = check.violates<BitCase, Subject>({
  says: 'but not for grey x, of which the paper does not speak: -8.59 at x = 0.3, g = 0.2, not -4; at g = 1 - x the formula has a pole',
  given: check.only([
    { x: 0.3, g: 0.2 },
    { x: 0.3, g: 0.6 },
    { x: 0.5, g: 0.25 },
    { x: 0.9, g: 0.8 },
  ]),
  measure: ({ x, g }) => {
    const [claimed, actual] = [printedSecond(x, g), measured(x, g).second];
    return { claimed, actual, by: Math.abs(claimed - actual), scale: Math.abs(actual) };
  },
});

interface FitCase {
  readonly g: number;
  readonly w: number;
}

const goodFit = check.violates<FitCase, Subject>({
  says: 'eq. (6) for a sigmoid output is 0.111, 0.0101, 0.0010 of the Hessian for x = 1 and g = 0.9, 0.99, 0.999: the better the fit, the worse',
  given: check.only([
    { g: 0.9, w: 1 },
    { g: 0.99, w: 2 },
    { g: 0.999, w: -1 },
  ]),
  margin: 2 ** 40,
  measure: ({ g, w }) => {
    const { byCode, slope } = measured(1, g, w);
    const claimed = slope ** 2 * printedSecond(1, g);
    return { claimed, actual: byCode, by: Math.abs(claimed - byCode), scale: Math.abs(byCode) };
  },
});

const ratio = check.equals<FitCase, Subject>({
  says: 'the ratio is (1 - g) / g',
  given: {
    arbitrary: draw.record({ g: probability, w: draw.normal().map(w => (Math.abs(w) < 1 / 8 ? 1 : w)) }),
    examples: [{ g: 0.999, w: 1 }],
  },
  ulps: 4096,
  runs: 40,
  measure: ({ g, w }, rules) => {
    const { byCode, slope } = measured(1, g, w);
    return { actual: (slope ** 2 * printedSecond(1, g)) / byCode, expected: rules.ratio(g) };
  },
});

/** Two white pixels with the probabilities given and two latents: logits whose Hessian in the code is diagonal. */
function fitted({ first, second }: { first: number; second: number }) {
  const net = local.linearAutoencoder(2, 2);
  const tilt = Math.sqrt((first * (1 - first)) / (second * (1 - second)));
  const params = {
    'decoder.0.weight': [1, 1, tilt, -tilt],
    'decoder.0.bias': [first, second].map(p => Math.log(p / (1 - p))),
  };
  const { hessian, jacobian: byLogits } = curvatureAt(net, 'bernoulli', params, [1, 1], [0, 0]);
  const [a, b] = mat.transpose([first, second].map((p, m) => mat.scale(p * (1 - p), byLogits[m]!)));
  const [[h, off], [, k]] = hessian as unknown as [[number, number], [number, number]];
  return { off: off / Math.sqrt(h * k), cosine: mat.dot(a!, b!) / (mat.norm(a!) * mat.norm(b!)) };
}

const columns = check.equals({
  says: 'for two white pixels with probabilities p and q whose Hessian is diagonal, so that a mean-field posterior costs nothing, the columns of the Jacobian of the probabilities have the cosine (v - w) / (v + w), v = p (1 - p), w = q (1 - q)',
  given: draw.record({ first: probability, second: probability }),
  runs: 40,
  ulps: ULPS.iteration,
  measure: (c, rules: Subject) => {
    const { off, cosine } = fitted(c);
    return check.agree(
      { 'off the diagonal': [off, 0], cosine: [cosine, rules.cosine(c.first, c.second)] },
      1,
    );
  },
});

const notOrthogonal = check.violates({
  says: 'so a good fit does not drive these columns to be orthogonal: at 0.99 and 0.999 their cosine is 0.82',
  given: check.only([{ first: 0.99, second: 0.999 }]),
  margin: 2 ** 40,
  measure: (c: { first: number; second: number }) => {
    const { cosine } = fitted(c);
    return { claimed: 0, actual: cosine, by: Math.abs(cosine), scale: 1 };
  },
});

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
    const of = sampling(rules.vae, makeBernoulliVae(rules.vae), ({ beta }) => ({ beta: beta! }));
    const found = curvatureAt(
      net,
      'bernoulli',
      { 'decoder.0.weight': c.weight.flat(), 'decoder.0.bias': c.bias },
      c.x,
      c.mean,
    );
    const spread = found.hessian.reduce(
      (sum, row, i) => sum + row.reduce((s, h, k) => s + h * c.covariance[k]![i]!, 0),
      0,
    );
    const size = logitSize(c) * (1 + mat.norm(factor.flat())) + c.beta * (1 + kl);
    return check.agree({
      loss: [
        noisyStep(of, net, values, noise).loss,
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

const sum = (values: mat.Vector): number => values.reduce((a, b) => a + b, 0);

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
    return Math.abs(sum(parts)) > 0.25 * sum(parts.map(Math.abs));
  });

const secondOrder = check.order<local.LocalCase, Subject>({
  says: 'the beta-VAE minus its Taylor objective is then of order beta^2, with the coefficient L_ijkl M_ij M_kl / 8, M = (J^T diag(p(1-p)) J)^-1',
  given: orderCases,
  order: 2,
  runs: 10,
  measure: (c, rules) => {
    const net = local.linearAutoencoder(c.weight.length, c.mean.length);
    const a = fisher(c);
    const of = sampling(rules.vae, makeBernoulliVae(rules.vae), ({ beta }) => ({ beta: beta! }));
    const [low, high] = [mat.symmetricEigen(a).values.at(-1)!, mat.norm(c.weight.flat()) ** 2];
    // logits spread by a quarter at most
    const top = 2 ** Math.floor(Math.log2(low / (16 * high)) + Math.log2(Math.min(1, high)));
    const steps = Array.from({ length: 8 }, (_, k) => top * 2 ** -k);
    return {
      constant: sum(quartics(c, mat.inverse(a))) / 8,
      ladder: check.ladder(steps, beta => {
        const s = mat.inverse(mat.combine(1, mat.identity(a.length), 1 / beta, a));
        const values = { ...local.valuesOf(c, posterior(net, c.mean, s)), beta };
        const averaged = averagedStep(of, net, values, POINTS.get(c.mean.length)!).loss;
        const taylor = step(rules.taylor, makeBernoulliTaylor(rules.taylor), net, values).loss;
        return {
          residual: averaged - taylor,
          scale: logitSize(c) + beta * (mat.norm(c.mean) ** 2 + 40 * a.length),
        };
      }),
    };
  },
});

export default claim({
  id: 'KP-12',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, section 5.1, Bernoulli observations',
  tex: {
    asRead: true,
    printed:
      '\\frac{\\partial^2 \\log p}{\\partial g^2} = -\\frac1{(1 - x - g)^2}, \\text{ close to } -1 \\text{ when the fit is good}; \\qquad \\nabla_z^2 \\log p \\approx J^\\top H_p J',
    corrected:
      '-\\frac{x}{g^2} - \\frac{1-x}{(1-g)^2}; \\qquad \\frac{J^\\top H_p J}{\\nabla_z^2 \\log p} = \\frac{1-g}{g} \\to 0 \\text{ for } x = 1,\\ g = \\sigma(wz); \\qquad H_p = -\\mathrm{diag}(\\sigma(1-\\sigma)) \\text{ for logits}',
  },
  says: 'The printed second derivative is right for black and white pixels, for which it is stated; but for decoders that end in a sigmoid, as those of appendix D do, the Gauss-Newton form of eq. (6) loses all of the curvature just where the fit becomes good, by the factor (1-g)/g, and a mean-field posterior does not drive the columns of their Jacobian to be orthogonal. For logits it is exact wherever it is for Gaussian observations.',
  verdict: refuted({
    counterexample:
      'x = 1, g(z) = sigmoid(z) = 0.99: the Hessian of log p is -0.0099, eq. (6) gives -0.0001; two white pixels at 0.99 and 0.999 have a diagonal Hessian where the columns of J have the cosine 0.82',
    corrected:
      'd^2 log p / dg^2 = -x/g^2 - (1-x)/(1-g)^2; with logits for outputs H_p = -diag(p(1-p)), and J^T H_p J is the Hessian for affine and piecewise linear logits',
  }),
  findings: [
    {
      class: 'error',
      title: 'With sigmoid outputs a good fit does not drive the Jacobian to orthogonal columns',
      quote:
        'When the decoding network has the capacity to fit the training data well, *i.e.*, $(1 - x_i - [g(h(x))]_i)^2$ is close to 1 for all i , the Jacobian matrix $J_g(h(x))$ will still be driven towards having orthogonal columns',
      place: 'section 5.1',
      says: 'With the sigmoid outputs of appendix D the neglected part of eq. (5) is then nearly all of the Hessian: the Gauss-Newton part is (1-g)/g of it for a white pixel, 11 %, 1 %, 0.1 % at g = 0.9, 0.99, 0.999. What a mean-field posterior drives to be diagonal is the Hessian through the logits, in the weights p(1-p), not J^T J: for two pixels at 0.99 and 0.999 it is diagonal where the columns of J have the cosine 0.82.',
      changesUse: true,
    },
    {
      class: 'caveat',
      title: 'The printed second derivative is for black and white pixels',
      quote: "is given by $-1/(1 - x_i - [g(h(x))]_i)^2$, where $x_i \\in \\{0, 1\\}$ is the i 'th pixel",
      place: 'section 5.1',
      says: 'For grey values it is -x/g^2 - (1-x)/(1-g)^2.',
    },
  ],
  objectives: ['beta-vae-bernoulli', 'beta-vae-taylor-bernoulli'],
  subject: SUBJECT,
  checks: { grey, binary, printedGrey, goodFit, ratio, columns, notOrthogonal, objectives, secondOrder },
  mutants: MUTANTS,
});
