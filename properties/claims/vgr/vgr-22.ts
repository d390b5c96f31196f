/**
 * @file VGR-22: no posterior and no Gaussian prior, however flexible, has bounded slopes at the sparse
 * optimum.
 */
import { GAMMA_VAE_RULES } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { LOG_GAMMA } from '../../../src/core/objectives/gamma-vae/gamma-vae-learned.js';
import { energy } from '../../../src/studies/energy.js';
import { ppcaNegativeLogLikelihood } from '../../../src/theory/closed/ppca.js';
import { klOfGaussians } from '../../../src/theory/density/gaussian.js';
import { check, claim, conditional, draw, fc, mat, quad, wrong } from '../../kit.js';
import { GAMMA_WRONG } from '../../subjects/energy/gamma-controls.js';
import * as linear from '../../subjects/energy/linear-cases.js';

const SUBJECT = {
  gamma: GAMMA_VAE_RULES,
  /** The slope of -2 log p(x) in log gamma at the sparse optimum. */
  slope: (d: number, rank: number, _latent: number) => d - rank,
  /** The decoder that a factor L of the prior's covariance LL' is absorbed in. */
  absorbed: (weight: mat.Matrix, factor: mat.Matrix): mat.Matrix => mat.multiply(weight, factor),
};
type Subject = typeof SUBJECT;

const evidence = check.equals<linear.LinearCase, Subject>({
  says: 'at the sparse optimum the energy of the diagonal posterior is -2 log p(x) - d log 2 pi already, which no posterior goes below: its slope in gamma is (d - r)/gamma, whatever the posterior',
  given: linear.linearCases,
  runs: 32,
  measure: (c, { gamma: rules, slope }) => {
    const gamma = linear.gammaOf(c);
    const optimum = linear.optimumOf(c, gamma);
    const found = energy(
      rules,
      linear.netOf(c),
      linear.valuesOf(c, optimum, gamma),
      quad.sigmaPoints(c.latent),
    );
    const d = c.values.length;
    const logs = linear.dataOf(c).map(x => 2 * ppcaNegativeLogLikelihood(x, optimum.weight, gamma));
    const stretch = 1 + c.values[0]! / gamma;
    return check.agree({
      energy: [
        found.loss,
        mat.sum(logs) / logs.length - d * Math.log(2 * Math.PI),
        linear.sizeOf(c, gamma) + stretch * (d + mat.sum(c.values) / gamma),
      ],
      slope: [found.gradient(LOG_GAMMA), [slope(d, linear.rankOf(c), c.latent)], linear.sizeOf(c, gamma)],
    });
  },
});

const trainable = draw.record({
  c: linear.linearCases,
  gamma: draw.logUniform({ min: 1e-3, max: 4 }),
  priors: fc.tuple(...[0, 1, 2, 3, 4].map(latent => draw.spd(latent + 1, 1 / 4, 4))),
  posteriors: fc.tuple(...[0, 1, 2, 3, 4].map(latent => draw.spd(latent + 1, 1 / 8, 1))),
});

const prior = check.equals({
  says: "a trainable Gaussian prior of covariance LL' is absorbed in a linear decoder, W L for W: the energies are the same at all parameters, and so are the slopes",
  given: trainable,
  runs: 32,
  measure: ({ c, gamma, priors, posteriors }, { gamma: rules, absorbed }: Subject) => {
    const covariance = priors[c.latent - 1]!.matrix;
    const own = posteriors[c.latent - 1]!.matrix;
    const { weight, encoder } = linear.rotatedOptimum(c, linear.optimumOf(c, linear.gammaOf(c)));
    const data = linear.dataOf(c);
    const codes = data.map(x => mat.apply(encoder, x));
    const errors = data.map((x, i) => mat.norm(mat.subtract(x, mat.apply(weight, codes[i]!))) ** 2);
    const noise = mat.trace(mat.multiply(mat.multiply(weight, own), mat.transpose(weight)));
    const origin = { mean: mat.zeros(c.latent), covariance };
    const kl = mat.sum(codes.map(mean => klOfGaussians({ mean, covariance: own }, origin))) / codes.length;
    const fit = (mat.sum(errors) / errors.length + noise) / gamma;
    const factor = mat.cholesky(covariance);
    const back = mat.multiply(mat.transpose(factor), mat.inverse(covariance));
    const net = linear.netOf(c, 'cholesky');
    const params = linear.parametersOf(
      net,
      absorbed(weight, factor),
      mat.multiply(back, encoder),
      mat.multiply(back, mat.multiply(own, mat.transpose(back))),
    );
    const found = energy(rules, net, { params, x: data.flat(), gamma }, quad.sigmaPoints(c.latent));
    return {
      actual: found.loss,
      expected: fit + c.values.length * Math.log(gamma) + 2 * kl,
      scale: 16 * (linear.sizeOf(c, gamma) + fit + mat.sum(c.values) / gamma + kl + c.latent),
    };
  },
});

export default claim({
  id: 'VGR-22',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, last paragraph of section 5',
  tex: {
    printed:
      '\\text{they do not circumvent the infinite gradients that will occur around optimal sparse representations}',
    corrected:
      '\\min_q\\mathcal L = -2\\log p(x) - d\\log 2\\pi, \\quad \\frac{\\partial}{\\partial\\gamma}\\min_q\\mathcal L = \\frac{d - r}\\gamma; \\qquad \\mathcal N(0, LL^\\top),\\ W \\;\\equiv\\; \\mathcal N(0, I),\\ WL',
  },
  says: 'In the linear model the diagonal posterior attains -2 log p(x) at the sparse optimum, which no posterior goes below, with the slope (d - r)/gamma in gamma for all of them; a trainable Gaussian prior of mean zero changes nothing, for the decoder absorbs it.',
  verdict: conditional(
    'the decoder is linear and a trainable prior is Gaussian, of mean zero; other priors were not checked',
  ),
  objectives: ['gamma-vae', 'gamma-vae-learned'],
  subject: SUBJECT,
  checks: { evidence, prior },
  mutants: {
    ...wrong.formula(SUBJECT, 'slope', {
      rankForgotten: ['d', d => d],
      latentsForRank: ['d - kappa', (d, _, latent) => d - latent],
    }),
    ...wrong.formula(SUBJECT, 'absorbed', {
      unchanged: ['W', weight => weight],
      transposed: ["W L'", (weight, factor) => mat.multiply(weight, mat.transpose(factor))],
      covarianceForFactor: [
        "W LL'",
        (weight, factor) => mat.multiply(weight, mat.multiply(factor, mat.transpose(factor))),
      ],
    }),
    ...wrong.rules(SUBJECT, 'gamma', GAMMA_WRONG),
  },
});
