/**
 * @file Arms that share seeds: planted effects are found, none where there is none, and how often that goes
 * wrong.
 */
import * as assert from 'uvu/assert';
import {
  below,
  judge,
  judgeWithin,
  type Part,
  varianceBelow,
  withinFactor,
} from '../../../src/claims/experiment/judge.js';
import { STATEMENT_ALPHA } from '../../../src/claims/experiment/means.js';
import {
  limit,
  pairsOf,
  pooled,
  ratioOf,
  type Sample,
  sampleOf,
} from '../../../src/claims/experiment/sample.js';
import { paired } from '../../../src/claims/experiment/welch.js';
import { type Random, stream } from '../../../src/claims/random.js';
import { suite } from '../../harness.js';
import { runsOf } from './draws.js';

const test = suite('claims/experiment/pairs');

const seeded = (name: string, values: Readonly<Record<number, number>>): Sample => ({
  name,
  values: Object.values(values),
  seeds: Object.keys(values).map(Number),
});

/** Seeds that differ widely, and an arm that lies a little below the other on each. */
const BASE = { 1: 10, 2: 14, 3: 18, 4: 22, 5: 26 };
const moved = (by: readonly number[], name = 'moved'): Sample =>
  seeded(name, Object.fromEntries(Object.entries(BASE).map(([seed, x], i) => [seed, x + by[i]!])));
const base = seeded('base', BASE);

test("Student's test of pairs by hand: differences -1, -2, -3, -2, -2", () => {
  // mean -2, s^2 = 1/2, t = -2 / sqrt(1/10) = -6.325 with 4 degrees of freedom: p = 0.0016 (one side)
  const found = paired([-1, -2, -3, -2, -2]);
  assert.ok(Math.abs(found.below(0) - 0.0016) < 5e-5, `${found.below(0)}`);
  const [low, high] = found.interval(0.05);
  assert.ok(Math.abs(low + 2.878) < 1e-3 && Math.abs(high + 1.122) < 1e-3, `${low} ${high}`);
  const { p, why } = below(moved([-1, -2, -3, -2, -2]), base);
  assert.is(p!.supports, found.below(0));
  assert.match(why, /5 pairs: difference -2 \[-2\.88, -1\.12\]$/);
});

test('a planted effect is found by pairs where the seeds hide it, and none where there is none', () => {
  const [planted, nothing] = [moved([-1, -2, -3, -2, -2]), moved([-1, 2, -3, 2, 1])];
  const alone = ({ name, values }: Sample): Sample => ({ name, values });
  assert.is(judge([below(planted, base)]).outcome, 'supported');
  assert.is(judge([below(base, planted)]).outcome, 'contradicted');
  assert.is(judge([below(alone(planted), alone(base))]).outcome, 'cannot-tell');
  assert.is(judge([below(nothing, base)]).outcome, 'cannot-tell');
  const ratios = judge([below(planted, base, { scale: 'log' })]);
  assert.match(ratios.why, /5 pairs: ratio 0\.88\d \[/);
  assert.match(ratios.why, /bootstrap of the pairs \[0\.8\d+, 0\.9\d+\]/);
});

test('pairs go by seed, not by place; what has no partner is named', () => {
  const shuffled = seeded('shuffled', { 9: 100, 5: 24, 3: 15 });
  const both = pairsOf({ ...shuffled, seeds: [9, 5, 3], values: [100, 24, 15] }, base);
  assert.equal(both, { seeds: [5, 3], a: [24, 15], b: [26, 18], dropped: { a: [9], b: [1, 2, 4] } });
  const { why } = below(
    { ...moved([-1, -1, -2, -1, -1]), seeds: [1, 2, 3, 4, 7] },
    seeded('base', { ...BASE, 8: 30 }),
  );
  assert.match(why, /4 pairs, without seed 7 of moved and seeds 5, 8 of base: difference -1\.25 \[/);
  assert.throws(() => pairsOf({ ...base, seeds: [1, 1, 2, 3, 4] }, base), /one value a seed/);
});

test('fewer than five pairs: decided only where Welch over all runs agrees, and both are printed', () => {
  const few = (values: Readonly<Record<number, number>>): Sample => seeded('few', values);
  const hidden = judge([below(few({ 1: 9, 2: 12.9, 3: 16.8, 4: 21, 77: 25 }), base)]);
  assert.is(hidden.outcome, 'cannot-tell');
  assert.match(
    hidden.why,
    /4 pairs, .* \(p [=<] 0\.000\d+\); Welch over all runs: .* \(p = 0\.\d+\); both must agree/,
  );
  // Welch alone would say it, the pairs do not
  const close = seeded('close', { 1: 5, 2: 6, 3: 5.2, 4: 5.5, 5: 5.1 });
  const apart = seeded('apart', { 1: 4.9, 2: 3.2, 3: 5, 76: 4, 77: 3.9, 78: 4.1, 79: 4 });
  const other = below(apart, close);
  assert.is(judge([below({ ...apart, seeds: [] }, close)]).outcome, 'supported');
  assert.match(other.why, /3 pairs/);
  assert.is(judge([other]).outcome, 'cannot-tell');
  const plain = judge([
    below(few({ 1: 1, 2: 5, 3: 9, 4: 12, 77: 15 }), seeded('far', { 1: 50, 2: 55, 3: 58, 4: 60 })),
  ]);
  assert.is(plain.outcome, 'supported');
  assert.is(
    judge([withinFactor(few({ 1: 9, 2: 12.9, 3: 16.8, 4: 21 }), base, { factor: 3 })]).outcome,
    'supported',
  );
});

test('one pair has no spread and no pairs are independent; under three runs a side nothing is told', () => {
  const far = { 6: 50, 7: 51, 8: 52 };
  const one = below(base, seeded('one', { ...far, 1: 49 }));
  assert.is(one.p, undefined);
  assert.match(one.why, /1 pair, without .*: no spread of differences; give all arms the same seeds/);
  const none = below(base, seeded('none', far));
  assert.match(none.why, /; difference -33 \[/);
  assert.is(judge([none]).outcome, 'supported');
  assert.match(below(seeded('two', { 1: 1, 2: 2 }), base).why, /two has values of 2 of the 3 complete runs/);
  assert.match(varianceBelow(base, seeded('two', { 1: 1, 2: 2 })).why, /two has values of 2 of the 3/);
});

test('variances: pairs are left out together', () => {
  const wide = { 1: 0, 2: 100, 3: 30, 4: -60, 5: -20, 6: 80 };
  const tight = seeded('tight', { 1: 1, 2: 1.1, 3: 0.8, 4: 1.05, 5: 0.95, 6: 0.9 });
  const { why } = varianceBelow(tight, seeded('wide', wide));
  assert.match(why, /6 pairs: ratio of variances/);
  assert.is(judge([varianceBelow(tight, seeded('wide', wide))]).outcome, 'supported');
  const { 6: _, 5: __, ...four } = wide;
  assert.match(
    varianceBelow(tight, seeded('wide', four)).why,
    /4 pairs, without seeds 5, 6 of tight: .*; jackknife over all runs: .*; both must agree/,
  );
  assert.match(varianceBelow(tight, seeded('wide', { 1: 0, 2: 9, 8: 3 })).why, /2 pairs, .*: too few/);
});

test('what a judgement hands to the page: differences seed by seed, and what was dropped', () => {
  const runs = [
    ...runsOf({ model: 'a' }, 'loss', [1, 2, 4]),
    ...runsOf({ model: 'b' }, 'loss', [2, 8, 8, 5]),
  ];
  const of = (model: string): Sample => sampleOf(runs, { model }, 'loss');
  const [found] = judge([below(of('a'), of('b'), { scale: 'log' })]).pairs!;
  assert.equal(found!.seeds, [1, 2, 3]);
  assert.equal(
    found!.differences.map(x => Math.round(1e9 * x) / 1e9),
    [0.5, 0.25, 0.5],
  );
  assert.ok(Math.abs(found!.mean - 0.5 ** (4 / 3)) < 1e-12);
  assert.equal(
    [found!.bootstrapLow, found!.bootstrapHigh].map(x => Number(x.toPrecision(9))),
    [0.25, 0.5],
  );
  assert.equal(found!.dropped, { a: [], b: [4] });
  assert.is(judge([below(of('a'), limit(9))]).pairs, undefined);
});

test('arms pooled over a grid pair by place and seed; ratios need both', () => {
  const all = pooled('all', [seeded('', { 1: 10, 2: 20 }), seeded('', { 1: 30 })]);
  assert.equal(all, { name: 'all', values: [10, 20, 30], seeds: ['1/1', '1/2', '2/1'] });
  const ratio = ratioOf('growth', seeded('', { 1: 10, 2: 20, 3: 9 }), seeded('', { 2: 5, 3: 3, 4: 1 }));
  assert.equal(ratio, { name: 'growth', values: [4, 3], seeds: [2, 3] });
});

test('sensitivity: just inside and just outside the printed margin a statement is judged otherwise', () => {
  const a = seeded('a', { 1: 10.6, 2: 10.8, 3: 10.7, 4: 10.75, 5: 10.6 });
  const b = seeded('b', { 1: 10, 2: 10.1, 3: 10.2, 4: 10.1, 5: 10 });
  const parts = (factor: number) => [below(a, b, { factor }), below(b, a)];
  const judged = judgeWithin({ margin: 1.05, none: 1 }, parts);
  const { margin, contradictedBelow, supportedFrom } = judged.sensitivity!;
  assert.is(margin, 1.05);
  const [low, high] = [Number(contradictedBelow), Number(supportedFrom)];
  assert.ok(1 < low && low < high, `${low} ${high}`);
  const at = (factor: number): string => judge(parts(factor)).outcome;
  assert.equal([low - 1e-5, low + 1e-5, high - 1e-5, high + 1e-5].map(at), [
    'contradicted',
    'cannot-tell',
    'cannot-tell',
    'supported',
  ]);
  assert.match(
    judged.why,
    /\nThe margin 1\.05 is ours: .* contradicted below 1\.0\d+, supported from 1\.0\d+ on$/,
  );
});

test('sensitivity: a statement that no margin saves, one that none hurts, one that nothing can test', () => {
  const far = seeded('far', { 1: 1, 2: 1.1, 3: 0.9, 4: 1, 5: 1.05 });
  const at = (parts: Parameters<typeof judgeWithin>[1]) => judgeWithin({ margin: 2, none: 1 }, parts);
  const lost = at(factor => [below(base, far, { factor }), below(base, far)]);
  assert.equal(lost.sensitivity, { margin: 2, contradictedBelow: 'any', supportedFrom: 'none' });
  assert.match(lost.why, /contradicted at any margin, supported at none/);
  const safe = at(factor => [below(far, base, { factor })]);
  assert.equal(safe.sensitivity, { margin: 2, contradictedBelow: 'none', supportedFrom: 1 });
  const untested = at(factor => [below(seeded('no', {}), base, { factor })]);
  assert.is(untested.sensitivity, undefined);
  const limits = judgeWithin({ margin: 0.05, none: 0 }, most => [below(far, limit(most))]);
  const from = Number(limits.sensitivity!.supportedFrom);
  assert.is(limits.outcome, 'contradicted');
  assert.ok(from > 1.05 && from < 1.15, `${from}`);
});

/**
 * Two arms whose runs with the same seed have `share` of their variance in common; the last `lost` seeds
 * differ.
 */
function draw(random: Random, n: number, lost: number, share: number, apart: number): [Sample, Sample] {
  const common = Array.from({ length: n }, () => random.normal());
  const values = (mean: number): number[] =>
    common.map(
      (x, i) =>
        mean +
        Math.sqrt(share) * (i < n - lost ? x : random.normal()) +
        Math.sqrt(1 - share) * random.normal(),
    );
  const seeds = (of: string) => common.map((_, i) => (i < n - lost ? i : `${of}${i}`));
  return [
    { name: 'a', values: values(0), seeds: seeds('a') },
    { name: 'b', values: values(apart), seeds: seeds('b') },
  ];
}

/** What a statement of one part says, without its words. */
const outcomeOf = ({ p }: Part): 'supported' | 'contradicted' | 'cannot-tell' =>
  p!.supports <= LEVEL ? 'supported' : p!.contradicts <= LEVEL ? 'contradicted' : 'cannot-tell';

const DRAWS = 400;
const LEVEL = STATEMENT_ALPHA / 2;
const MOST = DRAWS * LEVEL + 4 * Math.sqrt(DRAWS * LEVEL);

test('error rate: means that are equal are told apart in 2.5 % a side at most, whatever the seeds have in common', () => {
  for (const [n, lost] of [
    [3, 0],
    [5, 1],
    [5, 3],
    [5, 0],
    [10, 0],
  ] as const)
    for (const share of [0, 0.5, 0.95]) {
      const random = stream(11, 'pairs', n, lost, share);
      const count = { supported: 0, contradicted: 0, 'cannot-tell': 0 };
      for (let i = 0; i < DRAWS; i++) count[outcomeOf(below(...draw(random, n, lost, share, 0)))]++;
      for (const side of ['supported', 'contradicted'] as const)
        assert.ok(count[side] <= MOST, `${n} runs, ${lost} unpaired, ${share}: ${side} ${count[side]}`);
    }
});

test('error rate of equal variances in pairs', () => {
  for (const share of [0, 0.9]) {
    const random = stream(12, 'variances', share);
    let wrong = 0;
    for (let i = 0; i < DRAWS; i++)
      if (outcomeOf(varianceBelow(...draw(random, 5, 0, share, 3))) === 'supported') wrong++;
    assert.ok(wrong <= MOST, `${share}: ${wrong}`);
  }
});

test('power: five pairs with most of their variance in common tell what five runs alone do not', () => {
  const random = stream(13, 'power');
  const count = { pairs: 0, alone: 0 };
  for (let i = 0; i < 200; i++) {
    const [a, b] = draw(random, 5, 0, 0.95, 1);
    if (outcomeOf(below(a, b)) === 'supported') count.pairs++;
    if (outcomeOf(below({ ...a, seeds: [] }, b)) === 'supported') count.alone++;
  }
  assert.ok(count.pairs >= 180 && count.alone <= 60, JSON.stringify(count));
});

test('pairs of the wrong seeds would find nothing, and normal quantiles for five pairs err too often', () => {
  const random = stream(14, 'control');
  let [found, wrong] = [0, 0];
  for (let i = 0; i < 2000; i++) {
    const [a, b] = draw(random, 5, 0, 0.95, 1);
    const turned = { ...b, seeds: [1, 2, 3, 4, 0] };
    if (i < 200 && outcomeOf(below(a, turned)) === 'supported') found++;
    const [u, v] = draw(random, 5, 0, 0.95, 0);
    const { difference, interval } = paired(u.values.map((x, k) => x - v.values[k]!));
    const half = (interval(0.05)[1] - difference) / 2.776; // one standard error
    if (difference < -1.96 * half) wrong++;
  }
  assert.ok(found <= 60, `${found}`);
  assert.ok(wrong > 2000 * LEVEL + 4 * Math.sqrt(2000 * LEVEL), `${wrong}`);
});

test.run();
