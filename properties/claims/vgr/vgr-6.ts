/** @file VGR-6: at a fixed observation variance the weight of the KL term is another observation variance. */
import * as tf from '@tensorflow/tfjs';
import { GAMMA_VAE_RULES } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { fixedEnergy } from '../../../src/studies/energy.js';
import { check, claim, exact, mat, wrong } from '../../kit.js';
import * as dense from '../../subjects/energy/dense-cases.js';
import { GAMMA_WRONG } from '../../subjects/energy/gamma-controls.js';

const SUBJECT = {
  gamma: GAMMA_VAE_RULES,
  /** The variance of the VAE with beta = 1 that trains alike. */
  effective: (beta: number, gamma: number) => beta * gamma,
  /** By how much the losses differ besides the factor beta. */
  offset: (d: number, beta: number, gamma: number) => d * (Math.log(gamma) - beta * Math.log(beta * gamma)),
};
type Subject = typeof SUBJECT;

function pair(c: dense.DenseCase, { gamma: rules, effective }: Subject) {
  const [net, noise] = [dense.denseNet(c), dense.denseNoise(c)];
  const weighted = fixedEnergy(rules, net, dense.denseValues(c, c.beta), noise);
  const plain = fixedEnergy(
    rules,
    net,
    { ...dense.denseValues(c), gamma: effective(c.beta, c.gamma) },
    noise,
  );
  return { net, weighted, plain };
}

const loss = check.equals<dense.DenseCase, Subject>({
  says: 'L_{beta,gamma} = beta L_{1,beta gamma} + d log gamma - beta d log(beta gamma) at all parameters and noises',
  given: dense.denseCases,
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

const gradients = check.equals<dense.DenseCase, Subject>({
  says: 'every gradient is beta times that of the VAE with variance beta gamma',
  given: dense.denseCases,
  runs: 40,
  measure: (c, subject) => {
    const { net, weighted, plain } = pair(c, subject);
    return Object.keys(net.shapes).map(name => {
      const [actual, other] = [weighted.gradient(name), plain.gradient(name)];
      // reconstruction and KL parts may cancel in a gradient
      const size =
        mat.norm([...actual]) + (weighted.reconstruction + 1) / c.gamma + c.beta * (weighted.kl + 1);
      return { what: name, actual, expected: other.map(x => c.beta * x), scale: size };
    });
  },
});

export default claim({
  id: 'VGR-6',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, section 2.3, first statement',
  tex: {
    printed:
      '\\text{this scale factor effectively makes no difference if a fixed decoder variance is adopted}',
    corrected:
      '\\mathcal L_{\\beta,\\gamma} = \\beta\\,\\mathcal L_{1,\\beta\\gamma} + d\\log\\gamma - \\beta d\\log(\\beta\\gamma)',
  },
  says: 'With a fixed decoder variance the beta-VAE is the VAE with decoder variance beta gamma, loss up to a constant and gradients up to the factor beta, at all parameters; so a unit-variance beta-VAE is a VAE with decoder covariance beta I (Kumar & Poole print 1/beta).',
  verdict: exact(),
  objectives: ['gamma-vae'],
  subject: SUBJECT,
  checks: { loss, gradients },
  mutants: {
    ...wrong.formula(SUBJECT, 'effective', {
      quotient: ['gamma / beta', (beta, gamma) => gamma / beta],
      rootOfBeta: ['gamma sqrt(beta)', (beta, gamma) => gamma * Math.sqrt(beta)],
      unchanged: ['gamma', (_, gamma) => gamma],
    }),
    ...wrong.formula(SUBJECT, 'offset', {
      betaForgottenInOffset: ['d log gamma - d log(beta gamma)', (d, beta) => -d * Math.log(beta)],
    }),
    ...wrong.rules(SUBJECT, 'gamma', {
      betaIgnored: ['2 KL whatever beta is', { weight: () => 2 }],
      betaSquared: [
        'beta^2',
        { weight: beta => (typeof beta === 'number' ? beta : tf.mul(beta, tf.div(beta, 2))) },
      ],
    }),
    ...wrong.rules(SUBJECT, 'gamma', GAMMA_WRONG, [
      'gammaIsDeviation',
      'normaliserMissing',
      'normaliserOfOneEntry',
    ]),
  },
});
