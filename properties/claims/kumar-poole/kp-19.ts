/** @file KP-19: which observation noise the weight of the KL stands for. It is beta, not 1 / beta. */
import * as tf from '@tensorflow/tfjs';
import {
  GAMMA_VAE_RULES,
  type GammaVaeRules,
  makeGammaVae,
} from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { makeBetaVae } from '../../../src/core/objectives/vae/beta-vae.js';
import { VAE_RULES, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { averagedStep, noisyStep, type Sampling, sampling } from '../../../src/studies/noisy-step.js';
import { check, claim, draw, mat, mutant, quad, refuted } from '../../kit.js';
import { linearAutoencoder } from '../../subjects/vae/local-cases.js';
import { type NoisyCase, noisyCases, noisyValues, trainedNet } from '../../subjects/vae/noisy-cases.js';
import { posterior, type Values } from '../../subjects/vae/step.js';

interface Subject {
  readonly beta: VaeRules;
  readonly gamma: GammaVaeRules;
  /** The variance of the observations for which the beta-VAE is a VAE. */
  readonly variance: (beta: number) => number;
}

const betaVae = (rules: VaeRules): Sampling =>
  sampling(rules, makeBetaVae(rules), ({ beta }) => ({ beta: beta! }));

/** The VAE with observation noise gamma: |x - g|^2 / gamma + D log gamma + 2 KL. */
const gammaVae = (rules: GammaVaeRules): Sampling =>
  sampling(rules, makeGammaVae(rules), ({ gamma }) => ({ gamma: gamma!, variance: 'learned' as const }), '', {
    gamma: { shape: [] },
  });

function both(c: NoisyCase, rules: Subject, variance: number) {
  const net = trainedNet(c.of.shape);
  const weighted = noisyStep(betaVae(rules.beta), net, noisyValues(c), c.noise);
  const values = { ...noisyValues(c), more: { gamma: [variance] } };
  const plain = noisyStep(gammaVae(rules.gamma), net, values, c.noise);
  const normaliser = net.data[0]! * Math.log(variance);
  return { net, weighted, plain, scaled: (c.beta / 2) * (plain.loss - normaliser), normaliser };
}

const loss = check.equals<NoisyCase, Subject>({
  says: 'the beta-VAE is beta times the negative evidence bound with observations of covariance beta I, but for its constant, at all parameters and noises',
  given: noisyCases,
  runs: 40,
  measure: (c, rules) => {
    const variance = rules.variance(c.beta);
    const { net, weighted, plain, scaled, normaliser } = both(c, rules, variance);
    const terms = Math.abs(plain.term('reconstruction')) / variance + Math.abs(normaliser);
    return {
      actual: weighted.loss,
      expected: scaled,
      scale: Math.abs(weighted.loss) + c.beta * (terms + plain.term('kl') + net.latent),
    };
  },
});

const gradients = check.equals<NoisyCase, Subject>({
  says: 'so is every gradient',
  given: noisyCases,
  runs: 40,
  measure: (c, rules) => {
    const { net, weighted, plain } = both(c, rules, rules.variance(c.beta));
    return Object.keys(net.shapes).map(what => {
      const [actual, other] = [weighted.gradient(what), plain.gradient(what)];
      const size = mat.norm([...actual]) + weighted.loss + c.beta * (plain.term('kl') + net.latent);
      return { what, actual, expected: other.map(x => (c.beta / 2) * x), scale: size };
    });
  },
});

/** One latent, one datum, data +-sqrt(lambda). */
interface Scalar {
  readonly lambda: number;
  readonly beta: number;
}

const scalarNet = linearAutoencoder(1, 1, 'diagonal');

/** Probabilistic PCA with that observation variance: w^2 = lambda - variance, and the best posterior of the beta-VAE for it. */
function scalarValues({ lambda, beta }: Scalar, variance: number): Values {
  const w = Math.sqrt(Math.max(0, lambda - variance));
  const precision = w ** 2 + beta;
  return {
    params: {
      ...posterior(scalarNet, [0], [[beta / precision]]),
      'mu.weight': [w / precision],
      'decoder.0.weight': [w],
      'decoder.0.bias': [0],
    },
    x: [Math.sqrt(lambda), -Math.sqrt(lambda)],
    beta,
  };
}

const stationary = check.equals<Scalar, Subject>({
  says: 'with one latent and data of variance lambda the beta-VAE trains to w^2 = lambda - beta, its exact stationary point',
  given: {
    arbitrary: draw
      .record({
        lambda: draw.logUniform({ min: 1, max: 16 }),
        beta: draw.logUniform({ min: 1 / 32, max: 1 }),
      })
      .filter(({ lambda, beta }) => lambda > beta),
  },
  runs: 40,
  measure: (c, rules) => {
    const values = scalarValues(c, rules.variance(c.beta));
    const found = averagedStep(betaVae(rules.beta), scalarNet, values, quad.sigmaPoints(1));
    const size = c.lambda * (1 + c.lambda / c.beta);
    return Object.keys(scalarNet.shapes).map(what => {
      const actual = found.gradient(what);
      return { what, actual, expected: new Float64Array(actual.length), scale: size };
    });
  },
});

const reading = check.violates<Scalar, Subject>({
  says: 'the weights that covariance (1/beta) I asks for, w^2 = lambda - 1/beta, are not where the beta-VAE is least: data of variance 5 and beta = 0.3 give w^2 = 4.7, not 1.67',
  given: check.only([
    { lambda: 5, beta: 0.3 },
    { lambda: 5, beta: 4 },
    { lambda: 2, beta: 0.1 },
  ]),
  measure: (c, rules) => {
    const at = (variance: number): number =>
      averagedStep(betaVae(rules.beta), scalarNet, scalarValues(c, variance), quad.sigmaPoints(1)).loss;
    const [claimed, actual] = [at(1 / c.beta), at(c.beta)];
    return { claimed, actual, by: claimed - actual, scale: claimed };
  },
});

const printed = check.violates<NoisyCase, Subject>({
  says: 'with observations of covariance (1/beta) I the evidence bound is another function',
  given: { ...noisyCases, arbitrary: noisyCases.arbitrary.filter(c => Math.abs(Math.log(c.beta)) > 0.25) },
  runs: 20,
  measure: (c, rules) => {
    const { weighted, scaled } = both(c, rules, 1 / c.beta);
    return {
      claimed: scaled,
      actual: weighted.loss,
      by: Math.abs(scaled - weighted.loss),
      scale: Math.abs(scaled) + Math.abs(weighted.loss),
    };
  },
});

const withVariance =
  (variance: Subject['variance']) =>
  (s: Subject): Subject => ({ ...s, variance });
const withBeta = (change: Partial<VaeRules>) => {
  const beta = { ...VAE_RULES, ...change };
  return (s: Subject): Subject => ({ ...s, beta });
};
const withGamma = (change: Partial<GammaVaeRules>) => {
  const gamma = { ...GAMMA_VAE_RULES, ...change };
  return (s: Subject): Subject => ({ ...s, gamma });
};

export default claim<Subject, string, string>({
  id: 'KP-19',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, section 7',
  tex: {
    printed:
      '\\beta\\,\\mathrm{KL} \\;\\Longleftrightarrow\\; p(x \\mid z) = \\mathcal N\\bigl(g(z), \\tfrac1\\beta I\\bigr)',
    corrected:
      '\\tfrac12\\mathbb E_q\\|x-g\\|^2 + \\beta\\,\\mathrm{KL} = \\beta\\Bigl[\\tfrac1{2\\beta}\\mathbb E_q\\|x-g\\|^2 + \\mathrm{KL}\\Bigr]: \\quad p(x \\mid z) = \\mathcal N(g(z), \\beta I)',
  },
  says: 'Weighting the KL by beta is the same as observations of covariance beta I, up to the factor beta and a constant, at all parameters; the paper prints its inverse, (1/beta) I.',
  verdict: refuted({
    counterexample:
      'one latent, data of variance 5, beta = 0.3: the beta-VAE has its minimum at w^2 = 4.7 = 5 - beta; covariance 1/beta would give 1.67',
    corrected: 'the covariance is beta I: a beta-VAE of unit variance is beta times the VAE of variance beta',
  }),
  objectives: ['beta-vae', 'gamma-vae'],
  subject: { beta: VAE_RULES, gamma: GAMMA_VAE_RULES, variance: beta => beta },
  checks: { loss, gradients, stationary, reading, printed },
  mutants: {
    inverse: mutant(
      'observations of covariance 1 / beta, as printed',
      withVariance(beta => 1 / beta),
    ),
    unchanged: mutant(
      'observations of unit covariance',
      withVariance(() => 1),
    ),
    deviation: mutant(
      'beta the standard deviation',
      withVariance(beta => beta ** 2),
    ),
    betaIgnored: mutant('the KL of weight 1', withBeta({ weight: () => 1 })),
    betaSquared: mutant('the KL of weight beta^2', withBeta({ weight: beta => tf.mul(beta, beta) })),
    noNoise: mutant('the mean code only', withBeta({ sample: mean => mean })),
    precisionForVariance: mutant(
      'the squared error times gamma',
      withGamma({ fit: (error, gamma) => tf.mul(error, gamma) }),
    ),
    normaliserMissing: mutant(
      'without D log gamma',
      withGamma({ normaliser: (_, gamma) => tf.zerosLike(gamma) }),
    ),
  },
});
