/**
 * @file RAE-3: noise on the codes is, to second order, a penalty on the decoder's Jacobian - where residuals
 * or curvature vanish.
 */
import * as tf from '@tensorflow/tfjs';
import { scaleUp } from '../../../src/core/gaussian.js';
import { RAE_JACOBIAN, RAE_JACOBIAN_RULES } from '../../../src/core/objectives/rae/rae-jacobian.js';
import { VAE, VAE_RULES } from '../../../src/core/objectives/vae/vae.js';
import { type AutoencoderCase, autoencoders, SHAPES } from '../../arbitraries/autoencoders.js';
import { everyShape, random } from '../../arbitraries/given.js';
import { check, claim, conditional, mat, quad, wrong } from '../../kit.js';
import { known } from '../../subjects/mistaken.js';
import { firstKink, withResiduals } from '../../subjects/network/degenerate.js';
import { networkOf } from '../../subjects/network/network.js';
import { laplacians, noisyError, residualsOf } from '../../subjects/rae/noise.js';
import { evaluated, valuesOf } from '../../subjects/rae/step.js';

const SUBJECT = {
  vae: VAE_RULES,
  jacobian: RAE_JACOBIAN_RULES,
  /** The coefficient of s^2 beyond |J|^2, from (D - x) . Laplacian D. */
  bend: (weighted: number) => weighted,
  /** The coefficient of s^4, from the Laplacian of the Laplacian of the squared error. */
  fourth: (twice: number) => twice / 8,
};
type Subject = typeof SUBJECT;

/** Smooth decoders of one or two latents, for tensor quadrature. */
const PLANAR = [1, 5, 6, 7].map(i => SHAPES.smooth[i]!);
/** Exact for polynomials of degree 19 in every latent. */
const NODES = 10;
const STEPS = check.dyadic(1, 3, 9);

/** Squared error and penalty of the RAE, and the size of what cancels in the residuals. */
function penalised(model: AutoencoderCase, { jacobian }: Subject) {
  const on = { net: networkOf(model.shape), values: valuesOf(model) };
  const { term } = evaluated({ jacobian }, 'jacobian', on, { beta: 0, lambda: 1 });
  const size = mat.norm(model.x) ** 2 + mat.norm([...residualsOf(model).decoded]) ** 2;
  return { error: term('reconstruction'), penalty: term('penalty'), size };
}

/** The error under noise less that without and less `second` s^2. */
function residuals(model: AutoencoderCase, s: Subject, second: (penalty: number) => number) {
  const { error, penalty, size } = penalised(model, s);
  const points = quad.gaussianPoints(model.shape.net.latent, NODES);
  return check.ladder(STEPS, step => ({
    residual: noisyError(s.vae, model, step, points) - error - second(penalty) * step ** 2,
    scale: size,
  }));
}

const full = check.order<AutoencoderCase, Subject>({
  says: 'E|x - D(z + s e)|^2 = |x - D|^2 + s^2 (|J|^2 - (x - D).Laplacian D) + s^4 Laplacian^2 |x - D|^2 / 8 + ...',
  given: everyShape(PLANAR),
  order: 4,
  runs: 8,
  measure: (model, s) => {
    const { weighted, twice } = laplacians(model);
    return { ladder: residuals(model, s, penalty => penalty + s.bend(weighted)), constant: s.fourth(twice) };
  },
});

const printed = check.order<AutoencoderCase, Subject>({
  says: 'the penalty alone leaves -(x - D).Laplacian D s^2: an error of the order of the penalty itself',
  given: everyShape(PLANAR),
  order: 2,
  runs: 8,
  measure: (model, s) => ({
    ladder: residuals(model, s, penalty => penalty),
    constant: s.bend(laplacians(model).weighted),
  }),
});

const perfect = check.order<AutoencoderCase, Subject>({
  says: 'where the reconstruction is perfect the penalty alone is right up to s^4',
  given: everyShape(PLANAR),
  order: 4,
  runs: 8,
  measure: (random, s) => {
    const model = withResiduals(random, [0]);
    return { ladder: residuals(model, s, penalty => penalty), constant: s.fourth(laplacians(model).twice) };
  },
});

/** E|x - D(z + s e)|^2 against |x - D|^2 + s^2 |J|^2. */
function exactly(model: AutoencoderCase, s: Subject, step: number, points: readonly quad.WeightedPoint[]) {
  const { error, penalty, size } = penalised(model, s);
  return {
    actual: noisyError(s.vae, model, step, points),
    expected: error + step ** 2 * penalty,
    scale: size + step ** 2 * penalty,
  };
}

const linear = check.equals<AutoencoderCase, Subject>({
  says: 'for linear decoders noise is the penalty s^2 |J|^2 exactly, at every s',
  given: everyShape(SHAPES.linear),
  runs: 16,
  measure: (model, s) =>
    [2 ** -6, 1, 30].map(step => exactly(model, s, step, quad.sigmaPoints(model.shape.net.latent))),
});

/** How far the codes may move along an axis until the first hidden unit of the decoder changes sign. */
function nearestKink(model: AutoencoderCase): number {
  const { batch, net } = model.shape;
  const axis = (j: number, sign: number): Float64Array =>
    Float64Array.from({ length: batch * net.latent }, (_, k) => (k % net.latent === j ? sign : 0));
  return Math.min(
    ...Array.from({ length: 2 * net.latent }, (_, k) => firstKink(model, axis(k >> 1, k % 2 ? -1 : 1))),
  );
}

const cell = check.equals<AutoencoderCase, Subject>({
  says: 'for ReLU decoders too, up to noise that reaches the next kink',
  given: random(autoencoders(SHAPES.relu).filter(model => nearestKink(model) > 2 ** -8)),
  runs: 16,
  measure: (model, s) => {
    const { latent } = model.shape.net;
    // no sigma point, at a distance of sqrt(d) s along an axis, reaches a kink
    const reach = Math.min(nearestKink(model), 2 ** 8) / Math.sqrt(latent);
    return [reach / 64, reach / 2].map(step => exactly(model, s, step, quad.sigmaPoints(latent)));
  },
});

export default claim<Subject, string, string>({
  id: 'RAE-3',
  paper: 'rae',
  source: 'Ghosh et al. 2020 as summarised, from noise injection to explicit regularisation',
  tex: {
    printed:
      '\\mathbb E\\|x - D(z + s\\epsilon)\\|^2 \\leftrightarrow \\|x - D(z)\\|^2 + s^2\\|\\nabla D(z)\\|_F^2',
    asRead: true,
    corrected:
      '\\mathbb E\\|x - D(z + s\\epsilon)\\|^2 = \\|x - D\\|^2 + s^2\\left(\\|J\\|_F^2 - (x - D)\\cdot\\Delta D\\right) + \\tfrac{s^4}8\\Delta^2\\|x - D\\|^2 + O(s^6)',
  },
  says: 'Noise on the codes is the penalty s^2 |J|^2 exactly for linear decoders and to fourth order where the reconstruction is perfect; elsewhere the curvature of the decoder, weighted by the residual, enters at the same order as the penalty.',
  verdict: conditional('(x - D).Laplacian D = 0: no residual, or a linear or harmonic decoder'),
  findings: [
    {
      class: 'sharpened',
      title: 'Noise on the codes is the Jacobian penalty and a term of the same order',
      quote: 'substitute noise injection with an explicit regularization scheme for the decoder',
      place: 'summary, section Deterministic Regularized Autoencoders',
      says: 'E|x - D(z + s e)|^2 adds s^2 (|J|^2 - (x - D).Lap D): the penalty alone is right where the residual or the curvature of the decoder vanishes.',
    },
  ],
  objectives: ['rae-jacobian', 'vae'],
  subject: SUBJECT,
  checks: { full, printed, perfect, linear, cell },
  mutants: {
    ...wrong.formula(SUBJECT, 'bend', {
      laplacianMissing: ['the Laplacian left out', () => 0],
      laplacianSign: ['the Laplacian with the other sign', w => -w],
      laplacianDoubled: ['twice the Laplacian', w => 2 * w],
    }),
    ...wrong.formula(SUBJECT, 'fourth', {
      fourthOfTaylor: ['1/24 for 1/8 in the fourth order', t => t / 24],
    }),
    ...wrong.rules(
      SUBJECT,
      'jacobian',
      known(RAE_JACOBIAN, { halfPenalty: 'halfPenalty', unsquared: 'otherPower', columnSums: 'columnSums' }),
    ),
    ...wrong.rules(SUBJECT, 'vae', {
      ...known(VAE, { varianceForDeviation: 'varianceForDeviation', noNoise: 'noNoise' }),
      oneLatent: [
        'the same noise for every latent',
        {
          sample: (mean, scale, noise) =>
            tf.add(mean, scaleUp(scale, tf.mul(tf.slice(noise, [0, 0], [-1, 1]), tf.onesLike(mean)))),
        },
      ],
    }),
  },
});
