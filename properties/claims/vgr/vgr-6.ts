/** @file VGR-6: at a fixed observation variance, the weight of the KL term is nothing but another observation variance. */
import * as tf from '@tensorflow/tfjs';
import { equals } from '../../../src/claims/checks/equals.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { exact } from '../../../src/claims/verdict.js';
import { GAMMA_VAE_RULES, type GammaVaeRules } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { fixedEnergy } from '../../../src/studies/energy.js';
import { norm } from '../../../src/theory/numerics/matrix.js';
import {
  type DenseCase,
  denseCases,
  denseNet,
  denseNoise,
  denseValues,
} from '../../subjects/energy/dense-cases.js';
import { gammaControls } from '../../subjects/energy/gamma-controls.js';

interface Subject {
  readonly gamma: GammaVaeRules;
  /** The variance of the VAE with beta = 1 that trains alike. */
  readonly effective: (beta: number, gamma: number) => number;
  /** By how much the losses differ besides the factor beta. */
  readonly offset: (d: number, beta: number, gamma: number) => number;
}

const SUBJECT: Subject = {
  gamma: GAMMA_VAE_RULES,
  effective: (beta, gamma) => beta * gamma,
  offset: (d, beta, gamma) => d * (Math.log(gamma) - beta * Math.log(beta * gamma)),
};

function pair(c: DenseCase, { gamma: rules, effective }: Subject) {
  const [net, noise] = [denseNet(c), denseNoise(c)];
  const weighted = fixedEnergy(rules, net, denseValues(c, c.beta), noise);
  const plain = fixedEnergy(rules, net, { ...denseValues(c), gamma: effective(c.beta, c.gamma) }, noise);
  return { net, weighted, plain };
}

const loss = equals<DenseCase, Subject>({
  says: 'L_{beta,gamma} = beta L_{1,beta gamma} + d log gamma - beta d log(beta gamma) at all parameters and noises',
  given: { arbitrary: denseCases },
  runs: 40,
  measure: (c, subject) => {
    const { net, weighted, plain } = pair(c, subject);
    const d = net.data[0]!;
    const logs = d * (1 + c.beta) * (1 + Math.abs(Math.log(c.gamma)) + Math.abs(Math.log(c.beta)));
    return {
      actual: weighted.loss,
      expected: c.beta * plain.loss + subject.offset(d, c.beta, c.gamma),
      scale: weighted.reconstruction / c.gamma + c.beta * (Math.abs(weighted.kl) + net.latent) + logs,
    };
  },
});

const gradients = equals<DenseCase, Subject>({
  says: 'every gradient is beta times that of the VAE with variance beta gamma',
  given: { arbitrary: denseCases },
  runs: 40,
  measure: (c, subject) => {
    const { net, weighted, plain } = pair(c, subject);
    return Object.keys(net.shapes).map(name => {
      const [actual, other] = [weighted.gradient(name), plain.gradient(name)];
      // reconstruction and KL parts may cancel in a gradient
      const size = norm([...actual]) + (weighted.reconstruction + 1) / c.gamma + c.beta * (weighted.kl + 1);
      return { what: name, actual, expected: other.map(x => c.beta * x), scale: size };
    });
  },
});

export default claim({
  id: 'VGR-6',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, section 2.3 (a)',
  tex: {
    printed:
      '\\tfrac1\\gamma\\,\\mathbb E_q\\|x - \\mu_x\\|^2 + 2\\beta\\,\\mathrm{KL}: \\quad \\beta \\text{ is absorbed into a fixed } \\gamma',
    corrected:
      '\\mathcal L_{\\beta,\\gamma} = \\beta\\,\\mathcal L_{1,\\beta\\gamma} + d\\log\\gamma - \\beta d\\log(\\beta\\gamma)',
  },
  says: 'With a fixed decoder variance the beta-VAE is the VAE with decoder variance beta gamma, loss up to a constant and gradients up to the factor beta, at all parameters; so a unit-variance beta-VAE is a VAE with decoder covariance beta I (Kumar & Poole print 1/beta).',
  verdict: exact(),
  objectives: ['gamma-vae'],
  subject: SUBJECT,
  checks: { loss, gradients },
  mutants: {
    quotient: mutant<Subject>('gamma / beta', s => ({ ...s, effective: (beta, gamma) => gamma / beta })),
    rootOfBeta: mutant<Subject>('gamma sqrt(beta)', s => ({
      ...s,
      effective: (beta, gamma) => gamma * Math.sqrt(beta),
    })),
    unchanged: mutant<Subject>('gamma', s => ({ ...s, effective: (_, gamma) => gamma })),
    betaForgottenInOffset: mutant<Subject>('d log gamma - d log(beta gamma)', s => ({
      ...s,
      offset: (d, beta) => -d * Math.log(beta),
    })),
    betaIgnored: mutant<Subject>('2 KL whatever beta is', s => ({
      ...s,
      gamma: { ...s.gamma, weight: () => 2 },
    })),
    betaSquared: mutant<Subject>('beta^2', s => ({
      ...s,
      gamma: {
        ...s.gamma,
        weight: beta => (typeof beta === 'number' ? beta : tf.mul(beta, tf.div(beta, 2))),
      },
    })),
    ...gammaControls<Subject>('gammaIsDeviation', 'normaliserMissing', 'normaliserOfOneEntry'),
  },
});
