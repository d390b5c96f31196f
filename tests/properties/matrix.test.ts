import fc from 'fast-check';
import * as assert from 'uvu/assert';
import {
  type AutoencoderCase,
  autoencoderOf,
  SHAPES,
  type Shape,
} from '../../properties/arbitraries/autoencoders.js';
import samba18 from '../../properties/claims/samba/samba-18.js';
import { atCode, jet } from '../../properties/subjects/network/jets.js';
import {
  DETACH_MUTANTS,
  DIRECTION_MUTANTS,
  LENGTH_MUTANTS,
  PENALTY_MUTANTS,
} from '../../properties/subjects/sam/mutants.js';
import { compare, directions, PAIR, type Pair } from '../../properties/subjects/sam/pair.js';
import { norm } from '../../src/theory/numerics/matrix.js';
import { suite } from '../harness.js';

const test = suite('properties/negative controls');

// One sample and d = 4: sqrt(d) = 2, and batch-wide norms are the per-sample ones.
const SHAPE: Shape = { net: SHAPES.control[0].net, batch: 1 };
const [CASE] = fc.sample(autoencoderOf(SHAPE), { seed: 5, numRuns: 1 }) as [AutoencoderCase];
const g = [...atCode(CASE).gradient];
const n = norm(g);

const onLeft = (of: { readonly rules: Pair['samba'] }): Pair => ({ ...PAIR, samba: of.rules });
const onRight = (of: { readonly rules: Pair['rae'] }): Pair => ({ ...PAIR, rae: of.rules });

/**
 * Slope between alpha = 2^-13 and 2^-14, and the residual there over alpha sqrt(d) |Hu|, for the z-gradients.
 */
function measured(pair: Pair): { slope: number; constant: number } {
  const alphas = [2 ** -13, 2 ** -14] as const;
  const [large, small] = compare(
    CASE,
    pair,
    'z',
    alphas.map(alpha => 2 * alpha),
  ).map(({ residual }) => norm([...residual]));
  const first = norm([...jet(CASE, directions(CASE)).first('z')]);
  return { slope: Math.log2(large! / small!), constant: small! / (2 * alphas[1] * first) };
}

/** The first-order error of each wrong implementation, as a share of alpha sqrt(d) |Hu|. */
const FIRST_ORDER: readonly (readonly [name: string, pair: Pair, share: number])[] = [
  ['norm held only', onLeft(DETACH_MUTANTS.detachNormOnly), 1],
  ['direction held only', onLeft(DETACH_MUTANTS.detachDirectionOnly), 1],
  ['sign flip', onLeft(DIRECTION_MUTANTS.signFlip), 2],
  ['no second step', onLeft(DIRECTION_MUTANTS.noSecondStep), 1],
  ['raw gradient', onLeft(LENGTH_MUTANTS.rawGradient), Math.abs(n - 1)],
  ['g/|g|^2', onLeft(LENGTH_MUTANTS.rawDividedBySquare), Math.abs(1 / n - 1)],
  ['no sqrt(d)', onLeft(LENGTH_MUTANTS.rootDimensionMissing), 1 / 2],
  ['d for sqrt(d)', onLeft(LENGTH_MUTANTS.dimensionForRoot), 1],
  ['half radius', onLeft(LENGTH_MUTANTS.halfRadius), 1 / 2],
  ['Sigma for its root', onLeft(LENGTH_MUTANTS.covarianceForRoot), 1],
  ['largest entry', onLeft(LENGTH_MUTANTS.largestEntryNorm), n / Math.max(...g.map(Math.abs)) - 1],
  [
    'sum of entries',
    onLeft(LENGTH_MUTANTS.absoluteSumNorm),
    1 - n / g.reduce((sum, x) => sum + Math.abs(x), 0),
  ],
  ['squared penalty', onRight(PENALTY_MUTANTS.squaredPenalty), Math.abs(2 * n - 1)],
  ['frozen denominator', onRight(PENALTY_MUTANTS.frozenDenominator), 1],
  ['half penalty', onRight(PENALTY_MUTANTS.halfPenalty), 1 / 2],
  ['constant penalty', onRight(PENALTY_MUTANTS.constantPenalty), 1],
];

for (const [name, pair, share] of FIRST_ORDER)
  test(`${name}: slope 1 and the share of the first-order term that it gets wrong`, () => {
    const { slope, constant } = measured(pair);
    assert.ok(Math.abs(slope - 1) < 0.01, `slope ${slope}`);
    assert.ok(Math.abs(constant / share - 1) < 0.01, `constant ${constant}, expected ${share}`);
  });

for (const [name, pair] of [
  ['correct', PAIR],
  ['forgotten detach', onLeft(DETACH_MUTANTS.noDetach)],
  ['batch-wide norm, one sample', onLeft(LENGTH_MUTANTS.batchNorm)],
  ['batch-wide penalty, one sample', onRight(PENALTY_MUTANTS.batchPenalty)],
] as const)
  test(`${name}: slope 2, a slope alone does not tell it from the right one`, () =>
    assert.ok(Math.abs(measured(pair).slope - 2) < 0.01));

test('a missing root of Sigma: slope 0', () =>
  assert.ok(Math.abs(measured(onLeft(LENGTH_MUTANTS.covarianceMissing)).slope) < 0.01));

test('1e-3 in the denominator: between the orders', () => {
  const { slope } = measured(onLeft(LENGTH_MUTANTS.rawEpsilon));
  assert.ok(slope > 1 && slope < 1.95, `slope ${slope}`);
});

test('the literal Jacobian penalties: slope 1', () => {
  for (const wrong of [PENALTY_MUTANTS.literalJacobian, PENALTY_MUTANTS.literalJacobianSquared])
    assert.ok(Math.abs(measured(onRight(wrong)).slope - 1) < 0.01);
});

test('SAMBA-18 meets every one of them', () => {
  const names = new Set(samba18.mutants.map(({ name }) => name));
  for (const set of [DETACH_MUTANTS, LENGTH_MUTANTS, DIRECTION_MUTANTS, PENALTY_MUTANTS])
    for (const name of Object.keys(set)) assert.ok(names.has(name), name);
});

test.run();
