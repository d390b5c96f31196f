/** @file KP-37: appendix A for correlated priors of three and more latents, taken in any order. */
import { normalQuantile } from '../../../../src/claims/normal-quantile.js';
import { normalCdf } from '../../../../src/claims/statistics.js';
import { jacobianColumns } from '../../../../src/theory/closed/prior-symmetry.js';
import { check, claim, exact, fc, mat, mutant, type Random, wrong } from '../../../kit.js';
import * as priors from './priors.js';

type Joint = ReturnType<typeof priors.jointOf>;
type Order = readonly number[];

/** Each latent's coordinate from those before it in the order, `known`. */
const uniforms = (joint: Joint, order: Order, z: mat.Vector, known: (k: number) => Order): number[] =>
  order.map((i, k) => joint.conditional(i, known(k), z).cdf(z[i]!));

/** Latents one after the other, each given those of `known`, as they are by then or in `old`. */
function latents(joint: Joint, order: Order, u: mat.Vector, known: (k: number) => Order, old?: mat.Vector) {
  const z = mat.zeros(u.length);
  for (const [k, i] of order.entries()) z[i] = joint.conditional(i, known(k), old ?? z).quantile(u[k]!);
  return z;
}

const SUBJECT = {
  /** F: u_k = F(z_k | the latents before it). */
  toUniform: (joint: Joint, order: Order, z: mat.Vector): number[] =>
    uniforms(joint, order, z, k => order.slice(0, k)),
  /** F^-1, one latent after the other; `old` are the latents before the map. */
  fromUniform: (joint: Joint, order: Order, u: mat.Vector, _old?: mat.Vector): number[] =>
    latents(joint, order, u, k => order.slice(0, k)),
  /** The log of |det J_r(z)|. */
  logVolume: ({ logDensity }: Joint, z: mat.Vector, moved: mat.Vector) => logDensity(z) - logDensity(moved),
};
type Subject = typeof SUBJECT;

/** Appendix A: the normal scores are multiplied by U. */
const mapOf = ({ toUniform, fromUniform }: Subject, joint: Joint, { order, u }: priors.ConditionalCase) => {
  const turned = (z: mat.Vector): number[] => mat.apply(u, toUniform(joint, order, z).map(normalQuantile));
  return (z: mat.Vector): number[] => fromUniform(joint, order, turned(z).map(normalCdf), z);
};

/** The point of given scores, by the right map. */
const pointOf = (joint: Joint, { order, scores }: priors.ConditionalCase): number[] =>
  SUBJECT.fromUniform(joint, order, scores.map(normalCdf));

const density = check.within({
  says: 'p(z) = p(r(z)) |det J_r(z)| for three and four latents, correlated normal ones and mixtures of three components, taken in any order (differences: 1e-6)',
  given: {
    arbitrary: fc.oneof(priors.gaussians(3), priors.mixtures(3), priors.gaussians(4), priors.mixtures(4)),
    examples: [priors.APART, priors.CHAIN],
  },
  tolerance: 1e-6,
  measure: (c, rules: Subject) => {
    const joint = priors.jointOf(c);
    const z = pointOf(joint, c);
    const r = mapOf(rules, joint, c);
    const volume = mat.svd(jacobianColumns(r, z)).values.reduce((product, s) => product * s, 1);
    return { actual: volume, expected: Math.exp(rules.logVolume(joint, z, r(z))) };
  },
});

const inverse = check.within({
  says: 'the map with U^T undoes the one with U (1e-8)',
  given: {
    arbitrary: fc.oneof(priors.gaussians(3), priors.mixtures(3), priors.gaussians(5)),
    examples: [priors.APART, priors.CHAIN],
  },
  tolerance: 1e-8,
  measure: (c, rules: Subject) => {
    const joint = priors.jointOf(c);
    const z = pointOf(joint, c);
    const there = mapOf(rules, joint, c)(z);
    const back = mapOf(rules, joint, { ...c, u: mat.transpose(c.u) })(there);
    // the point may be 0
    return { actual: [1, ...back], expected: [1, ...z] };
  },
});

const linear = check.within({
  says: 'for a normal prior N(0, S) it is LUL^-1 z, LL^T = S with the latents in their order (1e-8)',
  given: { arbitrary: priors.gaussians(4), examples: [priors.CHAIN] },
  tolerance: 1e-8,
  measure: (c, rules: Subject) => {
    const joint = priors.jointOf(c);
    const { covariance, order, u } = c;
    const z = pointOf(joint, c);
    const factor = mat.cholesky(order.map(i => order.map(j => covariance![i]![j]!)));
    const scores = mat.solveLower(
      factor,
      order.map(i => z[i]!),
    );
    const moved = mapOf(rules, joint, c)(z);
    return {
      actual: [1, ...order.map(i => moved[i]!)],
      expected: [1, ...mat.apply(factor, mat.apply(u, scores))],
    };
  },
});

/** Latents drawn from the mixture by its components. */
function drawn({ components }: priors.ConditionalCase, random: Random): number[] {
  const { centres } = components![normalCdf(random.normal()) < components![0]!.weight ? 0 : 1]!;
  return centres.map(centre => {
    const u = normalCdf(random.normal());
    return centre + Math.log(u / (1 - u));
  });
}

const law = check.statistical({
  says: 'draws from a mixture of two components are draws from it after the map: the products of their latents keep their mean (1,500 draws each)',
  given: check.only([
    { ...priors.APART, i: 0, j: 1, mean: 3 },
    { ...priors.APART, i: 0, j: 2, mean: -4 },
    { ...priors.APART, order: [1, 2, 0], i: 1, j: 2, mean: -3 },
  ]),
  measure: (c, rules: Subject, random) => {
    const joint = priors.jointOf(c);
    const r = mapOf(rules, joint, c);
    const values = Float64Array.from({ length: 1500 }, () => {
      const moved = r(drawn(c, random));
      return moved[c.i]! * moved[c.j]!;
    });
    return { values, expected: c.mean };
  },
});

export default claim({
  id: 'KP-37',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, appendix A, non-uniqueness for correlated priors',
  tex: {
    printed:
      'u_i = F_{i|1\\ldots(i-1)}(z_i, z_1, \\ldots, z_{i-1}), \\qquad r = F^{-1} \\circ \\psi \\circ U \\circ \\psi^{-1} \\circ F, \\qquad r_\\# p = p',
  },
  says: 'With conditional distribution functions in any order of the latents, the map of appendix A leaves correlated priors of three and more latents as they are: p(z) = p(r(z)) |det J_r(z)| everywhere; for a normal prior it is LUL^-1, L the Cholesky factor of its covariance in that order.',
  verdict: exact(),
  subject: SUBJECT,
  checks: { density, inverse, linear, law },
  mutants: {
    marginals: mutant('marginal distribution functions on the way there and back', (s: Subject) => ({
      ...s,
      toUniform: (p: Joint, order: Order, z: mat.Vector) => uniforms(p, order, z, () => []),
      fromUniform: (p: Joint, order: Order, u: mat.Vector) => latents(p, order, u, () => []),
    })),
    ...wrong.formula(SUBJECT, 'toUniform', {
      marginalCdfs: ['marginal distribution functions', (p, order, z) => uniforms(p, order, z, () => [])],
      previousOnly: [
        'given the latent before it only',
        (p, order, z) => uniforms(p, order, z, k => order.slice(Math.max(0, k - 1), k)),
      ],
      laterLatents: [
        'given the latents after it',
        (p, order, z) => uniforms(p, order, z, k => order.slice(k + 1)),
      ],
    }),
    ...wrong.formula(SUBJECT, 'fromUniform', {
      marginalQuantiles: ['marginal quantiles', (p, order, u) => latents(p, order, u, () => [])],
      otherOrder: [
        'the inverse in the opposite order',
        (p, order, u) => SUBJECT.fromUniform(p, order.toReversed(), u),
      ],
      oldLatents: [
        'given the latents before the map, not the new ones',
        (p, order, u, old) => latents(p, order, u, k => order.slice(0, k), old),
      ],
      cdfForQuantile: ['F for its inverse', (p, order, u) => uniforms(p, order, u, k => order.slice(0, k))],
    }),
    ...wrong.formula(SUBJECT, 'logVolume', {
      inverted: ['p(r(z)) / p(z)', ({ logDensity }, z, moved) => logDensity(moved) - logDensity(z)],
      volumeKept: ['|det J_r| = 1', () => 0],
    }),
  },
});
