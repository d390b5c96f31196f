/**
 * @file Bits by their probabilities, the outputs of a sigmoid: derivatives, and what a good fit makes of
 * them.
 */
import * as tf from '@tensorflow/tfjs';
import { ULPS } from '../../../../src/claims/checks/rounding.js';
import { jacobian } from '../../../../src/core/derivatives.js';
import { hessian } from '../../../../src/core/hessian.js';
import { denseAutoencoder } from '../../../../src/core/net/dense.js';
import { type Params, parameter } from '../../../../src/core/net/network.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { check, draw, fc, mat } from '../../../kit.js';
import { curvatureAt } from '../../../subjects/vae/curvature.js';
import * as local from '../../../subjects/vae/local-cases.js';
import { printedSecond, type Subject } from './controls.js';

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

/**
 * Second derivatives by core: of log p by the probability, and of log p by the code with its slope dg / dz.
 */
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

/**
 * Two white pixels with the probabilities given and two latents: logits whose Hessian in the code is
 * diagonal.
 */
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

export const PROBABILITIES = { grey, binary, printedGrey, goodFit, ratio, columns, notOrthogonal };
