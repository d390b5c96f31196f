/** @file KP-20: what the covariance structure of the posterior makes of J'J. */

import { blockPosterior } from '../../../../src/core/net/block-posterior.js';
import type { Autoencoder } from '../../../../src/core/net/network.js';
import { blockOptimum, blocksOf } from '../../../../src/theory/closed/blocks.js';
import { graeHadamardValue, graeValue, precision } from '../../../../src/theory/closed/grae.js';
import { check, claim, conditional, draw, fc, mat } from '../../../kit.js';
import * as local from '../../../subjects/vae/local-cases.js';
import { grae, posterior, type Step, taylor } from '../../../subjects/vae/step.js';
import { MUTANTS, SUBJECT, type Subject } from './controls.js';

/** Data, and the sizes of the blocks: none but ones (mean-field), one block (full), and between. */
const STRUCTURES: readonly (readonly [data: number, sizes: readonly number[]])[] = [
  [5, [2, 2]],
  [4, [1, 2, 1]],
  [6, [3, 2]],
  [4, [1, 1, 1]],
  [3, [3]],
  [2, [2, 1]],
  [2, [1]],
];

const blockCases = fc.oneof(
  ...STRUCTURES.map(([data, sizes]) => {
    const d = mat.sum(sizes);
    return draw.record({
      sizes: fc.constant(sizes),
      weight: local.jacobians(data, d),
      bias: draw.vector(data, draw.normal()),
      mean: draw.vector(d, draw.normal()),
      x: draw.vector(data, draw.normal()),
      beta: local.betas,
      covariance: draw.spd(d, 1 / 64, 4).map(({ matrix }) => matrix),
    });
  }),
);
type BlockCase = draw.Of<typeof blockCases>;

const nets = new Map<string, Autoencoder>();

/** Core's linear autoencoder with a head for such blocks. */
function blockNet({ weight, mean, sizes }: BlockCase): Autoencoder {
  const key = `${weight.length}: ${sizes}`;
  const net = nets.get(key) ?? blockPosterior(local.linearAutoencoder(weight.length, mean.length), sizes);
  nets.set(key, net);
  return net;
}

/** The Taylor objective with that covariance of blocks, through the head that has only these blocks. */
function taylorAt(c: BlockCase, rules: Subject, covariance: mat.Matrix): Step {
  const net = blockNet(c);
  const { 'mu.weight': weight, 'mu.bias': bias } = posterior(net, c.mean, mat.identity(c.mean.length));
  const factors = blocksOf(covariance, c.sizes).map(mat.cholesky);
  const entries = [
    ...factors.flatMap(factor => factor.map((row, i) => Math.log(row[i]!))),
    ...factors.flatMap(factor => factor.flatMap((row, i) => row.slice(0, i))),
  ];
  const heads = {
    'mu.weight': weight!,
    'mu.bias': bias!,
    'cholesky.weight': mat.zeros(entries.length * c.weight.length),
    'cholesky.bias': entries,
  };
  return taylor(rules.taylor, net, local.valuesOf(c, heads));
}

/** Taylor at the best covariance of the blocks. */
const floorOf = (c: BlockCase, rules: Subject): number =>
  taylorAt(c, rules, blockOptimum(precisionOf(c), c.sizes)).loss;

const graeAt = (c: BlockCase, rules: Subject['grae']): number =>
  grae(
    rules,
    local.netOf(c),
    local.valuesOf(c, posterior(local.netOf(c), c.mean, mat.identity(c.mean.length))),
  ).loss;

const precisionOf = (c: BlockCase): number[][] => precision(c.weight, c.beta, c.mean.length);

/** GRAE without its log det. */
const fitOf = (c: BlockCase): number => {
  const { residual, mean } = local.localModel(c);
  return mat.norm(residual) ** 2 / 2 + (c.beta / 2) * mat.norm(mean) ** 2;
};

const minimum = check.equals<BlockCase, Subject>({
  says: 'over block-diagonal covariances the Taylor objective is least at the inverses of the blocks of P = I + J^T J / beta: stationary there, with the value beta/2 sum log det P_bb',
  given: blockCases,
  runs: 60,
  measure: (c, rules) => {
    const p = precisionOf(c);
    const step = taylorAt(c, rules, rules.optimum(p, c.sizes));
    const found = step.gradient('cholesky.bias');
    return check.agree({
      value: [step.loss, fitOf(c) + (c.beta / 2) * rules.logDet(p, c.sizes), local.sizeOf(c)],
      gradient: [found, new Float64Array(found.length), mat.norm(c.weight.flat()) ** 2 + c.beta],
    });
  },
});

const chain = check.bound<BlockCase, Subject>({
  says: 'full <= block <= diagonal (Fischer, Hadamard), and no other covariance of the blocks does better',
  given: blockCases,
  runs: 60,
  measure: (c, rules) => {
    const p = precisionOf(c);
    const ones = p.map(() => 1);
    const floor = floorOf(c, rules);
    const other = taylorAt(c, rules, c.covariance).loss;
    const scale = local.sizeOf(c) + mat.traceOfProduct(mat.gram(c.weight, p.length), c.covariance);
    return check.below(
      {
        'full and block': [graeAt(c, rules.grae), floor],
        'block and diagonal': [floor, graeAt(c, rules.hadamard)],
        logs: [rules.logDet(p, c.sizes), rules.logDet(p, ones), local.sizeOf(c) / c.beta],
        'some covariance': [floor, other],
      },
      scale,
    );
  },
});

const excess = check.equals<BlockCase, Subject>({
  says: 'the restriction costs -beta/2 log det of the correlations of P across the blocks: nothing exactly when J^T J keeps to the blocks',
  given: blockCases,
  runs: 60,
  measure: (c, rules) => {
    const p = precisionOf(c);
    // the factor of P from its entries costs the condition of P
    const stretch = 1 + mat.norm(mat.gram(c.weight, p.length).flat()) / c.beta;
    const [regularised, size] = [graeAt(c, rules.grae), local.sizeOf(c)];
    const cost = (-c.beta / 2) * mat.logDet(rules.correlation(p, c.sizes));
    return check.agree(
      {
        blocks: [floorOf(c, rules) - regularised, cost, size + c.beta * stretch],
        GRAE: [regularised, graeValue(local.localModel(c), c.beta)],
        Hadamard: [graeAt(c, rules.hadamard), graeHadamardValue(local.localModel(c), c.beta)],
      },
      size,
    );
  },
});

/** tr(P S) - log det S at S = K^-1. */
const patternValue = (p: mat.Matrix, k: mat.Matrix): number =>
  mat.traceOfProduct(p, mat.inverse(k)) + mat.logDetOfFactor(mat.cholesky(k));

/** P with zeros outside a pattern that is not made of blocks: a tridiagonal one. */
const masked = (p: mat.Matrix): number[][] =>
  p.map((row, i) => row.map((x, j) => (Math.abs(i - j) <= 1 ? x : 0)));

/** The gradient of patternValue in K, S - S P S, inside the pattern. */
function patternGradient(p: mat.Matrix, k: mat.Matrix): number[][] {
  const s = mat.inverse(k);
  return masked(mat.combine(1, s, -1, mat.multiply(s, mat.multiply(p, s))));
}

/**
 * A precision inside the pattern that does better than the masked P: some steps of steepest descent from it.
 */
function descended(p: mat.Matrix): number[][] {
  let k = masked(p);
  for (let i = 0; i < 200; i++) k = mat.combine(1, k, -0.25, patternGradient(p, k));
  return k;
}

/** Symmetric, from its entries 11, 12, 13, 22, 23, 33. */
const three = (a: number, b: number, c: number, d: number, e: number, f: number): mat.Matrix => [
  [a, b, c],
  [b, d, e],
  [c, e, f],
];

const pattern = check.violates<mat.Matrix, Subject>({
  says: 'on a pattern that is not made of blocks the best covariance is not that of the masked I + J^T J / beta: a tridiagonal precision does better',
  given: check.only([three(2, 0.6, 0.5, 2, -0.45, 2), three(3, 1, 1, 2, 0.5, 4)]),
  measure: p => {
    const [claimed, actual] = [patternValue(p, masked(p)), patternValue(p, descended(p))];
    return { claimed, actual, by: claimed - actual, scale: claimed };
  },
});

export default claim({
  id: 'KP-20',
  paper: 'kumar-poole',
  source: 'Kumar & Poole 2020, section 5.1, figures 2 and 7',
  tex: {
    printed: '\\Sigma^{-1} = I + \\tfrac1\\beta J^\\top J \\text{ on the pattern of } \\Sigma^{-1}',
    corrected:
      '(\\Sigma^{-1})_{bb} = I + \\tfrac1\\beta(J^\\top J)_{bb}, \\qquad \\tfrac\\beta2\\sum_b\\log\\det P_{bb} - \\tfrac\\beta2\\log\\det P = -\\tfrac\\beta2\\log\\det\\mathrm{Corr}(P)',
    asRead: true,
  },
  says: 'With a diagonal or block-diagonal posterior the Taylor objective adds exactly -(beta/2) log det of the correlations of I + J^T J/beta across the blocks, which is what pulls J^T J towards the pattern; inside the blocks the precision is I + J^T J/beta, but on patterns that are not made of blocks the best precision is not the masked one.',
  verdict: conditional('the pattern is diagonal or block-diagonal'),
  findings: [
    {
      class: 'sharpened',
      title: 'The pull towards the pattern is exact for blocks, and of another form for other patterns',
      quote:
        'more interesting structures on the decoder Jacobian matrix can be encouraged by placing appropriate sparsity patterns on \\Sigma_{z|x}^{-1}',
      place: 'section 5.1',
      says: 'For diagonal and block-diagonal posteriors the cost is exactly -beta/2 log det of the correlations of I + J^T J / beta across the blocks, zero where J^T J keeps to them. On a pattern that is not made of blocks, tridiagonal for instance, the best precision inside it is not the masked I + J^T J / beta.',
    },
  ],
  objectives: ['beta-vae-taylor', 'grae', 'grae-hadamard'],
  subject: SUBJECT,
  checks: { minimum, chain, excess, pattern },
  mutants: MUTANTS,
});
