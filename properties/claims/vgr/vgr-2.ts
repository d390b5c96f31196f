/** @file VGR-2: the best decoder variance is the mean squared error of an entry. */
import * as tf from '@tensorflow/tfjs';
import { GAMMA_VAE_RULES } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { GAMMA_VAE_CLOSED_RULES } from '../../../src/core/objectives/gamma-vae/gamma-vae-closed.js';
import { LOG_GAMMA } from '../../../src/core/objectives/gamma-vae/gamma-vae-learned.js';
import { closedEnergy, type Energy, energy, fixedEnergy } from '../../../src/studies/energy.js';
import { check, claim, draw, exact, mat, wrong } from '../../kit.js';
import * as dense from '../../subjects/energy/dense-cases.js';
import { GAMMA_WRONG } from '../../subjects/energy/gamma-controls.js';
import { parametersOf } from '../../subjects/energy/linear-cases.js';
import { linearAutoencoder } from '../../subjects/vae/local-cases.js';

const SUBJECT = { gamma: GAMMA_VAE_RULES, closed: GAMMA_VAE_CLOSED_RULES };
type Subject = typeof SUBJECT;

interface OffCase extends dense.DenseCase {
  /** gamma over its best value. */
  readonly factor: number;
}

const excess = check.equals<OffCase, Subject>({
  says: 'a variance f gamma* costs d (log f + 1/f - 1) over gamma* = E/d, whatever the network',
  given: draw
    .record({ c: dense.denseCases, factor: draw.logUniform({ min: 1 / 16, max: 16 }) })
    .map(({ c, factor }) => ({ ...c, factor })),
  runs: 40,
  measure: (c, { gamma: rules }) => {
    const [net, noise, values] = [dense.denseNet(c), dense.denseNoise(c), dense.denseValues(c)];
    const d = net.data[0]!;
    const best = fixedEnergy(rules, net, values, noise).reconstruction / d;
    const at = (gamma: number): number => fixedEnergy(rules, net, { ...values, gamma }, noise).loss;
    const logs = d * (2 + 1 / c.factor + Math.abs(Math.log(best)) + Math.abs(Math.log(c.factor)));
    return {
      actual: at(c.factor * best) - at(best),
      expected: d * (Math.log(c.factor) + 1 / c.factor - 1),
      scale: logs + Math.abs(at(best)),
    };
  },
});

/** Three noises: every sample gets all of them. */
const noisesOf = (c: dense.DenseCase): number[][] => {
  const { latent } = c.model.shape.net;
  return [0, 1, 2].map(i => c.noise.slice(i * latent, (i + 1) * latent));
};

/** The closed-form objective, and the gamma-VAE at the variance that it chose. */
function profiled(c: dense.DenseCase, { gamma: rules, closed }: Subject): { best: Energy; at: Energy } {
  const noises = noisesOf(c);
  const best = closedEnergy(closed, dense.denseNet(c), dense.denseValues(c, c.beta), noises);
  const points = noises.map(point => ({ point, weight: 1 / noises.length }));
  return {
    best,
    at: energy(rules, dense.denseNet(c), { ...dense.denseValues(c, c.beta), gamma: best.gamma }, points),
  };
}

const profile = check.equals<dense.DenseCase, Subject>({
  says: 'minimised over gamma the loss is d + d log(E/d) + 2 beta KL, and log gamma has no gradient there',
  given: dense.denseCases,
  runs: 40,
  measure: (c, subject) => {
    const d = c.model.shape.net.encoder[0]!;
    const { best, at } = profiled(c, subject);
    const size = d * (2 + Math.abs(Math.log(best.gamma))) + 2 * c.beta * (at.kl + c.model.shape.net.latent);
    return check.agree({
      minimum: [best.loss, d + d * Math.log(at.reconstruction / d) + 2 * c.beta * at.kl, size],
      gamma: [best.gamma, at.reconstruction / d],
      slope: [at.gradient(LOG_GAMMA), [0], d],
    });
  },
});

const envelope = check.equals<dense.DenseCase, Subject>({
  says: 'the gradient in everything else is that of the fixed variance gamma*, d grad E / E + 2 beta grad KL',
  given: dense.denseCases,
  runs: 40,
  measure: (c, subject) => {
    const { best, at } = profiled(c, subject);
    const size = c.model.shape.net.encoder[0]! / Math.sqrt(best.gamma) + c.beta * (1 + at.kl);
    return Object.keys(dense.denseNet(c).shapes).map(name => {
      const [actual, expected] = [best.gradient(name), at.gradient(name)];
      return { what: name, actual, expected, scale: size + mat.norm([...expected]) };
    });
  },
});

const LATENT = 2;

/** A decoder that is constant at 0, for one datum. */
function constantDecoder(x: readonly number[], rules: Subject['closed']): Energy {
  const net = linearAutoencoder(x.length, LATENT, 'diagonal');
  const weight = x.map(() => [0, 0]);
  const encoder = [x.map(() => 0), x.map(() => 0)];
  const params = parametersOf(net, weight, encoder, mat.identity(LATENT));
  return closedEnergy(rules, net, { params, x }, [[0, 0]]);
}

const unbounded = check.equals({
  says: 'as the error E = e^2 goes to 0 the loss falls like 2 d log e without bound and the gradient of the decoder grows like 2d / e',
  given: {
    arbitrary: draw.record({ direction: draw.unitVector(3), size: draw.logUniform({ min: 1e-70, max: 1 }) }),
    examples: [{ direction: [1, 0, 0], size: 1e-72 }],
  },
  runs: 24,
  measure: ({ direction, size }, { closed }: Subject) => {
    const d = direction.length;
    const at = constantDecoder(
      direction.map(x => size * x),
      closed,
    );
    const one = constantDecoder(direction, closed);
    return check.agree({
      loss: [at.loss - one.loss, 2 * d * Math.log(size), d * (4 + 2 * Math.abs(Math.log(size)))],
      gradient: [at.gradient('decoder.0.bias'), direction.map(x => (-2 * d * x) / size)],
    });
  },
});

const ratio = check.equals<dense.DenseCase, Subject>({
  says: 'the gradient of the error term with the best variance is d gamma / E times that with a fixed variance gamma',
  given: dense.denseCases,
  runs: 24,
  measure: (c, { gamma: rules, closed }) => {
    const [net, noises] = [dense.denseNet(c), noisesOf(c)];
    // the decoder is not in the KL term
    const name = 'decoder.0.weight';
    const best = closedEnergy(closed, net, dense.denseValues(c), noises);
    const points = noises.map(point => ({ point, weight: 1 / noises.length }));
    const at = energy(rules, net, dense.denseValues(c), points);
    const factor = (net.data[0]! * c.gamma) / at.reconstruction;
    const expected = at.gradient(name).map(x => factor * x);
    return {
      actual: best.gradient(name),
      expected,
      scale: mat.norm([...expected]) + 1 / Math.sqrt(best.gamma),
    };
  },
});

export default claim({
  id: 'VGR-2',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, eq. (6) and the text below it',
  tex: {
    printed:
      '\\gamma^* = \\frac1{dn}\\sum_i \\mathbb E_{q_\\phi(z|x_i)}\\bigl[\\|x_i - \\mu_x(z;\\theta)\\|^2\\bigr]',
    asRead: true,
    corrected:
      '\\mathcal L(f\\gamma^*) - \\mathcal L(\\gamma^*) = d\\,(\\log f + 1/f - 1), \\qquad \\nabla\\mathcal L(\\gamma^*) = d\\,\\frac{\\nabla E}{E} + 2\\nabla\\mathrm{KL}',
  },
  says: 'The optimal decoder variance is the mean squared error of an entry, E/d; with it the reconstruction term is d log E, whose gradient d grad E / E is unbounded as the error vanishes and d gamma / E times that of a fixed variance gamma.',
  verdict: exact(),
  objectives: ['gamma-vae', 'gamma-vae-closed', 'gamma-vae-learned'],
  subject: SUBJECT,
  checks: { excess, profile, envelope, unbounded, ratio },
  mutants: {
    ...wrong.rules(SUBJECT, 'gamma', GAMMA_WRONG),
    ...wrong.rules(SUBJECT, 'closed', {
      entriesForgotten: ['gamma without 1/d', { estimate: errors => tf.mean(errors) }],
      perSample: [
        'a variance for every sample instead of one for the data',
        { estimate: (errors, entries) => tf.div(errors, entries) },
      ],
      sumOverSamples: [
        'gamma without 1/n',
        { estimate: (errors, entries) => tf.div(tf.sum(errors), entries) },
      ],
      rootMean: [
        'the standard deviation for the variance',
        { estimate: (errors, entries) => tf.sqrt(tf.div(tf.mean(errors), entries)) },
      ],
      normaliserOff: ['without d log gamma', { normaliser: (_, gamma) => tf.zerosLike(gamma) }],
      differentiated: [
        'gamma* is differentiated too',
        { hold: gamma => gamma },
        'gamma* is where d/dgamma (E/gamma + d log gamma) = (d - E/gamma)/gamma vanishes, so that the gradient through it is zero (envelope theorem).',
      ],
    }),
  },
});
