/** @file The ELBO in closed form: eq. (2). */
import * as tf from '@tensorflow/tfjs';
import { diagonal } from '../../../src/core/gaussian.js';
import { VAE_RULES, type VaeRules } from '../../../src/core/objectives/vae/vae.js';
import { programOf } from '../../../src/engine/float64/program-of.js';
import { constant } from '../../../src/engine/ops.js';
import { type AutoencoderCase, SHAPES } from '../../arbitraries/autoencoders.js';
import { everyShape } from '../../arbitraries/given.js';
import { check, claim, mat, quad, refuted, wrong } from '../../kit.js';
import { atCode, rowsOf } from '../../subjects/network/jets.js';
import { collect, inputsOf, type Part } from '../../subjects/network/network.js';
import { covariancesOf } from '../../subjects/network/posterior.js';
import { ofDimension } from '../../subjects/sam/isotropic.js';
import { everywhere } from '../../subjects/sam/penalties.js';
import { average } from '../../subjects/sam/released.js';
import {
  ELBO,
  type ElboRules,
  elboProgram,
  evidence,
  LINEAR_GAUSSIAN,
  negativeElbo,
} from '../../subjects/vae/elbo.js';
import { inVae, VAE_WRONG } from '../../subjects/vae/elbo-mutants.js';

interface Subject extends ElboRules {
  /** The VAE with the divergence of eq. (2) as printed. */
  readonly printed: VaeRules;
  /** The printed bound less the true one at observation variance 1/2. */
  readonly difference: (latents: number, data: number) => number;
}

const SUBJECT: Subject = {
  ...ELBO,
  printed: { ...VAE_RULES, kl: (mean, s) => tf.add(VAE_RULES.kl(mean, s), constant(mean.shape[1]!)) },
  difference: (latents, data) => -latents + (data / 2) * Math.log(Math.PI),
};

/** A noise that has no special direction. */
const noiseOf = (d: number): number[] => Array.from({ length: d }, (_, k) => Math.cos(2 * k + 1));

/** |x - f(z)|^2 and (-log|Sigma| + tr Sigma + |mu|^2 + d)/2 at one noise, batch means, without core. */
function printedTerms(c: AutoencoderCase, noise: readonly number[]) {
  const sigmas = covariancesOf(c);
  const { mean } = atCode(c);
  const codes = rowsOf(mean, c.shape.batch);
  const step = Float64Array.from(sigmas.flatMap(sigma => mat.apply(mat.cholesky(sigma), noise)));
  const { errors, decoded } = atCode(c, step);
  const spread = sigmas.map(
    (sigma, i) => -mat.logDet(sigma) + mat.trace(sigma) + mat.norm([...codes[i]!]) ** 2 + noise.length,
  );
  return {
    reconstruction: average([...errors]),
    divergence: average(spread) / 2,
    size: 1 + mat.norm([...decoded]) ** 2 + mat.norm(c.x) ** 2 + Math.max(...spread.map(Math.abs)),
  };
}

/** Loss and gradients of core's objective |x - f|^2 + beta KL at one noise. */
function run(c: AutoencoderCase, rules: VaeRules, beta: number, at = noiseOf(c.shape.net.latent)) {
  const noise = everywhere(c, at);
  return elboProgram(rules, c.shape).run({ ...inputsOf(c), noise, beta: Float64Array.of(beta) });
}

const PARTS: readonly Part[] = ['z', 'phi', 'scale', 'theta'];

function gradientsOf(c: AutoencoderCase, rules: VaeRules, beta: number): Float64Array {
  const outputs = run(c, rules, beta);
  return Float64Array.from(PARTS.flatMap(part => [...collect(outputs, 'grad', part)]));
}

/** The divergence of the prior from itself. */
const ofPrior = (rules: VaeRules, d: number): number =>
  programOf(rules, ofDimension(d), 'KL of the prior', () => ({
    specs: { mean: { shape: [1, d] } },
    fn: ({ mean }) => ({ kl: rules.kl(mean!, diagonal(tf.zerosLike(mean!))) }),
  })).run({ mean: new Float64Array(d) }).kl![0]!;

export default claim<Subject, string, string>({
  id: 'SAMBA-2',
  paper: 'samba',
  source: 'Reizinger & Huszár 2023, eq. (2)',
  tex: {
    printed:
      '\\mathrm{ELBO} = -\\mathbb E\\,\\|x-f(g(x))\\|^2 - \\tfrac12\\left[-\\log|\\Sigma| + \\mathrm{tr}\\,\\Sigma + \\|\\mu\\|^2 + d\\right]',
    corrected:
      '\\mathrm{ELBO} = -\\tfrac1{2s^2}\\,\\mathbb E_{z\\sim q}\\|x-f(z)\\|^2 - \\tfrac D2\\log(2\\pi s^2) - \\tfrac12\\left[-\\log|\\Sigma| + \\mathrm{tr}\\,\\Sigma + \\|\\mu\\|^2 - d\\right],\\quad s^2=\\tfrac12\\ \\text{for unit weight}',
  },
  says: 'Printed with + d instead of - d, eq. (2) gives the prior a divergence of d from itself; with decoder variance 1/2 it is off by the constant -d + (D/2) log pi, so that all gradients are right, provided the decoder is evaluated at z and not at g(x).',
  verdict: refuted({
    counterexample: 'q(z|x) = p(z): the printed divergence is d, not 0',
    corrected:
      'the KL ends in - d, the decoder is evaluated at z ~ q, and the weight of the error is 1/(2 s^2)',
  }),
  findings: [
    {
      class: 'misprint',
      title: 'The divergence of eq. (2) ends in + d for - d',
      quote: '\\left\\| \\boldsymbol{\\mu}_{\\boldsymbol{z}|\\boldsymbol{x}} \\right\\|^2 + d \\right]',
      place: 'eq. (2)',
      says: 'The divergence of the prior from itself is 0, not d. The print is off by a constant: no gradient changes. Unit weight of the error means a decoder variance of 1/2; with it the whole difference is -d + (D/2) log pi.',
    },
    {
      class: 'misprint',
      title: "The decoder's argument in eq. (2) is z, not g(x)",
      quote: '\\|\\boldsymbol{x} - \\boldsymbol{f}(\\boldsymbol{g}(\\boldsymbol{x}))\\|^2',
      place: 'eq. (2)',
      says: 'With the encoder map g(x) inside, the expectation over q would have nothing to average, and for a linear decoder tr(W Sigma W^T) would be missing.',
    },
  ],
  objectives: ['vae'],
  subject: SUBJECT,
  checks: {
    prior: check.violates({
      says: 'where q is the prior the printed divergence is d, the true one 0',
      given: check.only([1, 2, 16], d => `d = ${d}`),
      measure: (d, { printed, vae }) => {
        const [claimed, actual] = [ofPrior(printed, d), ofPrior(vae, d)];
        return { claimed, actual, by: claimed - actual, scale: d };
      },
    }),
    meanOnly: check.violates({
      says: 'with f(g(x)) in place of f(z) the expectation is vacuous and misses tr(W Sigma W^T)',
      given: everyShape(LINEAR_GAUSSIAN),
      runs: 16,
      measure: (c, { vae }) => {
        const errors = quad
          .sigmaPoints(c.shape.net.latent)
          .map(({ point }) => run(c, vae, 1, [...point])['term.reconstruction']![0]!);
        const [claimed, actual] = [average([...atCode(c).errors]), average(errors)];
        return { claimed, actual, by: actual - claimed, scale: actual };
      },
    }),
    unitVariance: check.violates({
      says: 'with decoder variance 1 its gradient is not that of the ELBO: the weight of the error must be 1/2',
      given: everyShape(SHAPES.learned),
      runs: 16,
      measure: (c, { vae, printed }) => {
        const claimed = [...gradientsOf(c, printed, 1)];
        const actual = mat.scale(1 / 2, [...gradientsOf(c, vae, 2)]);
        const by = mat.norm(mat.subtract(actual, claimed));
        return { claimed: mat.norm(claimed), actual: mat.norm(actual), by, scale: mat.norm(claimed) };
      },
    }),
    closedForm: check.equals({
      says: 'at every noise the printed expression is what trains less d',
      given: everyShape(SHAPES.learned),
      runs: 24,
      measure: (c, { vae }) => {
        const d = c.shape.net.latent;
        const { reconstruction, divergence, size } = printedTerms(c, noiseOf(d));
        const outputs = run(c, vae, 1);
        const loss = [outputs.loss!, [reconstruction + divergence - d]] as const;
        return check.agree({ loss, KL: [outputs['term.kl']!, [divergence - d]] }, size);
      },
    }),
    constantOnly: check.equals({
      says: 'against the evidence of linear decoders at variance 1/2 the printed bound is off by -d + (D/2) log pi',
      given: everyShape(LINEAR_GAUSSIAN),
      runs: 24,
      measure: (c, { printed, beta, difference }) => {
        const { latent, encoder } = c.shape.net;
        const { logEvidence, gap, size } = evidence(c, 1 / 2);
        const rules = { vae: printed, beta, constant: () => 0 };
        return {
          actual: gap - negativeElbo(c, rules, 1 / 2, quad.sigmaPoints(latent)) - logEvidence,
          expected: difference(latent, encoder[0]!),
          scale: size,
        };
      },
    }),
    gradients: check.equals({
      says: 'the printed sign of d changes no gradient, and the gradient of the KL is mu for the mean',
      given: everyShape(SHAPES.learned),
      runs: 24,
      measure: (c, { vae, printed }) => {
        const [without, full] = [0, 1].map(beta => [...collect(run(c, vae, beta), 'grad', 'z')]);
        const mu = atCode(c).mean.map(x => x / c.shape.batch);
        return check.agree({
          'all parameters': [gradientsOf(c, printed, 1), gradientsOf(c, vae, 1)],
          mean: [mat.subtract(full!, without!), mu, mat.norm(full!) + mat.norm(without!)],
        });
      },
    }),
    corrected: check.equals({
      says: 'with weight 1/(2 s^2), - d and the normalisation it is log p(x) - KL(q || p(z|x)) for every s^2',
      given: everyShape(LINEAR_GAUSSIAN),
      runs: 24,
      measure: (c, subject) =>
        [1 / 8, 1 / 2, 1, 3].map(s2 => {
          const { logEvidence, gap, size } = evidence(c, s2);
          const negative = negativeElbo(c, subject, s2, quad.sigmaPoints(c.shape.net.latent));
          return { actual: gap - negative, expected: logEvidence, scale: size, what: `variance ${s2}` };
        }),
    }),
  },
  mutants: {
    ...inVae<Subject>(VAE_WRONG),
    ...wrong.formula(SUBJECT, 'printed', { signForgotten: ['the printed divergence with - d', SUBJECT.vae] }),
    ...wrong.rules(SUBJECT, 'printed', {
      printedTwice: [
        '+ d twice',
        { kl: (m, scale) => tf.add(SUBJECT.printed.kl(m, scale), constant(m.shape[1]!)) },
      ],
    }),
    ...wrong.formula(SUBJECT, 'difference', {
      halfDifference: [
        'd / 2 for d in the difference',
        (latents, data) => SUBJECT.difference(latents / 2, data),
      ],
    }),
    ...wrong.formula(SUBJECT, 'beta', { unitWeight: ['weight 1 whatever the variance', () => 1] }),
    ...wrong.formula(SUBJECT, 'constant', { normalisationDropped: ['no normalisation', () => 0] }),
  },
});
