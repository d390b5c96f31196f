/** @file KP-25: figure 3. How the beta-VAE, its Taylor objective and GRAE lie to each other on trained networks. */
import * as tf from '@tensorflow/tfjs';
import { GRAE_RULES } from '../../../src/core/objectives/grae/grae.js';
import { BETA_VAE_TAYLOR_RULES } from '../../../src/core/objectives/vae/beta-vae-taylor.js';
import { VAE_RULES } from '../../../src/core/objectives/vae/vae.js';
import {
  type GapExperiment,
  type GapRules,
  type Gaps,
  gapsOf,
  trainedAt,
} from '../../../src/studies/gaps.js';
import { CIRCLE_RECONSTRUCTION, circleReconstruction } from '../../../src/theory/closed/circle-decoder.js';
import { graeCovariance, graeGap } from '../../../src/theory/closed/grae.js';
import { autoencoderOf, type Shape } from '../../arbitraries/autoencoders.js';
import { check, claim, conditional, draw, fc, mat, mutant, quad } from '../../kit.js';
import { jacobiansOf } from '../../subjects/network/jacobians.js';
import { covariancesOf } from '../../subjects/network/posterior.js';
import { type NoisyCase, noisyValues, trainedNet } from '../../subjects/vae/noisy-cases.js';
import {
  type CircleCase,
  circleCases,
  quadratics,
  reach,
  type SmoothCase,
  show,
} from '../../subjects/vae/smooth-cases.js';
import { betaVae, grae, posterior, taylor, type Values } from '../../subjects/vae/step.js';

interface Subject extends GapRules {
  /** By how much the Taylor objective is above GRAE at a sample. */
  readonly gap: (jacobian: mat.Matrix, covariance: mat.Matrix, beta: number) => number;
  /** By how much the beta-VAE is above its Taylor objective, from the quartic derivative contracted with the covariance. */
  readonly quartic: (contracted: number) => number;
}

const shape = (decoder: readonly number[], batch: number, kind: 'diagonal' | 'cholesky'): Shape => ({
  net: {
    encoder: [5, 6],
    latent: decoder[0]!,
    decoder,
    activation: 'elu',
    output: 'identity',
    posterior: kind,
  },
  batch,
});

const SHAPES = [shape([3, 6, 6, 5], 3, 'diagonal'), shape([2, 5, 5], 2, 'cholesky')];

const cases: fc.Arbitrary<Omit<NoisyCase, 'noise'>> = fc.oneof(
  ...SHAPES.map(of => draw.record({ of: autoencoderOf(of), beta: draw.logUniform({ min: 1e-3, max: 1 }) })),
);

/** What factorising S again, from its entries, costs. */
const condition = (s: mat.Matrix): number => mat.norm(s.flat()) * mat.norm(mat.inverse(s).flat());

const perSample = check.equals<Omit<NoisyCase, 'noise'>, Subject>({
  says: 'the distance from the Taylor objective to GRAE is the mean over the data of beta KL to the optimal covariances, on ELU networks at any parameters: never negative',
  given: { arbitrary: cases },
  runs: 20,
  measure: (c, rules) => {
    const net = trainedNet(c.of.shape);
    const values = noisyValues({ ...c, noise: [] });
    const covariances = covariancesOf(c.of);
    const jacobians = jacobiansOf(c.of);
    const gaps = jacobians.map((j, i) => rules.gap(j, covariances[i]!, c.beta));
    const upper = taylor(rules.taylor, net, values).loss;
    const stretch = jacobians.reduce((sum, j) => sum + mat.norm(j.flat()), 0);
    return {
      actual: upper - grae(rules.grae, net, values).loss,
      expected: gaps.reduce((a, b) => a + b, 0) / gaps.length,
      scale: upper + stretch + c.beta * Math.max(...covariances.map(condition)),
    };
  },
});

const valuesAt = (c: SmoothCase, s: mat.Matrix, beta: number): Values => ({
  params: { ...posterior(c.net, c.mean, s), ...c.params },
  x: c.x,
  beta,
});

/** beta-VAE minus Taylor objective at the covariance of eq. (11). */
function beyondTaylor(c: SmoothCase, rules: Subject, nodes: number) {
  const beta = reach(c);
  const s = graeCovariance(c.jacobian, beta);
  const values = valuesAt(c, s, beta);
  const value = betaVae(rules.vae, c.net, values, quad.gaussianPoints(c.mean.length, nodes));
  return { s, by: value - taylor(rules.taylor, c.net, values).loss, value };
}

const sizeOf = (c: SmoothCase): number =>
  (mat.norm(c.x) + Object.values(c.params).reduce((sum, values) => sum + mat.norm(values), 1)) ** 2;

const above = check.equals<SmoothCase, Subject>({
  says: 'on a quadratic decoder that reproduces the data the beta-VAE is above its Taylor objective, by L_ijkl S_ij S_kl / 8',
  given: { arbitrary: quadratics('zero'), show },
  runs: 20,
  measure: (c, rules) => {
    const { s, by } = beyondTaylor(c, rules, 4);
    return { actual: by, expected: rules.quartic(c.quartic(s)), scale: sizeOf(c) };
  },
});

const below = check.equals<CircleCase, Subject>({
  says: 'on a circle of radius rho it is below, by rho^2 (s/2 - 1 + exp(-s/2))',
  given: { arbitrary: circleCases, show },
  runs: 20,
  measure: (c, rules) => {
    const { s, by } = beyondTaylor(c, rules, 12);
    const expected = c.radius.reduce(
      (sum, rho, k) => sum + circleReconstruction(rho, s[k]![k]!) - (rho ** 2 * s[k]![k]!) / 2,
      0,
    );
    return { actual: by, expected, scale: sizeOf(c) };
  },
});

const noSign = check.violates<CircleCase, Subject>({
  says: 'so the three objectives are not ordered: the Taylor objective is above GRAE always, but the beta-VAE may be below its Taylor objective, and below GRAE',
  given: { arbitrary: circleCases, show },
  runs: 10,
  measure: (c, rules) => {
    const { s, value } = beyondTaylor(c, rules, 12);
    const beta = reach(c);
    const claimed = grae(rules.grae, c.net, valuesAt(c, s, beta)).loss;
    return { claimed, actual: value, by: claimed - value, scale: Math.abs(claimed) };
  },
});

/** Multiples of its standard error that a measured gap may be off by. */
const SURE = 6;

/** The gaps of networks trained at each beta. */
const experiment = (e: GapExperiment, betas: readonly number[], rules: Subject): Gaps[] =>
  betas.map(beta => gapsOf(e, beta, trainedAt(e, beta), rules));

type Size = Omit<GapExperiment, 'seed'>;

const trained = (size: Size, betas: readonly number[], ...seeds: readonly [number, ...number[]]) =>
  check.bound<GapExperiment, Subject>({
    says: `trained at beta = ${betas.join(', ')} on synthetic data, ${size.latent} latents, seeds ${seeds.join(', ')}: at the least beta the distances from the Taylor objective and from the beta-VAE to GRAE are smaller than at the largest, the latter beyond ${SURE} standard errors`,
    given: check.only<GapExperiment>(seeds.map(seed => ({ ...size, seed })) as [GapExperiment]),
    measure: (c, rules) => {
      const gaps = experiment(c, betas, rules);
      const [least, largest] = [gaps[0]!, gaps.at(-1)!];
      const whole = ({ taylor: t, grae: g }: Gaps): number => Math.abs(t + g);
      return [
        { what: 'Taylor and GRAE', lower: least.grae, upper: largest.grae },
        {
          what: 'beta-VAE and GRAE',
          lower: whole(least) + SURE * least.error,
          upper: whole(largest) - SURE * largest.error,
          scale: whole(largest),
        },
        ...gaps.map((gap, i) => ({ what: `GRAE at ${betas[i]}`, lower: 0, upper: gap.grae })),
      ];
    },
  });

const SMALL = { latent: 2, data: 5, width: 12, batch: 32, steps: 240, heldOut: 64, pairs: 64 };
const LARGE = { latent: 3, data: 8, width: 32, batch: 100, steps: 2000, heldOut: 200, pairs: 200 };

export default claim<Subject, string, string>({
  id: 'KP-25',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, figure 3',
  formulas: [CIRCLE_RECONSTRUCTION],
  tex: {
    printed:
      'F_\\beta \\approx F_\\beta^{\\mathrm{Taylor}} \\approx \\mathrm{GRAE} \\text{ over a wide range of } \\beta, \\text{ closer as } \\beta \\text{ decreases}',
    corrected:
      'F_\\beta^{\\mathrm{Taylor}} - \\mathrm{GRAE} = \\tfrac1n\\sum_i\\beta\\,\\mathrm{KL}\\bigl(\\mathcal N(0,\\Sigma_i)\\,\\|\\,\\mathcal N(0, P_i^{-1})\\bigr) \\ge 0, \\qquad F_\\beta - F_\\beta^{\\mathrm{Taylor}} \\text{ of either sign}',
  },
  says: 'On small trained networks the three objectives close up as beta falls, as figure 3 shows; the distance from the Taylor objective to GRAE is exactly beta times a mean KL and never negative, whereas the distance from the beta-VAE to its Taylor objective has either sign, so that neither is a bound.',
  verdict: conditional(
    'trained networks; from the largest to the least beta of a range, not from each to the next; which of the two distances grows faster depends on the data and is not claimed',
  ),
  objectives: ['beta-vae', 'beta-vae-taylor', 'grae'],
  subject: {
    vae: VAE_RULES,
    taylor: BETA_VAE_TAYLOR_RULES,
    grae: GRAE_RULES,
    gap: graeGap,
    quartic: contracted => contracted / 8,
  },
  checks: {
    perSample,
    above,
    below,
    noSign,
    trained: check.deepened(trained(SMALL, [0.01, 0.3], 1, 2), () =>
      trained(LARGE, [0.003, 0.03, 0.3], 1, 2, 3),
    ),
  },
  mutants: {
    gapWithoutBeta: mutant<Subject>('the KL without beta', s => ({
      ...s,
      gap: (j, covariance, beta) => s.gap(j, covariance, beta) / beta,
    })),
    gapOfOtherBeta: mutant<Subject>('the KL to the optimum of beta^2', s => ({
      ...s,
      gap: (j, covariance, beta) => s.gap(j, covariance, beta ** 2) / beta,
    })),
    quarter: mutant<Subject>('1/4 for 1/8', s => ({ ...s, quartic: contracted => contracted / 4 })),
    twentyFourth: mutant<Subject>('1/24 for 1/8', s => ({ ...s, quartic: contracted => contracted / 24 })),
    graeMissingHalf: mutant<Subject>('beta log det', s => ({
      ...s,
      grae: { ...s.grae, prefactor: beta => beta },
    })),
    taylorWithoutHalf: mutant<Subject>('tr(A S) for tr(A S) / 2', s => ({
      ...s,
      taylor: { ...s.taylor, prefactor: () => 1 },
    })),
    spreadIgnored: mutant<Subject>('tr A for tr(A S)', s => ({
      ...s,
      taylor: { ...s.taylor, spread: j => j },
    })),
    noNoise: mutant<Subject>('the beta-VAE at the mean code', s => ({
      ...s,
      vae: { ...s.vae, sample: mean => mean },
    })),
    betaIgnored: mutant<Subject>('the beta-VAE with beta = 1', s => ({
      ...s,
      vae: { ...s.vae, weight: () => 1 },
    })),
    klWithoutDimension: mutant<Subject>('KL without - d / 2', s => ({
      ...s,
      vae: { ...s.vae, kl: (mean, scale) => tf.add(VAE_RULES.kl(mean, scale), mean.shape[1]! / 2) },
    })),
  },
});
