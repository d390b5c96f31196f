/** @file RAE-7: the linear RAE in closed form. It shrinks the spectrum by a soft threshold on standard deviations. */
import * as tf from '@tensorflow/tfjs';
import { bound } from '../../../../src/claims/checks/bound.js';
import { equals } from '../../../../src/claims/checks/equals.js';
import { only } from '../../../../src/claims/checks/given.js';
import { violates } from '../../../../src/claims/checks/violates.js';
import { within } from '../../../../src/claims/checks/within.js';
import { claim, type Mutant, mutant } from '../../../../src/claims/claim.js';
import { exact } from '../../../../src/claims/verdict.js';
import {
  RAE_JACOBIAN_RULES,
  type RaeJacobianRules,
} from '../../../../src/core/objectives/rae/rae-jacobian.js';
import { RAE_L2_RULES, type RaeL2Rules } from '../../../../src/core/objectives/rae/rae-l2.js';
import {
  RAE_KEPT,
  RAE_RECONSTRUCTED,
  RAE_STRENGTH,
  type RaeOptimum,
  type RaeWeights,
  raeAlong,
  raeMinimum,
  raeOptimum,
  raeReconstructed,
  raeStrength,
} from '../../../../src/theory/closed/linear-rae.js';
import { ppcaOptimum } from '../../../../src/theory/closed/ppca.js';
import { identity, multiply, norm, scale, transpose } from '../../../../src/theory/numerics/matrix.js';
import { type Evaluated, jacobianPenalty, weightDecay } from '../../../subjects/rae/step.js';
import { type LinearCase, linearCases, linearOn, nudged, rotated } from './linear-cases.js';

interface Subject {
  readonly l2: RaeL2Rules;
  readonly jacobian: RaeJacobianRules;
  readonly optimum: typeof raeOptimum;
  readonly minimum: typeof raeMinimum;
  /** The share of an eigendirection that is reconstructed. */
  readonly reconstructed: (value: number, weights: RaeWeights) => number;
}

const SUBJECT: Subject = {
  l2: RAE_L2_RULES,
  jacobian: RAE_JACOBIAN_RULES,
  optimum: raeOptimum,
  minimum: raeMinimum,
  reconstructed: raeReconstructed,
};

type Variant = 'l2' | 'jacobian';
const VARIANTS = ['l2', 'jacobian'] as const;

const lossAt = (s: Subject, variant: Variant, c: LinearCase, at: RaeOptimum): Evaluated =>
  variant === 'l2' ? weightDecay(s.l2, linearOn(c, at), c) : jacobianPenalty(s.jacobian, linearOn(c, at), c);

const best = (s: Subject, c: LinearCase): RaeOptimum => s.optimum(c.values, c.vectors, c.latent, c);

const sizeOf = (c: LinearCase): number => c.values.reduce((a, b) => a + b, 0) + c.beta * c.lambda * c.latent;

/** The size of a gradient's terms at an optimum: weights and encoder reach sqrt(t) and 1/sqrt(t). */
const slopeOf = (c: LinearCase): number => {
  const strength = Math.max(...c.values.map(value => raeStrength(value, c))) + c.beta / 2;
  return sizeOf(c) * (Math.sqrt(strength) + 1 / Math.sqrt(c.beta / 2)) * (1 + strength);
};

const EXAMPLE: LinearCase = {
  values: [3, 1.5, 0.8, 0.2],
  vectors: identity(4),
  latent: 4,
  rotation: identity(4),
  nudge: new Array<number>(32).fill(0.125),
  beta: 0.4,
  lambda: 0.5,
};

const given = {
  arbitrary: linearCases,
  examples: [EXAMPLE, { ...EXAMPLE, values: [3, 0.1, 0.0625, 0] }, { ...EXAMPLE, beta: 4, lambda: 1 }],
};

const optimal = equals<LinearCase, Subject>({
  says: 'with L2 or with the Jacobian penalty alike: W = U diag(sqrt t_i) R with t_i = (sqrt(beta l_i / (2 lambda)) - beta/2)_+ has the minimum 2 sqrt(beta lambda l_i / 2) - beta lambda / 2 for each eigenvalue kept, and a gradient of zero, for any rotation R',
  given,
  runs: 24,
  measure: (c, s) =>
    VARIANTS.flatMap(variant => {
      const expected = s.minimum(c.values, c.latent, c);
      return [best(s, c), rotated(c, best(s, c))].flatMap((at, i) => {
        const seen = lossAt(s, variant, c, at);
        const name = `${variant}${i === 0 ? '' : ', rotated'}`;
        return [
          { what: `${name}: value`, actual: seen.loss, expected, scale: sizeOf(c) },
          ...['mu.weight', 'mu.bias', 'decoder.0.weight', 'decoder.0.bias'].map(parameter => {
            const actual = seen.gradient(parameter);
            return {
              what: `${name}: ${parameter}`,
              actual,
              expected: actual.map(() => 0),
              scale: slopeOf(c),
            };
          }),
        ];
      });
    }),
});

const minimal = bound<LinearCase, Subject>({
  says: 'no other weights and encoders do better',
  given,
  runs: 24,
  measure: (c, s) =>
    VARIANTS.flatMap(what =>
      [1, 1 / 64].map(step => {
        const upper = lossAt(
          s,
          what,
          { ...c },
          nudged({ ...c, nudge: scale(step, c.nudge) }, best(s, c)),
        ).loss;
        return {
          what: `${what}, ${step}`,
          lower: s.minimum(c.values, c.latent, c),
          upper,
          scale: upper + sizeOf(c),
        };
      }),
    ),
});

const product = equals<LinearCase, Subject>({
  says: 'minimum and reconstruction depend on beta and lambda by their product only: each eigendirection is reconstructed by 1 - sqrt(beta lambda / (2 l_i)); at the optimum beta |z|^2 / 2 = lambda |W|^2',
  given,
  runs: 24,
  measure: (c, s) =>
    [1, 4, 1 / 10].flatMap(t => {
      const other = { ...c, beta: c.beta * t, lambda: c.lambda / t };
      const at = best(s, other);
      const seen = lossAt(s, 'l2', other, at);
      const map = multiply(at.weight, at.encoder);
      return [
        {
          what: `value, ${t}`,
          actual: seen.loss,
          expected: s.minimum(c.values, c.latent, c),
          scale: sizeOf(c),
        },
        {
          what: `balance, ${t}`,
          actual: other.beta * seen.term('prior'),
          expected: other.lambda * seen.term('penalty'),
          scale: sizeOf(c),
        },
        {
          what: `map, ${t}`,
          actual: multiply(map, transpose(c.vectors)).flat(),
          expected: transpose(
            c.vectors.map((u, i) => scale(i < c.latent ? s.reconstructed(c.values[i]!, c) : 0, u)),
          ).flat(),
          scale: 1,
        },
      ];
    }),
});

interface Pinned {
  readonly weights: RaeWeights;
  readonly value: number;
  readonly share: number;
}

const PINNED = [
  [3, 0.81743],
  [1.5, 0.7418],
  [0.8, 0.64645],
  [0.2, 0.29289],
].flatMap(([value, share]): Pinned[] =>
  [
    { beta: 0.4, lambda: 0.5 },
    { beta: 0.04, lambda: 5 },
  ].map(weights => ({ weights, value: value!, share: share! })),
) as [Pinned, ...Pinned[]];

const figures = within<Pinned, Subject>({
  says: 'beta lambda = 0.2: eigenvalues 3, 1.5, 0.8, 0.2 are reconstructed by 0.81743, 0.7418, 0.64645, 0.29289 (to the digits given)',
  given: only(PINNED),
  tolerance: 2e-5,
  measure: ({ weights, value, share }, s) => ({ actual: s.reconstructed(value, weights), expected: share }),
});

/** GRAE's squared column for the leading eigenvalue, its beta / 2 being ours beside half of the error. */
const shifted = ({ values, beta }: LinearCase): number => Math.max(0, values[0]! - beta / 2);

const unlikePca = violates<LinearCase, Subject>({
  says: "not GRAE's shrinkage, l_i - beta: the weights of probabilistic PCA are not optimal",
  given: {
    arbitrary: linearCases.filter(
      c => c.latent <= c.values.length && Math.abs(shifted(c) - raeStrength(c.values[0]!, c)) > 1 / 16,
    ),
  },
  runs: 24,
  measure: (c, s) => {
    const weight = ppcaOptimum(c.values, c.vectors, c.latent, c.beta / 2);
    const encoder = transpose(weight).map(column => {
      const t = norm(column) ** 2;
      return scale(1 / (t + c.beta / 2), column);
    });
    const actual = lossAt(s, 'l2', c, { weight, encoder }).loss;
    const claimed = s.minimum(c.values, c.latent, c);
    return { claimed, actual, by: actual - claimed, scale: claimed };
  },
});

const change = <K extends Variant>(key: K, says: string, rules: Partial<Subject[K]>): Mutant<Subject> => {
  const changed = { ...SUBJECT[key], ...rules };
  return mutant<Subject>(says, s => ({ ...s, [key]: changed }));
};
const withStrength = (says: string, strength: (value: number, w: RaeWeights) => number): Mutant<Subject> =>
  mutant<Subject>(says, s => ({
    ...s,
    optimum: (values, vectors, latent, weights) =>
      raeAlong(
        Array.from({ length: latent }, (_, i) => strength(values[i] ?? 0, weights)),
        vectors,
        weights.beta,
      ),
  }));

export default claim<Subject, string, string>({
  id: 'RAE-7',
  paper: 'rae',
  source: 'Ghosh et al. 2020, RAE-L2 and RAE-GP for a linear decoder, derived',
  formulas: [RAE_STRENGTH, RAE_RECONSTRUCTED, RAE_KEPT],
  tex: {
    printed: '\\min_{z, W}\\ \\|x - Wz\\|^2 + \\tfrac\\beta2\\|z\\|^2 + \\lambda\\|W\\|_F^2',
    corrected:
      'W = U\\,\\mathrm{diag}(\\sqrt{t_i})\\,R,\\quad t_i = \\Bigl(\\sqrt{\\tfrac{\\beta\\lambda_i}{2\\lambda}} - \\tfrac\\beta2\\Bigr)_+,\\qquad \\min = \\sum_{\\text{kept}}\\Bigl(2\\sqrt{\\tfrac{\\beta\\lambda\\lambda_i}2} - \\tfrac{\\beta\\lambda}2\\Bigr) + \\sum_{\\text{pruned}}\\lambda_i',
  },
  says: 'A linear RAE, with L2 or with the gradient penalty alike, reconstructs each principal direction by 1 - sqrt(beta lambda / (2 l_i)) and drops those with l_i below beta lambda / 2: a soft threshold on standard deviations, where GRAE shifts variances.',
  verdict: exact(),
  objectives: ['rae-l2', 'rae-jacobian'],
  subject: SUBJECT,
  checks: { optimal, minimal, product, figures, unlikePca },
  mutants: {
    shift: withStrength("GRAE's shift of the eigenvalues", (value, { beta }) =>
      Math.max(0, value - beta / 2),
    ),
    thresholdDoubled: withStrength('beta for beta / 2', (value, { beta, lambda }) =>
      Math.max(0, Math.sqrt((beta * value) / (2 * lambda)) - beta),
    ),
    halfMissing: withStrength('sqrt(beta l / lambda)', (value, { beta, lambda }) =>
      Math.max(0, Math.sqrt((beta * value) / lambda) - beta / 2),
    ),
    unthresholded: withStrength('without the threshold', (value, { beta, lambda }) =>
      Math.sqrt((beta * value) / (2 * lambda)),
    ),
    keptAlways: mutant('a minimum that prunes nothing', s => ({
      ...s,
      minimum: (values, latent, { beta, lambda }) =>
        values.reduce(
          (sum, value, i) =>
            sum + (i < latent ? Math.sqrt(2 * beta * lambda * value) - (beta * lambda) / 2 : value),
          0,
        ),
    })),
    latentsForgotten: mutant('as many latents as data entries', s => ({
      ...s,
      minimum: (values, _, weights) => raeMinimum(values, values.length, weights),
    })),
    byLambda: mutant('a reconstruction that depends on lambda alone', s => ({
      ...s,
      reconstructed: (value, { lambda }) => raeReconstructed(value, { beta: 1, lambda }),
    })),
    decayHalf: change('l2', 'half of the sum of squares', {
      decay: params => tf.mul(RAE_L2_RULES.decay(params), 0.5),
    }),
    encoderToo: change('l2', 'weight decay on the encoder too', {
      decay: params => tf.addN(Object.values(params).map(w => tf.sum(tf.square(w)))),
    }),
    priorWithoutHalf: change('l2', 'beta |z|^2', { prior: z => tf.sum(tf.square(z), 1) }),
    unsquaredJacobian: change('jacobian', 'the norm of J for its square', {
      measure: j => RAE_JACOBIAN_RULES.measure(j, 1),
    }),
    jacobianPrior: change('jacobian', 'beta |z|^2 beside the Jacobian', {
      prior: z => tf.sum(tf.square(z), 1),
    }),
  },
});
