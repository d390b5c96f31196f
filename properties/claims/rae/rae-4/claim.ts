/**
 * @file RAE-4: what weight decay on the decoder has to do with noise on its codes: an equality when linear,
 * a bound otherwise.
 */
import * as tf from '@tensorflow/tfjs';
import { adam } from '../../../../src/core/optimiser.js';
import { programOf } from '../../../../src/engine/float64/program-of.js';
import { type AutoencoderCase, SHAPES, type Shape } from '../../../arbitraries/autoencoders.js';
import { check, claim, conditional, draw, mat, quad } from '../../../kit.js';
import { FEW, onOf, type RaeCase, raeCases, raeGiven } from '../../../subjects/rae/cases.js';
import { noisyError } from '../../../subjects/rae/noise.js';
import { decoderLayers, weightOf } from '../../../subjects/rae/plain-network.js';
import { evaluated } from '../../../subjects/rae/step.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';

/** |W|_F^2 of every layer of the decoder. */
const squaresOf = (model: AutoencoderCase): number[] =>
  decoderLayers(model).map(name => mat.norm(weightOf(model, name).flat()) ** 2);

const penalty = (c: RaeCase, s: Subject): number => evaluated(s, 'jacobian', onOf(c), c).term('penalty');

const linear = check.equals<RaeCase, Subject>({
  says: 'for a linear decoder noise of variance lambda, the penalty lambda |J|^2 and lambda times the squared weights (not biases) are one and the same',
  given: raeGiven(SHAPES.linear),
  runs: 16,
  measure: (c, s) => {
    const on = onOf(c);
    const decayed = evaluated({ l2: s.kernels }, 'l2', on, { beta: 0, lambda: c.lambda });
    const noisy = noisyError(s.vae, c.model, Math.sqrt(c.lambda), quad.sigmaPoints(c.model.shape.net.latent));
    const size = mat.norm(c.model.x) ** 2 + decayed.loss;
    return check.agree({
      noise: [decayed.loss, noisy, size],
      Jacobian: [decayed.term('penalty'), penalty(c, s)],
    });
  },
});

export const biases = check.violates<RaeCase, Subject>({
  says: 'decaying the biases too is no noise, not even for a linear decoder: lambda |b|^2 more',
  given: raeGiven(SHAPES.linear),
  runs: 8,
  measure: (c, s) => {
    const noisy = noisyError(s.vae, c.model, Math.sqrt(c.lambda), quad.sigmaPoints(c.model.shape.net.latent));
    const actual = evaluated(s, 'l2', onOf(c), { beta: 0, lambda: c.lambda }).loss;
    return { claimed: noisy, actual, by: actual - noisy, scale: mat.norm(c.model.x) ** 2 + actual };
  },
});

const chainShape = (activation: 'relu' | 'gelu'): Shape => ({
  net: { encoder: [1], latent: 1, decoder: [1, 1, 1], activation, output: 'identity' },
  batch: 1,
});
const CHAINS = { relu: chainShape('relu'), gelu: chainShape('gelu') };

/** One unit in every layer: the bounds are attained. */
const chain = (activation: 'relu' | 'gelu', weight: number, z: number): RaeCase => {
  const decoder = { 'decoder.0.weight': [weight], 'decoder.0.bias': [0], 'decoder.1.weight': [weight] };
  const params = { 'mu.weight': [1], 'mu.bias': [0], ...decoder, 'decoder.1.bias': [0] };
  return { model: { shape: CHAINS[activation], params, x: [z], alpha: 0.5 }, beta: 1, lambda: 1 };
};

/** Slopes of at most 1: all but gelu, and sigmoid whose slopes are at most 1/4. */
const LIPSCHITZ = [...FEW, SHAPES.smooth[3]!, SHAPES.relu[0]!, SHAPES.elu[0]!];

export const layers = check.bound<RaeCase, Subject>({
  says: 'for activations of slope at most 1, |J|^2 is at most the product of the layers |W|^2, which is at most (their mean)^(number of layers)',
  given: {
    ...raeGiven(LIPSCHITZ),
    examples: [chain('relu', 1.5, 1), ...(raeGiven(LIPSCHITZ).examples ?? [])],
  },
  runs: 24,
  measure: (c, s) => {
    const squares = squaresOf(c.model);
    return check.below({
      product: [penalty(c, s), s.product(squares)],
      sum: [s.product(squares), s.power(squares)],
    });
  },
});

const unequal = check.violates<RaeCase, Subject>({
  says: 'not an equality: neither the product nor the sum of the |W|^2 is |J|^2 for a smooth decoder with a hidden layer',
  given: raeCases(FEW),
  runs: 12,
  measure: (c, s) => {
    const actual = penalty(c, s);
    const squares = squaresOf(c.model);
    const sum = mat.sum(squares);
    const product = s.product(squares);
    return [
      { what: 'product', claimed: product, actual, by: product - actual, scale: actual },
      { what: 'sum', claimed: sum, actual, by: Math.abs(sum - actual), scale: sum + actual },
    ];
  },
});

const gelu = check.violates<RaeCase, Subject>({
  says: 'for gelu, of slope up to 1.129, the product is no bound',
  given: check.only(
    [chain('gelu', 1, Math.SQRT2), chain('gelu', 2, Math.SQRT1_2)],
    c => `weight at ${c.model.x}`,
  ),
  measure: (c, s) => {
    const [claimed, actual] = [s.product(squaresOf(c.model)), penalty(c, s)];
    return { claimed, actual, by: actual - claimed, scale: claimed };
  },
});

const frameworks = check.equals<RaeCase, Subject>({
  says: "the gradient is 2 lambda w on the decoder's weights and biases alone: PyTorch's weight_decay is 2 lambda, and on what it is given",
  given: raeGiven(FEW),
  runs: 8,
  measure: (c, s) => {
    const on = onOf(c);
    const lambda = s.fromTorch(c.lambda);
    const [decayed, bare] = [lambda, 0].map(weight =>
      evaluated(s, 'l2', on, { beta: c.beta, lambda: weight }),
    );
    return Object.keys(c.model.params).map(name => {
      const [to, from] = [decayed!.gradient(name), bare!.gradient(name)];
      const weights = c.model.params[name]!;
      const decays = name.startsWith('decoder.');
      return {
        what: name,
        actual: to.map((g, k) => g - from[k]!),
        expected: weights.map(w => (decays ? c.lambda * w : 0)),
        scale: mat.norm([...to]) + mat.norm([...from]) + c.lambda * mat.norm(weights),
      };
    });
  },
});

const LENGTH = 4;
const RATE = 2 ** -8;

const OPTIMISER = adam();

/** The first step of core's Adam along a gradient. */
function adamStep(weights: mat.Vector, gradient: mat.Vector): number[] {
  const program = programOf(OPTIMISER, OPTIMISER, 'step', () => ({
    specs: { w: { shape: [LENGTH] }, g: { shape: [LENGTH] } },
    fn: ({ w, g }) => {
      const zero = tf.zeros([LENGTH]);
      const state = { 'm.w': zero, 'v.w': zero, step: tf.zeros([]) };
      const { params } = OPTIMISER.update({ w: w! }, { w: g! }, state, tf.scalar(RATE));
      return { w: params.w! };
    },
  }));
  return [...program.run({ w: Float64Array.from(weights), g: Float64Array.from(gradient) }).w!];
}

const preconditioned = check.violates({
  says: 'with Adam a penalty in the loss is not decay of the weights: what it adds to the gradient is divided by the root of the second moment',
  given: draw.record({
    weights: draw.vector(LENGTH, draw.normal()).filter(w => mat.norm(w) > 0.1),
    gradient: draw.vector(LENGTH, draw.normal()),
    decay: draw.logUniform({ min: 1 / 16, max: 1 }),
  }),
  runs: 12,
  measure: ({ weights, gradient, decay }, s: Subject) => {
    const added = mat.scale(2 * s.fromTorch(decay), weights);
    const actual = adamStep(weights, mat.add(gradient, added));
    const decoupled = mat.subtract(adamStep(weights, gradient), mat.scale(RATE, added));
    return {
      claimed: mat.norm(mat.subtract(decoupled, weights)),
      actual: mat.norm(mat.subtract(actual, weights)),
      by: mat.norm(mat.subtract(actual, decoupled)),
      scale: mat.norm(weights),
    };
  },
});

export default claim<Subject, string, string>({
  id: 'RAE-4',
  paper: 'rae',
  source: 'Ghosh et al. 2020 as summarised, Tikhonov regularisation of the decoder (RAE-L2)',
  tex: {
    printed: '\\mathcal{L}_{L_2} = \\|\\theta\\|^2_2',
    corrected:
      "D\\ \\text{linear}:\\ \\mathbb E\\|x - D(z + s\\epsilon)\\|^2 = \\|x - D(z)\\|^2 + s^2\\|W\\|_F^2; \\qquad |\\phi'| \\le 1:\\ \\|J\\|_F^2 \\le \\prod_l\\|W_l\\|_F^2 \\le \\Bigl(\\tfrac1L\\sum_l\\|W_l\\|_F^2\\Bigr)^L",
  },
  says: 'Weight decay on the decoder is noise on its codes exactly when the decoder is linear and its biases are left alone; for deeper decoders with activations of slope at most 1 it only bounds the penalty, from above.',
  verdict: conditional(
    'a linear decoder, weights without biases; else a bound for activations of slope at most 1',
  ),
  findings: [
    {
      class: 'sharpened',
      title: 'Weight decay is noise on the codes for a linear decoder, a bound otherwise',
      quote:
        'Tikhonov regularization, related to low-magnitude input noise, which amounts to applying weight decay to the decoder parameters',
      place: 'summary, section Deterministic Regularized Autoencoders, L2',
      says: "Exactly, for linear decoders without decayed biases. For activations of slope at most 1 the product of the layers' |W|^2 bounds the Jacobian's squared norm; with Adam a penalty in the loss is not decay of the weights.",
    },
  ],
  objectives: ['rae-l2', 'rae-jacobian', 'vae'],
  subject: SUBJECT,
  checks: { linear, biases, layers, unequal, gelu, frameworks, preconditioned },
  mutants: MUTANTS,
});
