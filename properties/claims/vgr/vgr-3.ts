/** @file VGR-3: the minimum of the linear VAE falls like (d - r) log gamma, with every constant. */
import fc from 'fast-check';
import { bound } from '../../../src/claims/checks/bound.js';
import { equals } from '../../../src/claims/checks/equals.js';
import { order } from '../../../src/claims/checks/order.js';
import { claim, mutant } from '../../../src/claims/claim.js';
import { dyadic, ladder } from '../../../src/claims/order/case.js';
import { exact } from '../../../src/claims/verdict.js';
import { GAMMA_VAE_RULES, type GammaVaeRules } from '../../../src/core/objectives/gamma-vae/gamma-vae.js';
import { type Energy, energy, fixedEnergy, type Values } from '../../../src/studies/energy.js';
import { gaussianPoints, sigmaPoints } from '../../../src/theory/numerics/gauss-hermite.js';
import type { Vector } from '../../../src/theory/numerics/matrix.js';
import { logUniform, normal } from '../../arbitraries/numbers.js';
import { plainRecord } from '../../arbitraries/record.js';
import { vector } from '../../arbitraries/vector.js';
import { gammaControls } from '../../subjects/energy/gamma-controls.js';
import {
  gammaOf,
  type LinearCase,
  linearCases,
  netOf,
  optimumOf,
  rankOf,
  sizeOf,
  valuesOf,
} from '../../subjects/energy/linear-cases.js';
import { circleAutoencoder } from '../../subjects/vae/decoders.js';
import { posterior } from '../../subjects/vae/step.js';

interface Subject {
  readonly gamma: GammaVaeRules;
  /** The minimum, less the number of latents, for the positive eigenvalues of the data. */
  readonly minimum: (d: number, latent: number, eigenvalues: Vector, gamma: number) => number;
  /** Posterior variance of a latent in use. */
  readonly variance: (eigenvalue: number, gamma: number) => number;
}

const SUBJECT: Subject = {
  gamma: GAMMA_VAE_RULES,
  minimum: (d, _, eigenvalues, gamma) =>
    eigenvalues.reduce(
      (sum, lambda) => sum + Math.log(lambda) + 1,
      (d - eigenvalues.length) * Math.log(gamma),
    ),
  variance: (eigenvalue, gamma) => gamma / eigenvalue,
};

const positive = (c: LinearCase): Vector => c.values.slice(0, rankOf(c));

/** The optimum with the variances that the subject says. */
function optimumFor(c: LinearCase, { variance }: Subject): Values {
  const gamma = gammaOf(c);
  const optimum = optimumOf(c, gamma);
  const variances = optimum.variances.map((s, k) => (k < rankOf(c) ? variance(c.values[k]!, gamma) : s));
  return valuesOf(c, { ...optimum, variances }, gamma);
}

const at = (c: LinearCase, subject: Subject): Energy =>
  energy(subject.gamma, netOf(c), optimumFor(c, subject), sigmaPoints(c.latent));

const minimum = equals<LinearCase, Subject>({
  says: 'for every gamma below the least eigenvalue the minimum is (d - r) log gamma + sum log lambda + r, the expected error r gamma and that of the mean codes gamma^2 sum 1/lambda',
  given: { arbitrary: linearCases },
  runs: 40,
  measure: (c, subject) => {
    const gamma = gammaOf(c);
    const found = at(c, subject);
    const lambda = positive(c);
    const total = lambda.reduce((a, b) => a + b, 0);
    const mean = fixedEnergy(
      subject.gamma,
      netOf(c),
      optimumFor(c, subject),
      new Array<number>(c.latent).fill(0),
    );
    return [
      {
        what: 'minimum',
        actual: found.loss,
        expected: subject.minimum(c.values.length, c.latent, lambda, gamma),
        scale: sizeOf(c, gamma),
      },
      {
        what: 'expected error',
        actual: found.reconstruction,
        expected: lambda.length * gamma,
        scale: gamma * sizeOf(c, gamma),
      },
      {
        what: 'error of the mean codes',
        actual: mean.reconstruction,
        expected: gamma ** 2 * lambda.reduce((sum, x) => sum + 1 / x, 0),
        // residuals gamma x / lambda come out of a difference of numbers of the size of x
        scale: gamma * (lambda.length + gamma / lambda.at(-1)!) * (1 + total / lambda.at(-1)!),
      },
    ];
  },
});

const stationary = equals<LinearCase, Subject>({
  says: 'there every gradient is zero: of decoder, encoder and variances',
  given: { arbitrary: linearCases },
  runs: 24,
  measure: (c, subject) => {
    const gamma = gammaOf(c);
    const { gradient } = at(c, subject);
    const slope = sizeOf(c, gamma) * (1 + Math.sqrt(c.values[0]! / gamma)) * (1 + Math.sqrt(c.values[0]!));
    return ['mu.weight', 'logvar.bias', 'decoder.0.weight', 'decoder.0.bias'].map(name => {
      const actual = gradient(name);
      return { what: name, actual, expected: new Float64Array(actual.length), scale: slope };
    });
  },
});

interface Nudged {
  readonly c: LinearCase;
  /** How far the nudge goes, in units in which the energy is about as steep in all directions. */
  readonly reach: number;
  readonly nudge: readonly number[];
}

const least = bound<Nudged, Subject>({
  says: 'no other decoder, encoder or variance does better',
  given: {
    arbitrary: linearCases.chain(c =>
      plainRecord({
        c: fc.constant(c),
        reach: logUniform({ min: 1 / 64, max: 16 }),
        nudge: vector(c.latent * (2 * c.values.length + 1), normal()),
      }),
    ),
  },
  runs: 24,
  measure: ({ c, nudge, reach }, subject) => {
    const gamma = gammaOf(c);
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
      upper: energy(subject.gamma, netOf(c), { ...values, params }, sigmaPoints(latent)).loss,
      scale: sizeOf(c, gamma),
    };
  },
});

interface Circle {
  readonly radius: number;
  readonly angle: number;
}

/** The best posterior variance on the circle: the fixed point of 1/s = 1 + rho^2 exp(-s/2) / gamma. */
function circleVariance(radius: number, gamma: number): number {
  let s = gamma / (gamma + radius ** 2);
  for (let i = 0; i < 60; i++) s = gamma / (gamma + radius ** 2 * Math.exp(-s / 2));
  return s;
}

const CIRCLE = circleAutoencoder(1, 'diagonal');

const circle = order<Circle, Subject>({
  says: 'a circle, a curved manifold of dimension 1 in the plane, follows log gamma + 2 log rho + z^2 up to 3 gamma / (4 rho^2)',
  given: {
    arbitrary: plainRecord({ radius: logUniform({ min: 0.5, max: 4 }), angle: normal() }),
  },
  order: 1,
  runs: 10,
  measure: ({ radius, angle }, { gamma: rules, minimum: formula }) => {
    const x = [radius * Math.cos(angle), radius * Math.sin(angle)];
    return {
      ladder: ladder(dyadic(radius ** 2, 4, 15), gamma => {
        const variance = circleVariance(radius, gamma);
        const params = { ...posterior(CIRCLE, [angle], [[variance]]), 'decoder.radius': [radius] };
        const { loss } = energy(rules, CIRCLE, { params, x, gamma }, gaussianPoints(1, 24));
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
      '\\mathcal L(\\theta^*_\\gamma, \\phi^*_\\gamma) = (d - r)\\log\\gamma + O(1) \\quad (\\gamma \\to 0)',
    corrected:
      '\\min \\mathcal L = \\kappa + (d - r)\\log\\gamma + \\sum_{i \\le r}\\log\\lambda_i + r \\quad \\text{for every } \\gamma < \\lambda_r \\text{ (linear decoder)}',
  },
  says: 'For data of rank r and a linear decoder the VAE energy is at its minimum exactly (d - r) log gamma plus a constant at every gamma below the least eigenvalue, not only in the limit, with an expected error of exactly r gamma; on a circle the same holds to first order in gamma.',
  verdict: exact(),
  objectives: ['gamma-vae'],
  subject: SUBJECT,
  checks: { minimum, stationary, least, circle },
  mutants: {
    ...gammaControls<Subject>(
      'gammaIsDeviation',
      'halfPrecision',
      'normaliserMissing',
      'normaliserOfOneEntry',
      'klOnce',
      'logDeviation',
      'noNoise',
    ),
    latentsForRank: mutant<Subject>('(d - kappa) log gamma', s => ({
      ...s,
      minimum: (d, latent, values, gamma) =>
        s.minimum(d, latent, values, gamma) - (latent - values.length) * Math.log(gamma),
    })),
    logarithmDropped: mutant<Subject>('without (d - r) log gamma', s => ({
      ...s,
      minimum: (_, latent, values, gamma) => s.minimum(values.length, latent, values, gamma),
    })),
    rankDropped: mutant<Subject>('without + r', s => ({
      ...s,
      minimum: (d, latent, values, gamma) => s.minimum(d, latent, values, gamma) - values.length,
    })),
    posteriorWide: mutant<Subject>('posterior variance gamma / (gamma + lambda)', s => ({
      ...s,
      variance: (lambda, gamma) => gamma / (gamma + lambda),
    })),
  },
});
