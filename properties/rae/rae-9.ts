/** @file RAE-9: properties of EM for Gaussian mixtures, and of samples from them. */
import fc from 'fast-check';
import { bound } from '../../src/theory/checks/bound.js';
import { equals } from '../../src/theory/checks/equals.js';
import { statistical } from '../../src/theory/checks/statistical.js';
import { violates } from '../../src/theory/checks/violates.js';
import { claim, type Mutant, mutant } from '../../src/theory/claim.js';
import { symmetricEigen } from '../../src/theory/closed/eigen.js';
import { klOfCovariances } from '../../src/theory/closed/gaussian.js';
import {
  add,
  apply,
  identity,
  type Matrix,
  norm,
  scale,
  trace,
  type Vector,
} from '../../src/theory/closed/matrix.js';
import { COMPONENTS, EM_RULES, type EmRules, emStep, startMixture } from '../../src/theory/density/em.js';
import { affineImage, fitGaussian, type Gaussian } from '../../src/theory/density/gaussian.js';
import {
  logLikelihood,
  type Mixture,
  mixtureSamplerOf,
  momentsOf,
} from '../../src/theory/density/mixture.js';
import { type Random, stream } from '../../src/theory/random.js';
import { conditional } from '../../src/theory/verdict.js';
import { normal } from '../arbitraries/numbers.js';
import { plainRecord } from '../arbitraries/record.js';
import { vector } from '../arbitraries/vector.js';
import { type Affine, affines, clouds, mixtures, seeds } from './density-cases.js';

interface Subject {
  readonly rules: EmRules;
  readonly sampler: (mixture: Mixture) => (random: Random) => number[];
  /** By how much a step with a floor may lower the log-likelihood of n points, given the mixture after it. */
  readonly loss: (n: number, after: Mixture, floor: number) => number;
  /** What a tenth of a component's standard deviation on a datum gains, in d dimensions. */
  readonly perDecade: (d: number) => number;
}

const lowered = ({ covariance }: Gaussian, floor: number): Matrix =>
  covariance.map((row, i) => row.map((x, j) => (i === j ? x - floor : x)));

const SUBJECT: Subject = {
  rules: EM_RULES,
  sampler: mixtureSamplerOf,
  loss: (n, { weights, components }, floor) =>
    n *
    components.reduce((sum, c, k) => sum + weights[k]! * klOfCovariances(lowered(c, floor), c.covariance), 0),
  perDecade: d => d * Math.log(10),
};

interface EmCase {
  readonly points: Matrix;
  readonly seed: number;
}

const COUNT = 48;
const emCases = (d: number): fc.Arbitrary<EmCase> => plainRecord({ points: clouds(d, COUNT), seed: seeds });
const cases = fc.oneof(emCases(1), emCases(2));

const startOf = ({ points, seed }: EmCase, components: number): Mixture =>
  startMixture(points, stream(seed, 'start'), components);

/** A mixture and those after it. */
function path(points: Matrix, start: Mixture, steps: number, floor: number, { rules }: Subject): Mixture[] {
  const found = [start];
  for (let i = 0; i < steps; i++) found.push(emStep(points, found.at(-1)!, floor, rules).mixture);
  return found;
}

const spreadOf = (points: Matrix): number => {
  const { mean, covariance } = fitGaussian(points);
  return trace(covariance) + norm(mean) ** 2;
};

/** The size of the terms of a log-likelihood: squared distances in the metric of each component. */
const sizeOf = (points: Matrix, { components }: Mixture): number =>
  points.length *
  (4 +
    spreadOf(points) *
      components.reduce((sum, { covariance }) => sum + 1 / symmetricEigen(covariance).values.at(-1)!, 0));

const STEPS = 5;

const monotone = bound<EmCase, Subject>({
  says: 'without a floor no step of EM lowers the log-likelihood',
  given: { arbitrary: cases },
  runs: 12,
  measure: (c, s) => {
    const mixtures = path(c.points, startOf(c, 3), STEPS, 0, s);
    const values = mixtures.map(mixture => logLikelihood(mixture, c.points));
    return values.slice(1).map((upper, i) => ({
      what: `step ${i + 1}`,
      lower: values[i]!,
      upper,
      scale: sizeOf(c.points, mixtures[i + 1]!),
    }));
  },
});

const moments = equals<EmCase & { readonly floor: number }, Subject>({
  says: 'after every step the mixture has exactly the mean and the covariance of the data, divided by N, plus the floor',
  given: { arbitrary: fc.tuple(cases, fc.constantFrom(0, 0.125)).map(([c, floor]) => ({ ...c, floor })) },
  runs: 12,
  measure: (c, s) => {
    const data = fitGaussian(c.points);
    const expected = EM_RULES.floored(data, c.floor).covariance.flat();
    const scale = spreadOf(c.points);
    return path(c.points, startOf(c, 3), 3, c.floor, s)
      .slice(1)
      .flatMap((mixture, i) => {
        const { mean, covariance } = momentsOf(mixture);
        return [
          { what: `mean ${i}`, actual: mean, expected: data.mean, scale: Math.sqrt(scale) },
          { what: `covariance ${i}`, actual: covariance.flat(), expected, scale },
          { what: `weights ${i}`, actual: mixture.weights.reduce((a, b) => a + b, 0), expected: 1 },
        ];
      });
  },
});

const single = equals<EmCase, Subject>({
  says: 'one component is the closed-form Gaussian after one step, wherever it started; ten that coincide stay there',
  given: { arbitrary: cases },
  runs: 12,
  measure: (c, s) => {
    const { mean, covariance } = fitGaussian(c.points);
    const far: Gaussian = {
      mean: add(
        mean,
        mean.map(() => 3),
      ),
      covariance,
    };
    const start = (n: number): Mixture => ({
      weights: new Array<number>(n).fill(1 / n),
      components: new Array<Gaussian>(n).fill(far),
    });
    const [one, ten] = [1, COMPONENTS].map(n => emStep(c.points, start(n), 0, s.rules).mixture);
    const size = spreadOf(c.points);
    const value = (mixture: Mixture): number => logLikelihood(mixture, c.points);
    return [
      { what: 'mean', actual: one!.components[0]!.mean, expected: mean, scale: Math.sqrt(size) },
      {
        what: 'covariance',
        actual: one!.components[0]!.covariance.flat(),
        expected: covariance.flat(),
        scale: size,
      },
      { what: 'ten', actual: value(ten!), expected: value(one!), scale: sizeOf(c.points, one!) },
    ];
  },
});

interface AffineCase extends EmCase {
  readonly map: Affine;
}

const equivariant = equals<AffineCase, Subject>({
  says: 'under an invertible affine map of the codes the weights stay, the components go along, and the log-likelihood falls by N log |det|',
  given: {
    arbitrary: fc.oneof(
      ...[1, 2].map(d => fc.tuple(emCases(d), affines(d)).map(([c, map]) => ({ ...c, map }))),
    ),
  },
  runs: 12,
  measure: ({ map, ...c }, s) => {
    const moved = c.points.map(x => add(apply(map.matrix, x), map.shift));
    const start = startOf(c, 2);
    const image = ({ weights, components }: Mixture): Mixture => ({
      weights,
      components: components.map(component => affineImage(component, map.matrix, map.shift)),
    });
    const last = path(c.points, start, 3, 0, s).at(-1)!;
    const there = path(moved, image(start), 3, 0, s).at(-1)!;
    const expected = image(last);
    // the condition of the map, and of what it acts on, enters each of three steps
    const size = sizeOf(c.points, last) + sizeOf(moved, there);
    return [
      { what: 'weights', actual: there.weights, expected: expected.weights, scale: size },
      {
        what: 'covariances',
        actual: there.components.flatMap(({ covariance }) => covariance.flat()),
        expected: expected.components.flatMap(({ covariance }) => covariance.flat()),
        scale: size * spreadOf(moved),
      },
      {
        what: 'log-likelihood',
        actual: logLikelihood(there, moved),
        expected: logLikelihood(last, c.points) - COUNT * map.logDeterminant,
        scale: size * COUNT,
      },
    ];
  },
});

const FLOORS = [1e-3, 0.1, 0.3];

const falls = violates<EmCase, Subject>({
  says: 'with something added to every covariance, as in scikit-learn (reg_covar), a step may lower it: from the best Gaussian it does for every floor',
  given: { arbitrary: cases },
  runs: 8,
  measure: (c, s) => {
    const start: Mixture = { weights: [1], components: [fitGaussian(c.points)] };
    const claimed = logLikelihood(start, c.points);
    return FLOORS.slice(1).map(floor => {
      const actual = logLikelihood(emStep(c.points, start, floor, s.rules).mixture, c.points);
      return {
        what: `floor ${floor}`,
        claimed,
        actual,
        by: claimed - actual,
        scale: Math.abs(claimed) + COUNT,
      };
    });
  },
});

const floored = bound<EmCase, Subject>({
  says: 'by at most N sum_k pi_k KL(N(0, S_k) || N(0, S_k + floor)), S_k the covariances before adding the floor: attained by one component at its optimum',
  given: { arbitrary: cases },
  runs: 8,
  measure: (c, s) =>
    FLOORS.flatMap(floor => [
      ...[startOf(c, 2), { weights: [1], components: [fitGaussian(c.points)] }].map((start, i) => {
        const after = emStep(c.points, start, floor, s.rules).mixture;
        const least = logLikelihood(start, c.points) - s.loss(COUNT, after, floor);
        return {
          what: `floor ${floor}, ${i === 0 ? 'two' : 'one'}`,
          lower: least,
          upper: logLikelihood(after, c.points),
          scale: sizeOf(c.points, start) + sizeOf(c.points, after),
        };
      }),
    ]),
});

const noLower = bound<EmCase, Subject>({
  says: 'the floor bounds every eigenvalue from below: no component collapses',
  given: { arbitrary: cases },
  runs: 8,
  measure: (c, s) =>
    path(c.points, startOf(c, 4), 3, 0.125, s)
      .at(-1)!
      .components.map(({ covariance }) => ({
        lower: 0.125,
        upper: symmetricEigen(covariance).values.at(-1)!,
        scale: spreadOf(c.points) + 1,
      })),
});

const collapse = equals<EmCase, Subject>({
  says: 'the likelihood has no maximum: a component that shrinks onto a datum gains d log 10 with every decade of its standard deviation',
  given: { arbitrary: cases },
  runs: 8,
  measure: (c, s) => {
    const d = c.points[0]!.length;
    const broad = fitGaussian(c.points);
    const at = (deviation: number): number => {
      const narrow = { mean: c.points[0]!, covariance: identity(d).map(row => scale(deviation ** 2, row)) };
      return logLikelihood({ weights: [0.5, 0.5], components: [broad, narrow] }, c.points);
    };
    return [1e-13, 1e-14].map(deviation => ({
      what: `from ${deviation}`,
      actual: at(deviation / 10) - at(deviation),
      expected: s.perDecade(d),
      scale: sizeOf(c.points, { weights: [1], components: [broad] }) + 100,
    }));
  },
});

interface Truth {
  readonly turn: number;
  readonly offsets: Vector;
  readonly seed: number;
}

const SAMPLES = 600;
const GOOD_STEPS = 6;

/** Three components of standard deviation 1, their centres 6 apart, the weights 1/2, 1/3, 1/6. */
const separated = (turn: number): Mixture => ({
  weights: [1 / 2, 1 / 3, 1 / 6],
  components: [0, 1, 2].map(k => ({
    mean: [Math.cos(turn + (2 * Math.PI * k) / 3), Math.sin(turn + (2 * Math.PI * k) / 3)].map(
      x => 2 * Math.sqrt(3) * x,
    ),
    covariance: identity(2),
  })),
});

const recovered = bound<Truth, Subject>({
  says: 'well separated components are recovered from samples within six standard errors, started one standard deviation away',
  given: {
    arbitrary: plainRecord({ turn: normal(), offsets: vector(6, normal({ std: 1 / 2 })), seed: seeds }),
  },
  runs: 2,
  measure: ({ turn, offsets, seed }, s) => {
    const truth = separated(turn);
    const random = stream(seed, 'samples');
    const draw = s.sampler(truth);
    const points = Array.from({ length: SAMPLES }, () => draw(random));
    const start: Mixture = {
      weights: [1 / 3, 1 / 3, 1 / 3],
      components: truth.components.map(({ mean, covariance }, k) => ({
        mean: add(mean, offsets.slice(2 * k, 2 * k + 2)),
        covariance,
      })),
    };
    const { weights, components } = path(points, start, GOOD_STEPS, 0, s).at(-1)!;
    return truth.components.flatMap(({ mean }, k) => {
      const share = truth.weights[k]!;
      const error = 6 / Math.sqrt(share * SAMPLES);
      return [
        ...mean.map((x, i) => ({
          what: `mean ${k}`,
          lower: Math.abs(components[k]!.mean[i]! - x),
          upper: error,
        })),
        {
          what: `weight ${k}`,
          lower: Math.abs(weights[k]! - share),
          upper: 6 * Math.sqrt((share * (1 - share)) / SAMPLES),
        },
      ];
    });
  },
});

/** Components that differ in all: weights, centres, and covariances far from their roots and squares. */
const UNEQUAL: Mixture = {
  weights: [0.75, 0.25],
  components: [
    {
      mean: [1, -2],
      covariance: [
        [4, 2],
        [2, 9],
      ],
    },
    {
      mean: [-3, 1],
      covariance: [
        [0.25, 0],
        [0, 0.0625],
      ],
    },
  ],
};

const sampled = statistical<Mixture, Subject>({
  says: 'samples have the moments of the mixture',
  given: { arbitrary: mixtures(2, 3), examples: [UNEQUAL] },
  runs: 2,
  measure: (mixture, s, random) => {
    const draw = s.sampler(mixture);
    const draws = Array.from({ length: 2000 }, () => draw(random));
    const { mean, covariance } = momentsOf(mixture);
    const of = (what: string, f: (x: Vector) => number, expected: number) => ({
      what,
      values: Float64Array.from(draws, f),
      expected,
    });
    return [0, 1].flatMap(i => [
      of(`mean ${i}`, x => x[i]!, mean[i]!),
      ...[0, 1]
        .filter(j => j <= i)
        .map(j =>
          of(`covariance ${i}${j}`, x => (x[i]! - mean[i]!) * (x[j]! - mean[j]!), covariance[i]![j]!),
        ),
    ]);
  },
});

const inRules = (says: string, change: Partial<EmRules>): Mutant<Subject> => {
  const rules = { ...EM_RULES, ...change };
  return mutant<Subject>(says, s => ({ ...s, rules }));
};
const inFit = (
  says: string,
  change: (fit: Gaussian, weights: Vector) => Partial<Gaussian>,
): Mutant<Subject> =>
  inRules(says, {
    fit: (points, weights) => {
      const found = fitGaussian(points, weights);
      return { ...found, ...change(found, weights) };
    },
  });

export default claim<Subject, string, string>({
  id: 'RAE-9',
  paper: 'rae',
  source:
    'Ghosh et al. 2020, ex-post density estimation with a mixture of 10 Gaussians; released code 9478b8f',
  tex: {
    printed:
      '\\text{a mixture of Gaussians is fitted to the codes by EM (maximum likelihood) and sampled from}',
    corrected:
      '\\log p_{t+1} \\ge \\log p_t - N\\sum_k \\pi_k\\,\\mathrm{KL}\\bigl(\\mathcal N(0, S_k)\\,\\|\\,\\mathcal N(0, S_k + \\epsilon I)\\bigr),\\qquad \\sum_k\\pi_k\\bigl(S_k + (m_k - \\bar z)(m_k - \\bar z)^\\top\\bigr) = \\tfrac1N\\sum_i (z_i - \\bar z)(z_i - \\bar z)^\\top',
  },
  says: 'EM raises the likelihood at every step and matches the mean and covariance of the codes exactly; with a floor on the covariances, without which the likelihood is unbounded, it matches them up to the floor and may lose likelihood, by an amount that is bounded.',
  verdict: conditional('monotone without a floor on the covariances; the likelihood is then unbounded'),
  subject: SUBJECT,
  checks: { monotone, moments, single, equivariant, falls, floored, noLower, collapse, recovered, sampled },
  mutants: {
    unbiased: inFit('covariances divided by N - 1', ({ covariance }, weights) => {
      const total = weights.reduce((a, b) => a + b, 0);
      return { covariance: covariance.map(row => row.map(x => (x * total) / (total - 1))) };
    }),
    uncentred: inFit('second moments for covariances', ({ covariance, mean }) => ({
      covariance: covariance.map((row, i) => row.map((x, j) => x + mean[i]! * mean[j]!)),
    })),
    diagonal: inFit('variances alone', ({ covariance }) => ({
      covariance: covariance.map((row, i) => row.map((x, j) => (i === j ? x : 0))),
    })),
    hidden: inRules('something added to every covariance unasked, as scikit-learn does', {
      floored: (component, floor) => EM_RULES.floored(component, floor + 1e-6),
    }),
    hardAssignment: inRules('each point to its likeliest component alone', {
      responsibilities: joint => {
        const found = EM_RULES.responsibilities(joint);
        const best = joint.indexOf(Math.max(...joint));
        return { ...found, shares: joint.map((_, k) => (k === best ? 1 : 1e-9)) };
      },
    }),
    equalShares: inRules('responsibilities that ignore the densities', {
      responsibilities: joint => ({
        ...EM_RULES.responsibilities(joint),
        shares: joint.map(() => 1 / joint.length),
      }),
    }),
    softened: inRules('responsibilities from the roots of the densities', {
      responsibilities: joint => EM_RULES.responsibilities(joint.map(t => t / 2)),
    }),
    noLoss: mutant('a floor counted as monotone', s => ({ ...s, loss: () => 0 })),
    lossOfPoint: mutant('the loss of one point for that of all', s => ({
      ...s,
      loss: (_, after, floor) => SUBJECT.loss(1, after, floor),
    })),
    floorIgnored: inRules('no floor', { floored: component => component }),
    perDecadeOnce: mutant('log 10 in every dimension', s => ({ ...s, perDecade: () => Math.log(10) })),
    covarianceForFactor: mutant('the covariance for its Cholesky factor in the sampler', s => ({
      ...s,
      sampler: ({ weights, components }) =>
        mixtureSamplerOf({
          weights,
          components: components.map(c => ({
            mean: c.mean,
            covariance: c.covariance.map(u =>
              c.covariance.map(v => u.reduce((sum, x, k) => sum + x * v[k]!, 0)),
            ),
          })),
        }),
    })),
    weightsIgnored: mutant('components drawn with equal weights', s => ({
      ...s,
      sampler: ({ components }) =>
        mixtureSamplerOf({ weights: components.map(() => 1 / components.length), components }),
    })),
    firstComponent: mutant('the first component alone', s => ({
      ...s,
      sampler: ({ components }) => mixtureSamplerOf({ weights: [1], components: components.slice(0, 1) }),
    })),
  },
});
