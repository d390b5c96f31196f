/**
 * @file RAE-7: the linear RAE in closed form. It shrinks the spectrum by a soft threshold on standard
 * deviations.
 */
import * as linearRae from '../../../../src/theory/closed/linear-rae.js';
import { ppcaOptimum } from '../../../../src/theory/closed/ppca.js';
import { check, claim, exact, mat } from '../../../kit.js';
import { type Evaluated, evaluated } from '../../../subjects/rae/step.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';
import { type LinearCase, linearCases, linearOn, nudged, rotated } from './linear-cases.js';

const VARIANTS = ['l2', 'jacobian'] as const;
type Variant = (typeof VARIANTS)[number];

const lossAt = (s: Subject, variant: Variant, c: LinearCase, at: linearRae.RaeOptimum): Evaluated =>
  evaluated(s, variant, linearOn(c, at), c);

const best = (s: Subject, c: LinearCase): linearRae.RaeOptimum => s.optimum(c.values, c.vectors, c.latent, c);

const sizeOf = (c: LinearCase): number => mat.sum(c.values) + c.beta * c.lambda * c.latent;

/** The size of a gradient's terms at an optimum: weights and encoder reach sqrt(t) and 1/sqrt(t). */
const slopeOf = (c: LinearCase): number => {
  const strength = Math.max(...c.values.map(value => linearRae.raeStrength(value, c))) + c.beta / 2;
  return sizeOf(c) * (Math.sqrt(strength) + 1 / Math.sqrt(c.beta / 2)) * (1 + strength);
};

const EXAMPLE: LinearCase = {
  values: [3, 1.5, 0.8, 0.2],
  vectors: mat.identity(4),
  latent: 4,
  rotation: mat.identity(4),
  nudge: new Array<number>(32).fill(0.125),
  beta: 0.4,
  lambda: 0.5,
};

const given = {
  arbitrary: linearCases,
  examples: [EXAMPLE, { ...EXAMPLE, values: [3, 0.1, 0.0625, 0] }, { ...EXAMPLE, beta: 4, lambda: 1 }],
};

const optimal = check.equals<LinearCase, Subject>({
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
            const expected = actual.map(() => 0);
            return { what: `${name}: ${parameter}`, actual, expected, scale: slopeOf(c) };
          }),
        ];
      });
    }),
});

const minimal = check.bound<LinearCase, Subject>({
  says: 'no other weights and encoders do better',
  given,
  runs: 24,
  measure: (c, s) =>
    VARIANTS.flatMap(what =>
      [1, 1 / 64].map(step => {
        const changed = nudged({ ...c, nudge: mat.scale(step, c.nudge) }, best(s, c));
        const upper = lossAt(s, what, c, changed).loss;
        const lower = s.minimum(c.values, c.latent, c);
        return { what: `${what}, ${step}`, lower, upper, scale: upper + sizeOf(c) };
      }),
    ),
});

const product = check.equals<LinearCase, Subject>({
  says: 'minimum and reconstruction depend on beta and lambda by their product only: each eigendirection is reconstructed by 1 - sqrt(beta lambda / (2 l_i)); at the optimum beta |z|^2 / 2 = lambda |W|^2',
  given,
  runs: 24,
  measure: (c, s) =>
    [1, 4, 1 / 10].flatMap(t => {
      const other = { ...c, beta: c.beta * t, lambda: c.lambda / t };
      const at = best(s, other);
      const seen = lossAt(s, 'l2', other, at);
      const map = mat.multiply(mat.multiply(at.weight, at.encoder), mat.transpose(c.vectors));
      const kept = c.vectors.map((u, i) => mat.scale(i < c.latent ? s.reconstructed(c.values[i]!, c) : 0, u));
      const [prior, penalty] = [other.beta * seen.term('prior'), other.lambda * seen.term('penalty')];
      return check.agree({
        [`value, ${t}`]: [seen.loss, s.minimum(c.values, c.latent, c), sizeOf(c)],
        [`balance, ${t}`]: [prior, penalty, sizeOf(c)],
        [`map, ${t}`]: [map.flat(), mat.transpose(kept).flat(), 1],
      });
    }),
});

/** Weights of the product 0.2, an eigenvalue and the share of it that is reconstructed. */
type Pinned = readonly [weights: linearRae.RaeWeights, value: number, share: number];

const SHARES = [
  [3, 0.81743],
  [1.5, 0.7418],
  [0.8, 0.64645],
  [0.2, 0.29289],
] as const;
const PINNED = SHARES.flatMap(([value, share]): Pinned[] => [
  [{ beta: 0.4, lambda: 0.5 }, value, share],
  [{ beta: 0.04, lambda: 5 }, value, share],
]) as [Pinned, ...Pinned[]];

const figures = check.within<Pinned, Subject>({
  says: 'beta lambda = 0.2: eigenvalues 3, 1.5, 0.8, 0.2 are reconstructed by 0.81743, 0.7418, 0.64645, 0.29289 (to the digits given)',
  given: check.only(PINNED),
  tolerance: 2e-5,
  measure: ([weights, value, share], s) => ({ actual: s.reconstructed(value, weights), expected: share }),
});

/** GRAE's squared column for the leading eigenvalue, its beta / 2 being ours beside half of the error. */
const shifted = ({ values, beta }: LinearCase): number => Math.max(0, values[0]! - beta / 2);

const unlikePca = check.violates<LinearCase, Subject>({
  says: "not GRAE's shrinkage, l_i - beta: the weights of probabilistic PCA are not optimal",
  given: linearCases.filter(
    c =>
      c.latent <= c.values.length && Math.abs(shifted(c) - linearRae.raeStrength(c.values[0]!, c)) > 1 / 16,
  ),
  runs: 24,
  measure: (c, s) => {
    const weight = ppcaOptimum(c.values, c.vectors, c.latent, c.beta / 2);
    const encoder = mat.transpose(weight).map(column => {
      const t = mat.norm(column) ** 2;
      return mat.scale(1 / (t + c.beta / 2), column);
    });
    const actual = lossAt(s, 'l2', c, { weight, encoder }).loss;
    const claimed = s.minimum(c.values, c.latent, c);
    return { claimed, actual, by: actual - claimed, scale: claimed };
  },
});

export default claim<Subject, string, string>({
  id: 'RAE-7',
  paper: 'rae',
  source: 'Ghosh et al. 2020 as summarised, RAE-L2 and RAE-GP for a linear decoder, derived',
  formulas: [linearRae.RAE_STRENGTH, linearRae.RAE_RECONSTRUCTED, linearRae.RAE_KEPT],
  tex: {
    printed: '\\min_{z, W}\\ \\|x - Wz\\|^2 + \\tfrac\\beta2\\|z\\|^2 + \\lambda\\|W\\|_F^2',
    asRead: true,
    corrected:
      'W = U\\,\\mathrm{diag}(\\sqrt{t_i})\\,R,\\quad t_i = \\Bigl(\\sqrt{\\tfrac{\\beta\\lambda_i}{2\\lambda}} - \\tfrac\\beta2\\Bigr)_+,\\qquad \\min = \\sum_{\\text{kept}}\\Bigl(2\\sqrt{\\tfrac{\\beta\\lambda\\lambda_i}2} - \\tfrac{\\beta\\lambda}2\\Bigr) + \\sum_{\\text{pruned}}\\lambda_i',
  },
  says: 'A linear RAE, with L2 or with the gradient penalty alike, reconstructs each principal direction by 1 - sqrt(beta lambda / (2 l_i)) and drops those with l_i below beta lambda / 2: a soft threshold on standard deviations, where GRAE shifts variances.',
  verdict: exact(),
  objectives: ['rae-l2', 'rae-jacobian'],
  subject: SUBJECT,
  checks: { optimal, minimal, product, figures, unlikePca },
  mutants: MUTANTS,
});
