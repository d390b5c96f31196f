/** @file KP-21: Hadamard's bound for the log det, and its estimate from sampled columns of the Jacobian. */
import { check, claim, conditional, draw, fc, mat } from '../../../kit.js';
import { betas, linearAutoencoder } from '../../../subjects/vae/local-cases.js';
import { grae, posterior, type Values } from '../../../subjects/vae/step.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';
import { distinct, importance, unbiased, variance } from './estimates.js';

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Terms with probabilities, drawn one after the other without replacement. */
interface Urn {
  readonly terms: readonly number[];
  readonly p: readonly number[];
  readonly k: number;
}

/** The mean of (1/k) sum l_c / p_c over draws without replacement, each with probability p among what is left. */
function urnMean({ terms, p, k }: Urn): number {
  const walk = (left: readonly number[], taken: number, sum: number): number => {
    if (taken === k) return sum / k;
    const mass = total(left.map(i => p[i]!));
    return total(
      left.map(
        i =>
          (p[i]! / mass) *
          walk(
            left.filter(j => j !== i),
            taken + 1,
            sum + terms[i]! / p[i]!,
          ),
      ),
    );
  };
  return walk(
    terms.map((_, i) => i),
    0,
    0,
  );
}

const withoutReplacement = check.violates<Urn, Subject>({
  says: 'draws without replacement under unequal p are biased with the weights 1 / p_c: for l = (1, 2, 3), p = (1/2, 3/10, 1/5), k = 2 the mean is 6.73, not 6',
  given: check.only<Urn>([
    { terms: [1, 2, 3], p: [0.5, 0.3, 0.2], k: 2 },
    { terms: [1, 1], p: [0.75, 0.25], k: 2 },
    { terms: [3, 1, 2, 1], p: [0.4, 0.3, 0.2, 0.1], k: 3 },
  ]),
  measure: urn => {
    const [claimed, actual] = [total(urn.terms), urnMean(urn)];
    return { claimed, actual, by: Math.abs(actual - claimed), scale: claimed };
  },
});

/** A linear decoder with columns of some lengths, at right angles or not. */
interface ColumnsCase {
  readonly weight: mat.Matrix;
  readonly beta: number;
}

function linearValues({ weight, beta }: ColumnsCase): Values {
  const [data, d] = [weight.length, weight[0]!.length];
  const params = {
    ...posterior(linearAutoencoder(data, d), new Array<number>(d).fill(0), mat.identity(d)),
    'decoder.0.weight': weight.flat(),
    'decoder.0.bias': new Array<number>(data).fill(0),
  };
  return { params, x: new Array<number>(data).fill(0), beta };
}

const atColumns = (c: ColumnsCase, rules: Subject['grae']): number =>
  grae(rules, linearAutoencoder(c.weight.length, c.weight[0]!.length), linearValues(c)).loss;

/** Scaled columns of an orthogonal matrix, the last of them bent towards the first. */
const columnsCases = (bend: fc.Arbitrary<number>): fc.Arbitrary<ColumnsCase> =>
  fc.oneof(
    ...(
      [
        [4, 3],
        [5, 2],
        [3, 3],
      ] as const
    ).map(([data, d]) =>
      draw
        .record({
          q: draw.orthogonal(data),
          lengths: draw.vector(d, draw.logUniform({ min: 1 / 32, max: 8 })),
          beta: betas,
          bend,
        })
        .map(({ q, lengths, beta, bend: t }) => ({
          weight: q.map(row =>
            lengths.map(
              (s, k) => s * (k === d - 1 ? Math.cos(t) * row[k]! + Math.sin(t) * row[0]! : row[k]!),
            ),
          ),
          beta,
        })),
    ),
  );

const stretchOf = ({ weight, beta }: ColumnsCase): number =>
  beta * (weight[0]!.length + mat.norm(weight.flat()) / Math.sqrt(beta));

const upper = check.bound<ColumnsCase, Subject>({
  says: 'the sum over the columns is never below the log det (Hadamard)',
  given: { arbitrary: columnsCases(draw.logUniform({ min: 1e-3, max: 1.5 })) },
  runs: 40,
  measure: (c, rules) => ({
    lower: atColumns(c, rules.grae),
    upper: atColumns(c, rules.hadamard),
    scale: stretchOf(c),
  }),
});

const orthogonalColumns = check.equals<ColumnsCase, Subject>({
  says: 'it is equal when the columns are at right angles',
  given: { arbitrary: columnsCases(fc.constant(0)) },
  runs: 40,
  measure: (c, rules) => ({
    actual: atColumns(c, rules.hadamard),
    expected: atColumns(c, rules.grae),
    scale: stretchOf(c),
  }),
});

const notTight = check.violates<ColumnsCase, Subject>({
  says: 'and only then: at a given decoder eq. (14) is above eq. (13), whatever the posterior is',
  given: {
    arbitrary: columnsCases(draw.logUniform({ min: 0.25, max: 1.25 })).filter(
      ({ weight, beta }) =>
        Math.min(...mat.transpose(weight).map(column => mat.norm(column))) ** 2 > beta / 16,
    ),
  },
  runs: 30,
  measure: (c, rules) => {
    const [claimed, actual] = [atColumns(c, rules.grae), atColumns(c, rules.hadamard)];
    return { claimed, actual, by: actual - claimed, scale: actual };
  },
});

export default claim<Subject, string, string>({
  id: 'KP-21',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, eq. (14)',
  tex: {
    printed:
      '\\log\\det\\bigl(I + \\tfrac1\\beta J^\\top J\\bigr) \\le \\sum_i\\log\\bigl(1 + \\tfrac1\\beta\\|J_{\\cdot i}\\|^2\\bigr) \\approx \\tfrac1k\\sum_{j=1}^k\\tfrac1{p_{c_j}}\\log\\bigl(1 + \\tfrac1\\beta\\|J_{\\cdot c_j}\\|^2\\bigr)',
    corrected:
      '\\mathbb E[\\hat l] = \\sum_i l_i, \\qquad \\mathrm{Var}[\\hat l] = \\tfrac1k\\Bigl[\\sum_i\\tfrac{l_i^2}{p_i} - \\bigl(\\sum_i l_i\\bigr)^2\\Bigr], \\quad c_1, \\dots, c_k \\text{ independent}',
  },
  says: 'The sum over columns bounds the log det, with equality only for orthogonal columns; the estimate from sampled columns is unbiased for that sum, gradients included, if the draws are independent, or uniform without replacement; it is an unbiased estimate of an upper bound of GRAE, not of GRAE.',
  verdict: conditional(
    'the draws are independent, or uniform; the bound is tight only where the columns of J are orthogonal',
  ),
  objectives: ['grae-hadamard', 'grae-sampled'],
  subject: SUBJECT,
  checks: {
    unbiased,
    variance,
    distinct,
    importance,
    withoutReplacement,
    upper,
    orthogonal: orthogonalColumns,
    notTight,
  },
  mutants: MUTANTS,
});
