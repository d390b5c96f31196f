/** @file VGR-3: the minimum of the linear VAE falls like (d - r) log gamma, with every constant. */
import { GAMMA_VAE_RULES } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { type Energy, energy, fixedEnergy, type Values } from '../../../src/studies/energy.js';
import { check, claim, draw, exact, fc, mat, quad, wrong } from '../../kit.js';
import { GAMMA_WRONG } from '../../subjects/energy/gamma-controls.js';
import * as linear from '../../subjects/energy/linear-cases.js';
import { circleAutoencoder } from '../../subjects/vae/decoders.js';
import { posterior } from '../../subjects/vae/step.js';

const SUBJECT = {
  gamma: GAMMA_VAE_RULES,
  /** The minimum, less the number of latents, for the positive eigenvalues of the data. */
  minimum: (d: number, _: number, eigenvalues: mat.Vector, gamma: number) =>
    eigenvalues.reduce(
      (sum, lambda) => sum + Math.log(lambda) + 1,
      (d - eigenvalues.length) * Math.log(gamma),
    ),
  /** Posterior variance of a latent in use. */
  variance: (eigenvalue: number, gamma: number) => gamma / eigenvalue,
};
type Subject = typeof SUBJECT;

const positive = (c: linear.LinearCase): mat.Vector => c.values.slice(0, linear.rankOf(c));

/** The optimum with the variances that the subject says. */
function optimumFor(c: linear.LinearCase, { variance }: Subject): Values {
  const gamma = linear.gammaOf(c);
  const optimum = linear.optimumOf(c, gamma);
  const variances = optimum.variances.map((s, k) =>
    k < linear.rankOf(c) ? variance(c.values[k]!, gamma) : s,
  );
  return linear.valuesOf(c, { ...optimum, variances }, gamma);
}

const at = (c: linear.LinearCase, subject: Subject): Energy =>
  energy(subject.gamma, linear.netOf(c), optimumFor(c, subject), quad.sigmaPoints(c.latent));

const minimum = check.equals<linear.LinearCase, Subject>({
  says: 'for every gamma below the least eigenvalue the minimum is (d - r) log gamma + sum log lambda + r, the expected error r gamma and that of the mean codes gamma^2 sum 1/lambda',
  given: linear.linearCases,
  runs: 40,
  measure: (c, subject) => {
    const gamma = linear.gammaOf(c);
    const found = at(c, subject);
    const lambda = positive(c);
    const total = mat.sum(lambda);
    const mean = fixedEnergy(subject.gamma, linear.netOf(c), optimumFor(c, subject), mat.zeros(c.latent));
    return check.agree({
      minimum: [
        found.loss,
        subject.minimum(c.values.length, c.latent, lambda, gamma),
        linear.sizeOf(c, gamma),
      ],
      'expected error': [found.reconstruction, lambda.length * gamma, gamma * linear.sizeOf(c, gamma)],
      // residuals gamma x / lambda come out of a difference of numbers of the size of x
      'error of the mean codes': [
        mean.reconstruction,
        gamma ** 2 * lambda.reduce((sum, x) => sum + 1 / x, 0),
        gamma * (lambda.length + gamma / lambda.at(-1)!) * (1 + total / lambda.at(-1)!),
      ],
    });
  },
});

const stationary = check.equals<linear.LinearCase, Subject>({
  says: 'there every gradient is zero: of decoder, encoder and variances',
  given: linear.linearCases,
  runs: 24,
  measure: (c, subject) => {
    const gamma = linear.gammaOf(c);
    const found = at(c, subject);
    const slope =
      linear.sizeOf(c, gamma) * (1 + Math.sqrt(c.values[0]! / gamma)) * (1 + Math.sqrt(c.values[0]!));
    return linear.stationary(
      found,
      ['mu.weight', 'logvar.bias', 'decoder.0.weight', 'decoder.0.bias'],
      slope,
    );
  },
});

const least = check.bound({
  says: 'no other decoder, encoder or variance does better',
  given: linear.linearCases.chain(c =>
    draw.record({
      c: fc.constant(c),
      /** How far the nudge goes, in units in which the energy is about as steep in all directions. */
      reach: draw.logUniform({ min: 1 / 64, max: 16 }),
      nudge: draw.vector(c.latent * (2 * c.values.length + 1), draw.normal()),
    }),
  ),
  runs: 24,
  measure: ({ c, nudge, reach }, subject: Subject) => {
    const gamma = linear.gammaOf(c);
    const values = optimumFor(c, subject);
    const [size, latent] = [c.values.length * c.latent, c.latent];
    const moved = (name: string, from: number, step: number): number[] =>
      values.params[name]!.map((x, k) => x + step * reach * nudge[from + k]!);
    const params = {
      ...values.params,
      'decoder.0.weight': moved('decoder.0.weight', 0, Math.sqrt(gamma)),
      'mu.weight': moved('mu.weight', size, Math.sqrt(gamma)),
      'logvar.bias': moved('logvar.bias', 2 * size, 1),
    };
    return {
      lower: subject.minimum(c.values.length, latent, positive(c), gamma),
      upper: energy(subject.gamma, linear.netOf(c), { ...values, params }, quad.sigmaPoints(latent)).loss,
      scale: linear.sizeOf(c, gamma),
    };
  },
});

/** The best posterior variance on the circle: the fixed point of 1/s = 1 + rho^2 exp(-s/2) / gamma. */
function circleVariance(radius: number, gamma: number): number {
  let s = gamma / (gamma + radius ** 2);
  for (let i = 0; i < 60; i++) s = gamma / (gamma + radius ** 2 * Math.exp(-s / 2));
  return s;
}

const CIRCLE = circleAutoencoder(1, 'diagonal');

const circle = check.order({
  says: 'a circle, a curved manifold of dimension 1 in the plane, follows log gamma + 2 log rho + z^2 up to 3 gamma / (4 rho^2)',
  given: draw.record({ radius: draw.logUniform({ min: 0.5, max: 4 }), angle: draw.normal() }),
  order: 1,
  runs: 10,
  measure: ({ radius, angle }, { gamma: rules, minimum: formula }: Subject) => {
    const x = [radius * Math.cos(angle), radius * Math.sin(angle)];
    return {
      ladder: check.ladder(check.dyadic(radius ** 2, 4, 15), gamma => {
        const variance = circleVariance(radius, gamma);
        const params = { ...posterior(CIRCLE, [angle], [[variance]]), 'decoder.radius': [radius] };
        const { loss } = energy(rules, CIRCLE, { params, x, gamma }, quad.gaussianPoints(1, 24));
        const limit = formula(2, 1, [radius ** 2], gamma) - 1 + angle ** 2;
        return {
          residual: loss - limit,
          scale: 4 * (1 + Math.abs(Math.log(gamma)) + angle ** 2) + (8 * radius) / Math.sqrt(gamma),
        };
      }),
      constant: 3 / (4 * radius ** 2),
    };
  },
});

export default claim({
  id: 'VGR-3',
  paper: 'vgr',
  source: 'Dai, Wenliang & Wipf 2021, section 2.3, eq. (5), remark 4',
  tex: {
    printed:
      '\\text{the VAE loss scales as } (d - r)\\log\\gamma \\text{ around optimal sparse representations as } \\gamma \\text{ becomes small}',
    corrected:
      '\\min \\mathcal L = \\kappa + (d - r)\\log\\gamma + \\sum_{i \\le r}\\log\\lambda_i + r \\quad \\text{for every } \\gamma < \\lambda_r \\text{ (linear decoder)}',
  },
  says: 'For data of rank r and a linear decoder the VAE energy is at its minimum exactly (d - r) log gamma plus a constant at every gamma below the least eigenvalue, not only in the limit, with an expected error of exactly r gamma; on a circle the same holds to first order in gamma.',
  verdict: exact(),
  findings: [
    {
      class: 'sharpened',
      title: 'In the linear model (d - r) log gamma is the energy at every gamma below the least eigenvalue',
      quote:
        'the VAE loss (when granted sufficient capacity) scales as [...] around optimal sparse representations',
      place: 'section 2.3',
      says: 'Not only as gamma becomes small: at the optimum of a linear decoder the energy is (d - r) log gamma plus a constant for every gamma below the least eigenvalue. Minimising in turn over the networks and over gamma multiplies gamma by exactly beta r / d.',
      also: ['VGR-5'],
    },
  ],
  objectives: ['gamma-vae'],
  subject: SUBJECT,
  checks: { minimum, stationary, least, circle },
  mutants: {
    ...wrong.rules(SUBJECT, 'gamma', GAMMA_WRONG),
    ...wrong.formula(SUBJECT, 'minimum', {
      latentsForRank: [
        '(d - kappa) log gamma',
        (d, latent, values, gamma) =>
          SUBJECT.minimum(d, latent, values, gamma) - (latent - values.length) * Math.log(gamma),
      ],
      logarithmDropped: [
        'without (d - r) log gamma',
        (_, latent, values, gamma) => SUBJECT.minimum(values.length, latent, values, gamma),
      ],
      rankDropped: [
        'without + r',
        (d, latent, values, gamma) => SUBJECT.minimum(d, latent, values, gamma) - values.length,
      ],
    }),
    ...wrong.formula(SUBJECT, 'variance', {
      posteriorWide: [
        'posterior variance gamma / (gamma + lambda)',
        (lambda, gamma) => gamma / (gamma + lambda),
      ],
    }),
  },
});
