/** @file KP-20: what the covariance structure of the posterior makes of J'J. */

import { blockPosterior } from '../../../../src/core/net/block-posterior.js';
import type { Autoencoder } from '../../../../src/core/net/network.js';
import { GRAE_RULES } from '../../../../src/core/objectives/grae/grae.js';
import { GRAE_HADAMARD_RULES } from '../../../../src/core/objectives/grae/grae-hadamard.js';
import { BETA_VAE_TAYLOR_RULES } from '../../../../src/core/objectives/vae/beta-vae-taylor.js';
import {
  blockCorrelation,
  blockLogDet,
  blockOptimum,
  blocksOf,
} from '../../../../src/theory/closed/blocks.js';
import { graeHadamardValue, graeValue, precision } from '../../../../src/theory/closed/grae.js';
import { check, claim, conditional, draw, fc, mat } from '../../../kit.js';
import {
  betas,
  jacobians,
  type LocalCase,
  linearAutoencoder,
  localModel,
  sizeOf,
  valuesOf,
} from '../../../subjects/vae/local-cases.js';
import { grae, posterior, type Step, taylor } from '../../../subjects/vae/step.js';
import { MUTANTS, type Subject } from './controls.js';

interface BlockCase extends LocalCase {
  readonly sizes: readonly number[];
}

/** Data, and the sizes of the blocks: none but ones (mean-field), one block (full), and between. */
const STRUCTURES = [
  [5, [2, 2]],
  [4, [1, 2, 1]],
  [6, [3, 2]],
  [4, [1, 1, 1]],
  [3, [3]],
  [2, [2, 1]],
  [2, [1]],
] as const;

const blockCases: fc.Arbitrary<BlockCase> = fc.oneof(
  ...STRUCTURES.map(([data, sizes]) => {
    const d = sizes.reduce((a: number, b) => a + b, 0);
    return draw.record({
      sizes: fc.constant(sizes),
      weight: jacobians(data, d),
      bias: draw.vector(data, draw.normal()),
      mean: draw.vector(d, draw.normal()),
      x: draw.vector(data, draw.normal()),
      beta: betas,
      covariance: draw.spd(d, 1 / 64, 4).map(({ matrix }) => matrix),
    });
  }),
);

const nets = new Map<string, Autoencoder>();

/** Core's linear autoencoder with a head for such blocks. */
function blockNet({ weight, sizes }: BlockCase): Autoencoder {
  const d = sizes.reduce((a, b) => a + b, 0);
  const key = `${weight.length}: ${sizes}`;
  const net = nets.get(key) ?? blockPosterior(linearAutoencoder(weight.length, d), sizes);
  nets.set(key, net);
  return net;
}

/** The Taylor objective with that covariance of blocks, through the head that has only these blocks. */
function taylorAt(c: BlockCase, rules: Subject, covariance: mat.Matrix): Step {
  const [d, data] = [c.mean.length, c.weight.length];
  const net = blockNet(c);
  const { 'mu.weight': weight, 'mu.bias': bias } = posterior(net, c.mean, mat.identity(d));
  const factors = blocksOf(covariance, c.sizes).map(mat.cholesky);
  const entries = [
    ...factors.flatMap(factor => factor.map((row, i) => Math.log(row[i]!))),
    ...factors.flatMap(factor => factor.flatMap((row, i) => row.slice(0, i))),
  ];
  const heads = {
    'mu.weight': weight!,
    'mu.bias': bias!,
    'cholesky.weight': new Array<number>(entries.length * data).fill(0),
    'cholesky.bias': entries,
  };
  return taylor(rules.taylor, net, valuesOf(c, heads));
}

const graeAt = (c: BlockCase, rules: Subject['grae']): number => {
  const net = linearAutoencoder(c.weight.length, c.mean.length);
  return grae(rules, net, valuesOf(c, posterior(net, c.mean, mat.identity(c.mean.length)))).loss;
};

const precisionOf = (c: BlockCase): number[][] => precision(c.weight, c.beta, c.mean.length);

/** GRAE without its log det. */
const fitOf = (c: BlockCase): number => {
  const { residual, mean } = localModel(c);
  return mat.norm(residual) ** 2 / 2 + (c.beta / 2) * mat.norm(mean) ** 2;
};

const given = { arbitrary: blockCases };

const minimum = check.equals<BlockCase, Subject>({
  says: 'over block-diagonal covariances the Taylor objective is least at the inverses of the blocks of P = I + J^T J / beta: stationary there, with the value beta/2 sum log det P_bb',
  given,
  runs: 60,
  measure: (c, rules) => {
    const p = precisionOf(c);
    const step = taylorAt(c, rules, rules.optimum(p, c.sizes));
    const found = step.gradient('cholesky.bias');
    return [
      {
        what: 'value',
        actual: step.loss,
        expected: fitOf(c) + (c.beta / 2) * rules.logDet(p, c.sizes),
        scale: sizeOf(c),
      },
      {
        what: 'gradient',
        actual: found,
        expected: new Float64Array(found.length),
        scale: mat.norm(c.weight.flat()) ** 2 + c.beta,
      },
    ];
  },
});

const chain = check.bound<BlockCase, Subject>({
  says: 'full <= block <= diagonal (Fischer, Hadamard), and no other covariance of the blocks does better',
  given,
  runs: 60,
  measure: (c, rules) => {
    const p = precisionOf(c);
    const ones = c.sizes.flatMap(size => new Array<number>(size).fill(1));
    const floor = taylorAt(c, rules, blockOptimum(p, c.sizes)).loss;
    const other = taylorAt(c, rules, c.covariance).loss;
    const scale = sizeOf(c) + mat.traceOfProduct(mat.gram(c.weight, p.length), c.covariance);
    return [
      { what: 'full and block', lower: graeAt(c, rules.grae), upper: floor, scale },
      { what: 'block and diagonal', lower: floor, upper: graeAt(c, rules.hadamard), scale },
      {
        what: 'logs',
        lower: rules.logDet(p, c.sizes),
        upper: rules.logDet(p, ones),
        scale: sizeOf(c) / c.beta,
      },
      { what: 'some covariance', lower: floor, upper: other, scale },
    ];
  },
});

const excess = check.equals<BlockCase, Subject>({
  says: 'the restriction costs -beta/2 log det of the correlations of P across the blocks: nothing exactly when J^T J keeps to the blocks',
  given,
  runs: 60,
  measure: (c, rules) => {
    const p = precisionOf(c);
    const correlation = rules.correlation(p, c.sizes);
    const floor = taylorAt(c, rules, blockOptimum(p, c.sizes)).loss;
    // the factor of P from its entries costs the condition of P
    const stretch = 1 + mat.norm(mat.gram(c.weight, p.length).flat()) / c.beta;
    return [
      {
        what: 'blocks',
        actual: floor - graeAt(c, rules.grae),
        expected: (-c.beta / 2) * mat.logDet(correlation),
        scale: sizeOf(c) + c.beta * stretch,
      },
      {
        what: 'GRAE',
        actual: graeAt(c, rules.grae),
        expected: graeValue(localModel(c), c.beta),
        scale: sizeOf(c),
      },
      {
        what: 'Hadamard',
        actual: graeAt(c, rules.hadamard),
        expected: graeHadamardValue(localModel(c), c.beta),
        scale: sizeOf(c),
      },
    ];
  },
});

/** A precision and a pattern that is not made of blocks: a tridiagonal one of three latents. */
interface Pattern {
  readonly p: mat.Matrix;
}

/** tr(P S) - log det S at S = K^-1. */
const patternValue = (p: mat.Matrix, k: mat.Matrix): number =>
  mat.traceOfProduct(p, mat.inverse(k)) + mat.logDetOfFactor(mat.cholesky(k));

const allowed = (i: number, j: number): boolean => Math.abs(i - j) <= 1;

/** P with zeros outside the pattern. */
const masked = (p: mat.Matrix): number[][] => p.map((row, i) => row.map((x, j) => (allowed(i, j) ? x : 0)));

/** The gradient of patternValue in K, S - S P S, inside the pattern. */
function patternGradient(p: mat.Matrix, k: mat.Matrix): number[][] {
  const s = mat.inverse(k);
  const product = s.map(u => s.map((_, j) => u.reduce((sum, x, a) => sum + x * form(p[a]!, s, j), 0)));
  return masked(mat.combine(1, s, -1, product));
}

const form = (row: readonly number[], s: mat.Matrix, j: number): number =>
  row.reduce((sum, y, b) => sum + y * s[b]![j]!, 0);

/** A precision inside the pattern that does better than the masked P: some steps of steepest descent from it. */
function descended(p: mat.Matrix): number[][] {
  let k = masked(p);
  for (let i = 0; i < 200; i++) k = mat.combine(1, k, -0.25, patternGradient(p, k));
  return k;
}

const pattern = check.violates<Pattern, Subject>({
  says: 'on a pattern that is not made of blocks the best covariance is not that of the masked I + J^T J / beta: a tridiagonal precision does better',
  given: check.only<Pattern>([
    {
      p: [
        [2, 0.6, 0.5],
        [0.6, 2, -0.45],
        [0.5, -0.45, 2],
      ],
    },
    {
      p: [
        [3, 1, 1],
        [1, 2, 0.5],
        [1, 0.5, 4],
      ],
    },
  ]),
  measure: ({ p }) => {
    const [claimed, actual] = [patternValue(p, masked(p)), patternValue(p, descended(p))];
    return { claimed, actual, by: claimed - actual, scale: claimed };
  },
});

export default claim<Subject, string, string>({
  id: 'KP-20',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, section 5.1, figures 2 and 7',
  tex: {
    printed: '\\Sigma^{-1} = I + \\tfrac1\\beta J^\\top J \\text{ on the pattern of } \\Sigma^{-1}',
    corrected:
      '(\\Sigma^{-1})_{bb} = I + \\tfrac1\\beta(J^\\top J)_{bb}, \\qquad \\tfrac\\beta2\\sum_b\\log\\det P_{bb} - \\tfrac\\beta2\\log\\det P = -\\tfrac\\beta2\\log\\det\\mathrm{Corr}(P)',
  },
  says: 'With a diagonal or block-diagonal posterior the Taylor objective adds exactly -(beta/2) log det of the correlations of I + J^T J/beta across the blocks, which is what pulls J^T J towards the pattern; inside the blocks the precision is I + J^T J/beta, but on patterns that are not made of blocks the best precision is not the masked one.',
  verdict: conditional('the pattern is diagonal or block-diagonal'),
  objectives: ['beta-vae-taylor', 'grae', 'grae-hadamard'],
  subject: {
    taylor: BETA_VAE_TAYLOR_RULES,
    grae: GRAE_RULES,
    hadamard: GRAE_HADAMARD_RULES,
    optimum: blockOptimum,
    logDet: blockLogDet,
    correlation: blockCorrelation,
  },
  checks: { minimum, chain, excess, pattern },
  mutants: MUTANTS,
});
