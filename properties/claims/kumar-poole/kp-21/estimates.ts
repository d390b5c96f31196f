/** @file The estimate of Hadamard's bound from sampled columns, over all draws there are: mean and variance. */

import { normalQuantile } from '../../../../src/claims/normal-quantile.js';
import { type GraeSampledRules, makeGraeSampled } from '../../../../src/core/objectives/grae/grae-sampled.js';
import { averagedStep, noisyStep, type Sampling, sampling } from '../../../../src/studies/noisy-step.js';
import { type AutoencoderCase, autoencoderOf, type Shape } from '../../../arbitraries/autoencoders.js';
import { check, draw, fc, mat, type quad } from '../../../kit.js';
import { jacobiansOf } from '../../../subjects/network/jacobians.js';
import { trainedNet } from '../../../subjects/vae/noisy-cases.js';
import { grae } from '../../../subjects/vae/step.js';
import type { Subject } from './controls.js';

const shape = (
  activation: Shape['net']['activation'],
  encoder: readonly number[],
  decoder: readonly number[],
  batch: number,
): Shape => ({
  net: { encoder, latent: decoder[0]!, decoder, activation, output: 'identity', posterior: 'none' },
  batch,
});

/** Shapes with numbers of drawn columns: one and all of them, one latent, among them. */
const DRAWS: readonly (readonly [Shape, number])[] = [
  [shape('tanh', [5, 4], [3, 6, 5], 2), 2],
  [shape('sigmoid', [4, 3], [2, 7, 4], 3), 2],
  [shape('tanh', [3, 2], [1, 4, 3], 2), 1],
  [shape('softplus', [5], [4, 6, 5], 2), 1],
  [shape('sin', [4], [3, 4], 1), 3],
];

interface SampledCase {
  readonly of: AutoencoderCase;
  readonly beta: number;
  /** k */
  readonly columns: number;
  readonly probabilities: readonly number[];
}

const sampledCases: fc.Arbitrary<SampledCase> = fc.oneof(
  ...DRAWS.map(([of, columns]) =>
    draw.record({
      of: autoencoderOf(of),
      beta: draw.logUniform({ min: 1e-3, max: 16 }),
      columns: fc.constant(columns),
      probabilities: draw.vector(of.net.latent, draw.logUniform({ min: 1 / 4, max: 4 })).map(weights => {
        const sum = weights.reduce((a, b) => a + b, 0);
        return weights.map(w => w / sum);
      }),
    }),
  ),
);

const given = { arbitrary: sampledCases };

/** The objective with k columns and the probabilities [d] as an input. */
const drawn = (rules: GraeSampledRules, { columns, of }: SampledCase): Sampling =>
  sampling(
    rules,
    makeGraeSampled(rules),
    ({ beta, probabilities }) => ({ beta: beta!, columns, probabilities: probabilities! }),
    `${columns}`,
    { probabilities: { shape: [of.shape.net.latent] } },
  );

const valuesOf = ({ of, beta, probabilities }: SampledCase, p = probabilities) => ({
  params: of.params,
  x: of.x,
  beta,
  more: { probabilities: p },
});

const uniform = (d: number): number[] => new Array<number>(d).fill(1 / d);

/** All ways of drawing k columns independently, as the noise that draws them, with their probabilities. */
function independentDraws(p: readonly number[], k: number): quad.WeightedPoint[] {
  const numbers = p.map((share, i) => normalQuantile(p.slice(0, i).reduce((a, b) => a + b, 0) + share / 2));
  let draws: quad.WeightedPoint[] = [{ point: [], weight: 1 }];
  for (let j = 0; j < k; j++)
    draws = draws.flatMap(({ point, weight }) =>
      numbers.map((x, i) => ({ point: [...point, x], weight: weight * p[i]! })),
    );
  const rest = new Array<number>(p.length - k).fill(0);
  return draws.map(({ point, weight }) => ({ point: [...point, ...rest], weight }));
}

/** All orders of d numbers. */
function orders(d: number): quad.WeightedPoint[] {
  const permutations = (left: readonly number[]): number[][] =>
    left.length === 0
      ? [[]]
      : left.flatMap((x, i) => permutations(left.filter((_, j) => j !== i)).map(tail => [x, ...tail]));
  const all = permutations(Array.from({ length: d }, (_, i) => i - d / 2));
  return all.map(point => ({ point, weight: 1 / all.length }));
}

/** log(1 + |J_c|^2 / beta) of each column, averaged over the batch: all samples draw the same columns here. */
function termsOf({ of, beta }: SampledCase): number[] {
  const jacobians = jacobiansOf(of);
  const logs = jacobians.map(j => mat.transpose(j).map(column => Math.log1p(mat.norm(column) ** 2 / beta)));
  return logs[0]!.map((_, c) => logs.reduce((sum, row) => sum + row[c]!, 0) / logs.length);
}

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** How much larger than the sum an estimate may be. */
const spreadOf = (l: readonly number[], p: readonly number[]): number =>
  Math.max(...l.map((x, i) => x / p[i]!));

const hadamardOf = (c: SampledCase, rules: Subject) =>
  grae(rules.hadamard, trainedNet(c.of.shape), { params: c.of.params, x: c.of.x, beta: c.beta });

function unbiasedParts(
  c: SampledCase,
  rules: Subject,
  of: Sampling,
  points: quad.WeightedPoint[],
  p: number[],
) {
  const net = trainedNet(c.of.shape);
  const average = averagedStep(of, net, valuesOf(c, p), points);
  const exact = hadamardOf(c, rules);
  const size = Math.abs(exact.loss) + c.beta * spreadOf(termsOf(c), p);
  const slope = (name: string): number => mat.norm([...exact.gradient(name)]);
  return [
    { what: 'loss', actual: average.loss, expected: exact.loss, scale: size },
    ...Object.keys(net.shapes).map(what => ({
      what,
      actual: average.gradient(what),
      expected: exact.gradient(what),
      scale: (size + slope(what)) / Math.min(...p),
    })),
  ];
}

export const unbiased = check.equals<SampledCase, Subject>({
  says: 'over all tuples of k independent draws, weighted by their probabilities, the loss and all gradients are those with the sum over all columns, for every p',
  given,
  runs: 30,
  measure: (c, rules) =>
    unbiasedParts(c, rules, drawn(rules.sampled, c), independentDraws(c.probabilities, c.columns), [
      ...c.probabilities,
    ]),
});

/** The estimates of the penalty for each draw, with their weights. */
const estimates = (
  c: SampledCase,
  of: Sampling,
  points: readonly quad.WeightedPoint[],
  p: readonly number[],
) =>
  points.map(({ point, weight }) => ({
    weight,
    value: noisyStep(of, trainedNet(c.of.shape), valuesOf(c, p), point).term('penalty'),
  }));

function varianceOf(draws: readonly { weight: number; value: number }[]): number {
  const mean = draws.reduce((sum, { weight, value }) => sum + weight * value, 0);
  return draws.reduce((sum, { weight, value }) => sum + weight * (value - mean) ** 2, 0);
}

export const variance = check.equals<SampledCase, Subject>({
  says: 'its variance is (sum l^2 / p - (sum l)^2) / k; for k different columns drawn uniformly the mean is the same, the variance (d - k) / (d - 1) of that, and nothing at k = d',
  given,
  runs: 20,
  measure: (c, rules) => {
    const l = termsOf(c);
    const d = l.length;
    const flat = uniform(d);
    const points = independentDraws(c.probabilities, c.columns);
    const free = estimates(c, drawn(rules.sampled, c), points, c.probabilities);
    const without = estimates(c, drawn(rules.distinct, c), orders(d), flat);
    return [
      {
        what: 'independent',
        actual: varianceOf(free),
        expected: rules.variance(l, c.probabilities, c.columns),
        scale: spreadOf(l, c.probabilities) ** 2,
      },
      {
        what: 'different',
        actual: varianceOf(without),
        expected: rules.variance(l, flat, c.columns) * rules.correction(d, c.columns),
        scale: spreadOf(l, flat) ** 2,
      },
    ];
  },
});

export const distinct = check.equals<SampledCase, Subject>({
  says: 'k different columns, drawn uniformly, are unbiased too, in the loss and in all gradients',
  given,
  runs: 15,
  measure: (c, rules) => {
    const d = c.of.shape.net.latent;
    return unbiasedParts(c, rules, drawn(rules.distinct, c), orders(d), uniform(d));
  },
});

export const importance = check.equals<SampledCase, Subject>({
  says: 'with p proportional to the terms every single draw gives the sum: no variance',
  given,
  runs: 15,
  measure: (c, rules) => {
    const l = termsOf(c);
    const sum = total(l);
    const p = l.map(x => x / sum);
    const draws = estimates(c, drawn(rules.sampled, c), independentDraws(p, c.columns), p);
    const batch = c.of.shape.batch;
    return {
      actual: draws.map(({ value }) => value),
      expected: draws.map(() => sum),
      // columns of next to no probability are drawn at the edge of what doubles resolve
      scale: batch * sum,
    };
  },
});
