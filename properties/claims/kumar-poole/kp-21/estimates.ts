/**
 * @file The estimate of Hadamard's bound from sampled columns, over all draws there are: mean and variance.
 */

import { normalQuantile } from '../../../../src/claims/normal-quantile.js';
import { type GraeSampledRules, makeGraeSampled } from '../../../../src/core/objectives/grae/grae-sampled.js';
import { averagedStep, noisyStep, type Sampling, sampling } from '../../../../src/studies/noisy-step.js';
import { autoencoderOf, type Shape, shape } from '../../../arbitraries/autoencoders.js';
import { check, draw, fc, mat, type quad } from '../../../kit.js';
import { jacobiansOf } from '../../../subjects/network/jacobians.js';
import { trainedNet } from '../../../subjects/vae/noisy-cases.js';
import { grae } from '../../../subjects/vae/step.js';
import type { Subject } from './controls.js';

/** Shapes with numbers of drawn columns: one and all of them, one latent, among them. */
const DRAWS: readonly (readonly [Shape, number])[] = [
  [shape('tanh', [5, 4], [3, 6, 5], 2), 2],
  [shape('sigmoid', [4, 3], [2, 7, 4], 3), 2],
  [shape('tanh', [3, 2], [1, 4, 3], 2), 1],
  [shape('softplus', [5], [4, 6, 5], 2), 1],
  [shape('sin', [4], [3, 4], 1), 3],
];

const sampledCases = fc.oneof(
  ...DRAWS.map(([sizes, columns]) =>
    draw.record({
      model: autoencoderOf(sizes),
      beta: draw.logUniform({ min: 1e-3, max: 16 }),
      /** k */
      columns: fc.constant(columns),
      probabilities: draw.vector(sizes.net.latent, draw.logUniform({ min: 1 / 4, max: 4 })).map(weights => {
        const sum = mat.sum(weights);
        return weights.map(w => w / sum);
      }),
    }),
  ),
);
type SampledCase = draw.Of<typeof sampledCases>;

/** The objective with k columns and the probabilities [d] as an input. */
const drawn = (rules: GraeSampledRules, { columns, model }: SampledCase): Sampling =>
  sampling(
    rules,
    makeGraeSampled(rules),
    ({ beta, probabilities }) => ({ beta: beta!, columns, probabilities: probabilities! }),
    `${columns}`,
    { probabilities: { shape: [model.shape.net.latent] } },
  );

const valuesOf = ({ model, beta, probabilities }: SampledCase, p: mat.Vector = probabilities) => ({
  params: model.params,
  x: model.x,
  beta,
  more: { probabilities: p },
});

const uniform = (d: number): number[] => new Array<number>(d).fill(1 / d);

/** All ways of drawing k columns independently, as the noise that draws them, with their probabilities. */
function independentDraws(p: readonly number[], k: number): quad.WeightedPoint[] {
  const numbers = p.map((share, i) => normalQuantile(mat.sum(p.slice(0, i)) + share / 2));
  let draws: quad.WeightedPoint[] = [{ point: [], weight: 1 }];
  for (let j = 0; j < k; j++)
    draws = draws.flatMap(({ point, weight }) =>
      numbers.map((x, i) => ({ point: [...point, x], weight: weight * p[i]! })),
    );
  const rest = mat.zeros(p.length - k);
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

/**
 * log(1 + |J_c|^2 / beta) of each column, averaged over the batch: all samples draw the same columns here.
 */
function termsOf({ model, beta }: SampledCase): number[] {
  const jacobians = jacobiansOf(model);
  const logs = jacobians.map(j => mat.transpose(j).map(column => Math.log1p(mat.norm(column) ** 2 / beta)));
  return logs[0]!.map((_, c) => logs.reduce((sum, row) => sum + row[c]!, 0) / logs.length);
}

/** How much larger than the sum an estimate may be. */
const spreadOf = (l: readonly number[], p: readonly number[]): number =>
  Math.max(...l.map((x, i) => x / p[i]!));

const hadamardOf = (c: SampledCase, rules: Subject) =>
  grae(rules.hadamard, trainedNet(c.model.shape), { params: c.model.params, x: c.model.x, beta: c.beta });

/** Loss and gradients averaged over the draws beside those with the sum over all columns. */
function unbiasedParts(c: SampledCase, rules: Subject, objective: Sampling, points: Draws, p: mat.Vector) {
  const net = trainedNet(c.model.shape);
  const average = averagedStep(objective, net, valuesOf(c, p), points);
  const exact = hadamardOf(c, rules);
  const size = Math.abs(exact.loss) + c.beta * spreadOf(termsOf(c), p);
  const gradients = Object.keys(net.shapes).map(name => {
    const expected = exact.gradient(name);
    const scale = (size + mat.norm([...expected])) / Math.min(...p);
    return { what: name, actual: average.gradient(name), expected, scale };
  });
  return [{ what: 'loss', actual: average.loss, expected: exact.loss, scale: size }, ...gradients];
}

export const unbiased = check.equals<SampledCase, Subject>({
  says: 'over all tuples of k independent draws, weighted by their probabilities, the loss and all gradients are those with the sum over all columns, for every p',
  given: sampledCases,
  runs: 30,
  measure: (c, rules) =>
    unbiasedParts(
      c,
      rules,
      drawn(rules.sampled, c),
      independentDraws(c.probabilities, c.columns),
      c.probabilities,
    ),
});

type Draws = readonly quad.WeightedPoint[];

/** The estimates of the penalty for each draw, with their weights. */
const estimates = (c: SampledCase, objective: Sampling, points: Draws, p: mat.Vector) =>
  points.map(({ point, weight }) => ({
    weight,
    value: noisyStep(objective, trainedNet(c.model.shape), valuesOf(c, p), point).term('penalty'),
  }));

function varianceOf(draws: ReturnType<typeof estimates>): number {
  const mean = mat.sum(draws.map(({ weight, value }) => weight * value));
  return mat.sum(draws.map(({ weight, value }) => weight * (value - mean) ** 2));
}

export const variance = check.equals<SampledCase, Subject>({
  says: 'its variance is (sum l^2 / p - (sum l)^2) / k; for k different columns drawn uniformly the mean is the same, the variance (d - k) / (d - 1) of that, and nothing at k = d',
  given: sampledCases,
  runs: 20,
  measure: (c, rules) => {
    const [l, p, k] = [termsOf(c), c.probabilities, c.columns];
    const flat = uniform(l.length);
    const free = estimates(c, drawn(rules.sampled, c), independentDraws(p, k), p);
    const without = estimates(c, drawn(rules.distinct, c), orders(l.length), flat);
    const corrected = rules.variance(l, flat, k) * rules.correction(l.length, k);
    return check.agree({
      independent: [varianceOf(free), rules.variance(l, p, k), spreadOf(l, p) ** 2],
      different: [varianceOf(without), corrected, spreadOf(l, flat) ** 2],
    });
  },
});

export const distinct = check.equals<SampledCase, Subject>({
  says: 'k different columns, drawn uniformly, are unbiased too, in the loss and in all gradients',
  given: sampledCases,
  runs: 15,
  measure: (c, rules) => {
    const d = c.model.shape.net.latent;
    return unbiasedParts(c, rules, drawn(rules.distinct, c), orders(d), uniform(d));
  },
});

export const importance = check.equals<SampledCase, Subject>({
  says: 'with p proportional to the terms every single draw gives the sum: no variance',
  given: sampledCases,
  runs: 15,
  measure: (c, rules) => {
    const l = termsOf(c);
    const sum = mat.sum(l);
    const p = l.map(x => x / sum);
    const draws = estimates(c, drawn(rules.sampled, c), independentDraws(p, c.columns), p);
    const actual = draws.map(({ value }) => value);
    // columns of next to no probability are drawn at the edge of what doubles resolve
    return { actual, expected: actual.map(() => sum), scale: c.model.shape.batch * sum };
  },
});
