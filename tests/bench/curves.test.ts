/** @file The rule for loss curves: what it lets pass and what it does not. */
import * as assert from 'uvu/assert';
import { apart, band, broken, follow, noFurther, type Seed, worst } from '../../bench/curves/rule.js';
import { stream } from '../../src/claims/random.js';
import { suite } from '../harness.js';

const test = suite('bench/curves');

const STEPS = 40;

/** A loss with deviations that grow tenfold a step up to a size, as rounding does. */
function seed(number: number, off: (step: number) => number): Seed {
  const random = stream(number, 'curve');
  const exact = Array.from({ length: STEPS }, (_, i) => 1 + 1 / (i + 1));
  const noisy = (): number[] =>
    exact.map((loss, i) => loss + Math.min(1e-2, 1e-6 * 10 ** i) * random.normal());
  const torch = [noisy(), noisy()];
  return { exact, torch, judged: noisy().map((loss, i) => loss + off(i + 1)) };
}

const seeds = (off: (step: number) => number): Seed[] =>
  Array.from({ length: 8 }, (_, k) => seed(k + 1, off));

test('a curve that rounds like the others passes at every step', () => {
  assert.equal(broken(follow(seeds(() => 0))), []);
});

test('an error that is there from the beginning does not, though it drowns later', () => {
  const steps = follow(seeds(() => 3e-4));
  assert.equal(
    broken(steps).map(({ step }) => step),
    [1, 2],
  );
  assert.is(worst(steps).step, 1);
});

test('nor does one that comes late, nor a loss that is no number', () => {
  assert.ok(broken(follow(seeds(step => (step < 30 ? 0 : 0.05)))).every(({ step }) => step >= 30));
  assert.ok(broken(follow(seeds(step => (step < 30 ? 0 : 0.05)))).length === 11);
  assert.is(broken(follow(seeds(step => (step === 7 ? Number.NaN : 0)))).length, 1);
});

test('where PyTorch has no spread the floor is two units in the last place', () => {
  const flat = (judged: number): Seed => ({ exact: [8], torch: [[8], [8]], judged: [judged] });
  assert.is(follow([flat(8)])[0]!.spread, 8 * 2 ** -22);
  assert.equal(broken(follow([flat(8 + 15 * 2 ** -22)])), []);
  assert.is(broken(follow([flat(8 + 17 * 2 ** -22)])).length, 1);
});

test('beside peers: as many steps beyond and as far as the worst of them, over the steps that all have', () => {
  const [right, early, late] = [() => 0, () => 3e-4, (step: number) => (step < 30 ? 0 : 0.05)].map(off =>
    follow(seeds(off)),
  );
  assert.ok(noFurther(right!, [right!, right!]));
  assert.not.ok(noFurther(early!, [right!, right!]));
  assert.not.ok(noFurther(late!, [right!, early!]));
  assert.ok(noFurther(late!, [right!, late!]));
  // the peer's fault comes later than the curve ends
  assert.not.ok(noFurther(early!.slice(0, 10), [late!]));
  // as many steps, but further
  assert.not.ok(noFurther(follow(seeds(step => (step < 30 ? 0 : 0.1))), [late!]));
  assert.not.ok(noFurther(follow(seeds(step => (step === 7 ? Number.NaN : 0))), [late!]));
});

test("the band: the largest distance of the run beside the largest of PyTorch's three curves", () => {
  const run = {
    exact: [5, 3, 2],
    torch: [
      [5, 3.5, 2],
      [5, 2.75, 2],
    ],
  };
  assert.is(band({ ...run, judged: [5, 3, 0.5] }), 2);
  assert.is(band({ ...run, judged: [5, 3] }), 0);
  assert.ok(Number.isNaN(band({ ...run, judged: [5, Number.NaN, 2] })));
});

test('a curve that ends earlier is judged as far as it goes', () => {
  const short = seeds(() => 0).map(of => ({ ...of, judged: of.judged.slice(0, 5) }));
  assert.is(follow(short).length, 5);
  assert.is(apart([2, 3], [2, 2, 9], 0), 0.5);
});

test.run();
